"""The threads in which all work is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar('T')
_DONE = object()


class Pool:
    """Threads that stay: numerical libraries keep memory for each thread that has ever used them.

    Args:
        threads: How many.
    """

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads)

    def run(self, function: Callable[..., T], *args: object) -> T:
        """Call a function in one of the threads, in the caller's context, and wait for it."""
        return self._threads.submit(copy_context().run, function, *args).result()

    def iterate(self, steps: Iterator[T]) -> Iterator[T]:
        """Take the steps of a generator in the threads."""
        while True:
            step = self.run(next, steps, _DONE)
            if step is _DONE:
                return
            yield step
