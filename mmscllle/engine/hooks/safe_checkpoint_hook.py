"""Removes an older checkpoint only once the newer one is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mmengine.hooks import CheckpointHook

from mmscllle.registry import HOOKS

if TYPE_CHECKING:
    from mmengine.fileio import BaseStorageBackend
    from mmengine.runner import Runner


@HOOKS.register_module()
class SafeCheckpointHook(CheckpointHook):
    """MMEngine's ``CheckpointHook``, which keeps outdated checkpoints until the new one is written.

    MMEngine removes first: a training that is killed while it writes, or whose disk is full, then
    has no checkpoint at all with ``max_keep_ckpts=1``, and no best one with ``save_best``.  The
    arguments are MMEngine's.  There is room for one more checkpoint than is kept.
    """

    def _save_checkpoint(self, runner: Runner) -> None:
        with self._removing_last():
            super()._save_checkpoint(runner)

    def _save_best_checkpoint(self, runner: Runner, metrics: Mapping[str, float]) -> None:
        with self._removing_last():
            super()._save_best_checkpoint(runner, metrics)

    @contextmanager
    def _removing_last(self) -> Iterator[None]:
        backend = getattr(self, 'file_backend', None)
        # MMEngine sets it when a training begins; a validation alone saves nothing.
        if backend is None:
            yield
            return
        self.file_backend = _RemovesLater(backend)
        try:
            yield
            self.file_backend.remove_now()
        finally:
            self.file_backend = backend


class _RemovesLater:
    """A storage backend that takes note of what it is told to remove."""

    def __init__(self, backend: BaseStorageBackend) -> None:
        self._backend = backend
        self._outdated: dict[str, tuple[Callable, tuple[int, ...] | None]] = {}

    def __getattr__(self, name: str) -> object:
        return getattr(self._backend, name)

    def remove(self, path: str) -> None:
        self._outdated[path] = self._backend.remove, _identity(path)

    def rmtree(self, path: str) -> None:
        self._outdated[path] = self._backend.rmtree, _identity(path)

    def remove_now(self) -> None:
        for path, (remove, identity) in self._outdated.items():
            # A file of the same name that was written since is the new checkpoint.
            if _identity(path) == identity:
                remove(path)


def _identity(path: str) -> tuple[int, ...] | None:
    """Tells a file from another of the same name; None for one that is not local."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns
