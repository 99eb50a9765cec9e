from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from mmscllle.video.read_ahead import read_ahead


def failing(error: Exception) -> Iterator[int]:
    yield from range(3)
    raise error


@pytest.mark.parametrize('depth', [0, 1, 5, 50])
def test_order(depth):
    assert list(read_ahead(range(20), depth)) == list(range(20))


@pytest.mark.parametrize('depth', [0, 1, 5])
def test_an_error_comes_in_its_place(depth):
    seen = []
    with pytest.raises(ZeroDivisionError, match='here'):
        for item in read_ahead(failing(ZeroDivisionError('here')), depth):
            seen.append(item)
    assert seen == [0, 1, 2]


def test_ends_with_the_one_who_reads():
    # Not their number: a thread of an earlier test may end meanwhile.
    before = set(threading.enumerate())
    with closing(read_ahead(iter(int, 1), 2)) as items:
        assert next(items) == 0
        assert len(set(threading.enumerate()) - before) == 1
    assert set(threading.enumerate()) <= before
