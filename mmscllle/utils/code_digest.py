"""A digest of the package's own code, for results that are kept between runs."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


@functools.cache
def code_digest(folder: Path = PACKAGE) -> str:
    """Digest the Python files of a folder.

    A version number stays the same where a checkout is updated or changed.

    Args:
        folder: The folder, with those below it.

    Returns:
        Twelve hexadecimal digits, which change with the content or the name of a file.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob('*.py')):
        content = path.read_bytes()
        digest.update(f'{path.relative_to(folder).as_posix()}\n{len(content)}\n'.encode())
        digest.update(content)
    return digest.hexdigest()[:12]
