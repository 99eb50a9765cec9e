"""Jobs that end when their visitor stops them, leaves, asks for something else, or time is up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event, Lock

from torch import nn

STOPPED, REPLACED, TOO_LONG = 'stopped', 'replaced', 'too long'


class JobEndedError(Exception):
    """Raised within a job that is to end.

    Attributes:
        why: :data:`STOPPED` by the visitor, :data:`REPLACED` by a newer job of the same visitor,
            or :data:`TOO_LONG`.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Job:
    """Work for one visitor.

    A thread cannot be ended from outside: the work itself asks, by :meth:`check`, between files,
    frames and steps, and each layer of a network asks for it (:func:`check_layers`).

    Args:
        seconds: How long it may take from now.
    """

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._ended = Event()
        self._why = STOPPED

    def end(self, why: str) -> None:
        """Ask the work to end; the first reason counts."""
        if not self._ended.is_set():
            self._why = why
            self._ended.set()

    def check(self) -> None:
        """Go on, or end.

        Raises:
            JobEndedError: If the job is to end.
        """
        self.wait(0)

    def wait(self, seconds: float) -> None:
        """Wait; see :meth:`check`."""
        if self._ended.wait(seconds):
            raise JobEndedError(self._why)
        if time.monotonic() > self._deadline:
            raise JobEndedError(TOO_LONG)


_current: ContextVar[Job | None] = ContextVar('job', default=None)
_hook_lock = Lock()
_hooked = False


@contextmanager
def running(job: Job) -> Iterator[Job]:
    """Within it ``job`` is what this thread works on."""
    check_layers()
    token = _current.set(job)
    try:
        yield job
    finally:
        _current.reset(token)


def check_layers() -> None:
    """Let each layer of any network ask whether the job of its thread is to end."""
    global _hooked
    with _hook_lock:
        if not _hooked:
            nn.modules.module.register_module_forward_pre_hook(_check_current)
            _hooked = True


def _check_current(*_: object) -> None:
    job = _current.get()
    if job is not None:
        job.check()
