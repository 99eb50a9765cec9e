"""Work out the next items of an iterable while the last one is used."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar('T')
# Seconds after which a waiting reader looks whether anybody still wants what it has.
PATIENCE = 0.1
END = object()


def read_ahead(items: Iterable[T], depth: int) -> Generator[T, None, None]:
    """Yield the items of an iterable, which is consumed in a thread.

    Args:
        items: The iterable; an error in it is raised where its item would come.
        depth: How many items wait at most; 0: no thread.

    Yields:
        The items, in order.
    """
    if not depth:
        yield from items
        return
    waiting: Queue = Queue(depth)
    stopped = Event()

    def put(item: object) -> None:
        while not stopped.is_set():
            try:
                return waiting.put(item, timeout=PATIENCE)
            except Full:
                continue

    def read() -> None:
        try:
            for item in items:
                put((item, None))
                if stopped.is_set():
                    return
        # Raised again in the thread that uses the items.
        except BaseException as error:
            put((None, error))
        put((END, None))

    reader = Thread(target=read, daemon=True)
    reader.start()
    try:
        while True:
            item, error = waiting.get()
            if error is not None:
                raise error
            if item is END:
                return
            yield item
    finally:
        stopped.set()
        reader.join()
