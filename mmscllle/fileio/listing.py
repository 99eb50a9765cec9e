"""List files by folder or pattern, through links, too, and never endlessly."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from glob import glob, has_magic
from pathlib import Path

from mmscllle.utils.folders import walk_files


def list_folder(folder: str | os.PathLike, errors: list[OSError]) -> Iterator[Path]:
    """List the files below a folder, and those that links lead to from there.

    Args:
        folder: The folder.
        errors: Takes in the errors of folders that cannot be listed.

    Yields:
        The paths of files that are not hidden, those of each folder once.
    """
    own = list(walk_files(folder, onerror=errors.append))
    yield from own
    # A folder that lies here keeps its name, though a link to it may be met first.
    met = {os.path.realpath(parent) for parent in {file.parent for file in own}}
    told = {error.filename for error in errors}
    more: list[OSError] = []
    for file in walk_files(folder, follow_links=True, onerror=more.append):
        if os.path.realpath(file.parent) not in met:
            yield file
    errors += [error for error in more if error.filename not in told]


def list_pattern(name: str, errors: list[OSError]) -> tuple[Path, Iterable[Path]]:
    """List what a glob pattern matches.

    Args:
        name: The pattern; ``**`` stands for any depth.
        errors: Takes in the errors of folders that cannot be listed.

    Returns:
        The folder ahead of the first part with a wildcard, and the paths.
    """
    parts = Path(name).parts
    fixed = next(index for index, part in enumerate(parts) if has_magic(part))
    root, pattern = Path(*parts[:fixed]), parts[fixed:]
    hidden = any(part.startswith('.') for part in pattern)
    if '**' not in pattern or hidden or not root.is_dir():
        return root, map(Path, glob(name, recursive=True))
    # The library's glob follows a link to a folder above forty times, and two such links in all
    # their combinations.
    files = list_folder(root, errors)
    return root, (file for file in files if _fits(file.relative_to(root).parts, pattern))


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether the parts of a path match those of a pattern."""
    if not pattern:
        return not parts
    if pattern[0] == '**':
        return any(_fits(parts[start:], pattern[1:]) for start in range(len(parts) + 1))
    return bool(parts) and fnmatch(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])
