"""Settings of the whole process that threads need changed at the same time."""

from __future__ import annotations

import threading
from typing import Any


class SharedSettings:
    """A context in which attributes have other values, for all threads.

    The first thread that enters sets them, the last one that leaves restores them: if each restored
    what it had found, one would take them from another that still works.

    Args:
        settings: Owner, name of the attribute, and its value within.
    """

    def __init__(self, *settings: tuple[object, str, Any]) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._users = 0
        self._before: list[Any] = []

    def __enter__(self) -> None:
        with self._lock:
            if not self._users:
                self._before = [getattr(owner, name) for owner, name, _ in self._settings]
                for owner, name, value in self._settings:
                    setattr(owner, name, value)
            self._users += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                for (owner, name, _), value in zip(self._settings, self._before, strict=True):
                    setattr(owner, name, value)
