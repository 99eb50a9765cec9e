"""A digest of the package's own code, for results that are kept between runs."""

from __future__ import annotations

import functools
from pathlib import Path

import mmscllle

from .dataset import digest

PACKAGE = Path(mmscllle.__file__).parent


@functools.cache
def code_digest(folder: Path = PACKAGE) -> str:
    """Digest the Python files of a folder.

    A version number stays the same where a checkout is updated or changed.

    Args:
        folder: The folder, with those below it.

    Returns:
        Twelve hexadecimal digits, which change with the content or the name of a file.
    """
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob('*.py')}
    contents = {name: path.read_text(encoding='utf-8') for name, path in files.items()}
    return digest(contents)[:12]
