"""Map in threads and keep the order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar('T')
R = TypeVar('R')


def ordered_map(
    function: Callable[[T], R],
    items: Iterable[T],
    num_workers: int,
) -> Generator[R, None, None]:
    """Yield ``function(item)`` for each item in order, worked out ahead by threads.

    Args:
        function: What is called.
        items: Consumed in the calling thread, at most ``num_workers`` items ahead.
        num_workers: Number of threads; 0: the calling thread, nothing ahead.

    Yields:
        The results.
    """
    if not num_workers:
        yield from map(function, items)
        return
    pending: deque[Future] = deque()
    with ThreadPoolExecutor(num_workers) as pool:
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) > num_workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            # Whoever stops early waits for what is being done, not for what has not begun.
            for future in pending:
                future.cancel()
