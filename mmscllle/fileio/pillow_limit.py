"""Pillow's own limits of the size of images and of their texts."""
from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Iterator

from PIL import Image, PngImagePlugin

# What applies instead: the caller checks the pixels; profiles and texts of a PNG, a mebibyte each
# by Pillow's limit, may have what it allows all of them together.
LIMITS = ((Image, 'MAX_IMAGE_PIXELS', None),
          (PngImagePlugin, 'MAX_TEXT_CHUNK', PngImagePlugin.MAX_TEXT_MEMORY))
_lock = threading.Lock()
_users = 0
_before: list = []


@contextmanager
def without_pillows_limit() -> Iterator[None]:
    """Within it Pillow opens images of any size; the caller checks the size.

    Pillow's limits are those of the whole process: the last of several threads restores them.
    """
    global _users, _before
    with _lock:
        if not _users:
            _before = [getattr(module, name) for module, name, _ in LIMITS]
            for module, name, value in LIMITS:
                setattr(module, name, value)
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                for (module, name, _), value in zip(LIMITS, _before):
                    setattr(module, name, value)
