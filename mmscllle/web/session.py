"""What the page keeps for one visitor."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from threading import RLock

from .jobs import Job

# So many folders of results a visitor has: a browser may still be loading the last but one.
KEPT_RESULTS = 4
# File, model and mode.
Shown = tuple[str, str, str]


class Session:
    """One visitor: a folder of an unguessable name, the opened files, and the job at work.

    Attributes:
        folder: Where all of the visitor's files lie.
        inputs: The opened files by the name that the visitor sees.
        job: The newest job.
        shown: What the page shows; None: it is out of date.
    """

    def __init__(self, folder: Path, shown: Shown | None = None) -> None:
        self.folder = folder
        self.shown = shown
        self.inputs: dict[str, Path] = {}
        self.job: Job | None = None
        self.used = time.monotonic()
        self.closed = False
        self.users = 0
        self._uploads: list[tuple[Path, Path]] = []
        self._results: list[Path] = []
        self._lock = RLock()

    def take(self, uploads: Sequence[str | os.PathLike]) -> None:
        """Open files: from now on they, and no others, are the inputs.

        Args:
            uploads: The files as Gradio keeps them; they stay there until the session ends.

        Raises:
            FileNotFoundError: If one has gone.
        """
        self.clear()
        folder = self.folder / secrets.token_urlsafe(8)
        folder.mkdir(parents=True)
        for upload in map(Path, uploads):
            name, number = upload.name, 1
            while name in self.inputs:
                number += 1
                name = f'{upload.stem} ({number}){upload.suffix}'
            try:
                os.link(upload, folder / name)
            except FileNotFoundError as error:
                raise FileNotFoundError(f'{upload.name!r} has gone; drop it again') from error
            self.inputs[name] = folder / name
            self._uploads.append((upload, folder / name))

    def new_folder(self) -> Path:
        """Make a folder for results; the oldest ones are removed."""
        with self._lock:
            folder = self.folder / secrets.token_urlsafe(8)
            folder.mkdir(parents=True)
            self._results.append(folder)
            while len(self._results) > KEPT_RESULTS:
                shutil.rmtree(self._results.pop(0), ignore_errors=True)
            return folder

    def clear(self) -> None:
        """Remove all files."""
        with self._lock:
            for upload, own in self._uploads:
                # Gradio names an upload by its content: another visitor may have opened it, too,
                # and then has a link of his own to it.
                try:
                    if upload.samefile(own) and own.stat().st_nlink == 2:
                        upload.unlink()
                        upload.parent.rmdir()
                except OSError:
                    pass
            self._uploads.clear()
            self.inputs.clear()
            self._results.clear()
            shutil.rmtree(self.folder, ignore_errors=True)
