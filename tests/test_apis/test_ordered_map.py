from __future__ import annotations

import threading
import time

import pytest

from mmscllle.apis.ordered_map import ordered_map


@pytest.mark.parametrize('num_workers', [0, 1, 4])
def test_order(num_workers):
    def slow(number: int) -> int:
        time.sleep(0.01 * (number % 3))
        return number * number

    assert list(ordered_map(slow, range(10), num_workers)) == [n * n for n in range(10)]


def test_calls_run_at_the_same_time():
    both = threading.Barrier(2, timeout=5)
    assert len(list(ordered_map(lambda _: both.wait(), range(4), 2))) == 4


@pytest.mark.parametrize(('num_workers', 'ahead'), [(0, 1), (3, 4)])
def test_items_are_taken_as_needed(num_workers, ahead):
    taken = []
    results = ordered_map(str, (taken.append(n) or n for n in range(100)), num_workers)
    assert taken == []
    next(results)
    assert len(taken) == ahead


@pytest.mark.parametrize('num_workers', [0, 2])
def test_error_comes_in_its_place(num_workers):
    results = ordered_map(lambda number: 1 / number, [2, 1, 0, 4], num_workers)
    assert [next(results), next(results)] == [0.5, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_what_has_not_begun_is_not_done_when_stopped_early():
    done, gate = [], threading.Event()

    def work(number: int) -> None:
        if number:
            gate.wait(5)
        done.append(number)

    results = ordered_map(work, range(100), 1)
    next(results)
    gate.set()
    results.close()
    assert done in ([0], [0, 1])
