"""Write a file as a whole or not at all."""
from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator
from uuid import uuid4


@contextmanager
def atomic_path(path: str | os.PathLike) -> Iterator[Path]:
    """Within it a file is written that takes the place of ``path`` at the end.

    If anything goes wrong, Ctrl-C and a full disk included, what was written is removed and
    ``path`` is as it was.

    Args:
        path: The file to write; missing folders are made.

    Yields:
        The path to write to: a hidden file in the same folder, with the same suffix.

    Raises:
        OSError: If the file cannot be written; it names ``path`` and the reason.
    """
    path = Path(path)
    # Of a fixed length, since the name itself may be as long as the file system allows.
    temporary = path.with_name(f'.{uuid4().hex}{path.suffix}')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with open(temporary, 'rb+') as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        try:
            temporary.unlink()
        except (FileNotFoundError, NotADirectoryError):
            pass
