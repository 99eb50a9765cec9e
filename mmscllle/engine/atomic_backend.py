"""Let MMEngine write files as a whole or not at all.

MMEngine's runner writes checkpoints through its backend for local files, which opens the final
name: a killed process or a full disk leaves part of a checkpoint there.  Importing this module
registers another in its place.
"""

from __future__ import annotations

from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from mmscllle.fileio.atomic import atomic_path


@register_backend('local', prefixes='', force=True)
class AtomicLocalBackend(LocalBackend):
    """MMEngine's backend for local files, whose files are written by :func:`atomic_path`."""

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write a file.

        Args:
            obj: Its content.
            filepath: Its path; missing folders are made.

        Raises:
            OSError: If it cannot be written.
        """
        with atomic_path(filepath) as temporary:
            temporary.write_bytes(obj)

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        """Write a text file.

        Args:
            obj: Its content.
            filepath: Its path; missing folders are made.
            encoding: Its encoding.

        Raises:
            OSError: If it cannot be written.
        """
        self.put(obj.encode(encoding), filepath)
