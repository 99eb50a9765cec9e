from __future__ import annotations

import threading
from contextvars import ContextVar

import pytest

from mmscllle.web.pool import Pool


def test_work_is_done_in_the_same_threads_in_the_callers_context():
    pool, visitor, seen = Pool(1), ContextVar('visitor'), set()

    def steps():
        for number in range(3):
            seen.add(threading.get_ident())
            yield number, visitor.get()

    for name in ('one', 'two'):
        visitor.set(name)
        assert list(pool.iterate(steps())) == [(0, name), (1, name), (2, name)]
        assert pool.run(lambda: visitor.get()) == name
    assert len(seen) == 1 and threading.get_ident() not in seen


def test_errors_reach_the_caller():
    def steps():
        yield 1
        raise ValueError('wrong')

    with pytest.raises(ValueError, match='wrong'):
        list(Pool(1).iterate(steps()))
