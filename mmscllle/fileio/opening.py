"""Open what a user names, whatever it turns out to be."""

from __future__ import annotations

import os
import stat
from io import BytesIO
from typing import BinaryIO

from mmengine import fileio

from .download import download

# Above an uncompressed 16-bit picture of as many pixels as are enhanced.
MAX_BYTES = 2**30
# For a picture at a URL.
SECONDS = 300


def open_regular(path: str | os.PathLike) -> BinaryIO:
    """Open a file for reading, if it is one: pipes and devices may wait, or go on, for ever.

    Args:
        path: The file.

    Returns:
        The file, to be closed.

    Raises:
        OSError: If it cannot be opened, or is no regular file; it names the file.
    """
    try:
        # Without waiting for the writer of a pipe.
        file = open(
            path,
            'rb',
            opener=lambda name, flags: os.open(name, flags | getattr(os, 'O_NONBLOCK', 0)),
        )
    except ValueError as error:
        raise OSError(f'{os.fspath(path)!r} is no name of a file: {error}') from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(f'{os.fspath(path)!r} is no regular file: a pipe, a device or the like')
    return file


def read_content(name: str, max_bytes: int = MAX_BYTES) -> bytes:
    """Read a file whole.

    Args:
        name: A path, an ``http://`` or ``https://`` URL, or a URL that another of MMEngine's file
            backends knows.
        max_bytes: More than this is refused.

    Returns:
        The content.

    Raises:
        OSError: If it cannot be read; it names the file and the reason.
        ValueError: If it is larger.
    """
    if name.lower().startswith(('http://', 'https://')):
        buffer = BytesIO()
        download(name, buffer, max_bytes, SECONDS)
        return buffer.getvalue()
    if '://' in name:
        try:
            return fileio.get(name)
        # Of an unknown scheme, a missing library, or what the backend makes of it.
        except Exception as error:
            raise OSError(f'{name!r} cannot be fetched: {error!r}') from error
    with open_regular(name) as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ValueError(f'{name!r} is larger than {max_bytes:,} bytes')
    return content
