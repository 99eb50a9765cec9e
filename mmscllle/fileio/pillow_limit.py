"""Pillow's own limit of the size of images."""
from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Iterator

from PIL import Image

_lock = threading.Lock()
_users = 0
_limit: int | None = None


@contextmanager
def without_pillows_limit() -> Iterator[None]:
    """Within it Pillow opens images of any size; the caller checks the size.

    Pillow's limit, ``Image.MAX_IMAGE_PIXELS``, is one for the whole process: the last of several
    threads restores it.
    """
    global _users, _limit
    with _lock:
        if not _users:
            _limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                Image.MAX_IMAGE_PIXELS = _limit
