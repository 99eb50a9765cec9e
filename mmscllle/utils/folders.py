"""List what lies below a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn


def fail(error: OSError) -> NoReturn:
    """Raise ``error``, the default where a folder cannot be listed: no picture is passed over."""
    raise error


def walk_folders(
    folder: str | os.PathLike[str],
    follow_links: bool = False,
    onerror: Callable[[OSError], object] = fail,
) -> Iterator[tuple[Path, list[str]]]:
    """List a folder and all below it; hidden files and folders are left out.

    Args:
        folder: The folder.
        follow_links: Go into linked folders, too, each folder once: a link to a folder above would
            have no end, one to a folder that was met would count twice.
        onerror: Gets the error of each folder that cannot be listed; by default it is raised.

    Yields:
        The path of each, which starts with ``folder``, and the names of its files.

    Raises:
        OSError: If a folder cannot be listed, unless ``onerror`` goes on.
    """
    met = {str(each) for each in Path(folder).resolve().parents}
    for parent, folders, names in os.walk(folder, followlinks=follow_links, onerror=onerror):
        real = os.path.realpath(parent)
        if real in met:
            folders.clear()
            continue
        met.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith('.'))
        yield Path(parent), [name for name in names if not name.startswith('.')]


def walk_files(
    folder: str | os.PathLike[str],
    follow_links: bool = False,
    onerror: Callable[[OSError], object] = fail,
) -> Iterator[Path]:
    """List all files below a folder, see :func:`walk_folders`.

    Yields:
        Their paths, which start with ``folder``.
    """
    for parent, names in walk_folders(folder, follow_links, onerror):
        yield from (parent / name for name in names)
