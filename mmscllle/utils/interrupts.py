"""Stop between two steps of the work, not in the middle of one."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)
MESSAGE = b'\nstopping after this step; once more stops at once\n'


@contextmanager
def interrupts_between_steps() -> Iterator[Callable[[], None]]:
    """Within it Ctrl-C and SIGTERM wait for the end of a step.

    Python raises :class:`KeyboardInterrupt` wherever the main thread happens to be: inside a lock,
    or between making a file and the clause that removes it. A second signal does that still.
    Outside of the main thread, which alone gets signals, nothing is changed.

    Yields:
        To be called after each step: raises :class:`KeyboardInterrupt` if a signal has come.
    """
    received: list[int] = []

    def remember(number: int, _: object) -> None:
        if received:
            raise KeyboardInterrupt
        received.append(number)
        # print() must not be called while another print() is under way.
        os.write(2, MESSAGE)

    def check() -> None:
        if received:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield check
        return
    before = {number: signal.signal(number, remember) for number in SIGNALS}
    try:
        yield check
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
