"""List files by folder or pattern, through links, too, and never endlessly."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from glob import escape, glob, has_magic
from itertools import pairwise
from pathlib import Path

from mmscllle.utils.folders import walk_folders


def list_folder(folder: str | os.PathLike, errors: list[OSError]) -> Iterator[Path]:
    """List the files below a folder, and those that links lead to from there.

    Args:
        folder: The folder.
        errors: Takes in the errors of folders that cannot be listed.

    Yields:
        The paths of files that are not hidden, those of each folder once.
    """
    for parent, names in _list_folders(folder, errors):
        yield from (parent / name for name in names)


def list_pattern(name: str, errors: list[OSError]) -> tuple[Path, Iterable[Path]]:
    """List what a glob pattern matches.

    Args:
        name: The pattern; ``**`` stands for any depth.
        errors: Takes in the errors of folders that cannot be listed.

    Returns:
        The folder ahead of the first part with a wildcard, and the paths; those of a pattern with
        ``**`` once for each file of a folder, by its own name where that matches.
    """
    parts = Path(name).parts
    fixed = next(index for index, part in enumerate(parts) if has_magic(part))
    root, pattern = Path(*parts[:fixed]), parts[fixed:]
    if '**' not in pattern or not root.is_dir():
        return root, map(Path, glob(name, recursive=True))
    # Twice in a row, it says the same, and would take the square of the time.
    pattern = (
        *(one for one, after in pairwise(pattern) if (one, after) != ('**',) * 2),
        pattern[-1],
    )
    more: list[OSError] = []
    folders: dict[Path, set[str]] = {}
    for file in _match(root, pattern, more):
        folders.setdefault(file.parent, set()).add(file.name)
    errors += {error.filename: error for error in more}.values()
    return root, _once(root, folders)


def _list_folders(
    folder: str | os.PathLike, errors: list[OSError]
) -> Iterator[tuple[Path, list[str]]]:
    """A folder, those below it, and those that links lead to, once each, and their files."""
    own = list(walk_folders(folder, onerror=errors.append))
    yield from own
    # A folder that lies here keeps its name, though a link to it may be met first.
    met = {os.path.realpath(path) for path, _ in own}
    told = {error.filename for error in errors}
    more: list[OSError] = []
    for path, names in walk_folders(folder, follow_links=True, onerror=more.append):
        if os.path.realpath(path) not in met:
            yield path, names
    errors += [error for error in more if error.filename not in told]


def _match(folder: Path, pattern: Sequence[str], errors: list[OSError]) -> Iterator[Path]:
    """What a pattern matches below a folder.

    The library's glob follows a link to a folder above forty times, and two such links in all
    their combinations, where it looks for ``**``.
    """
    if '**' not in pattern:
        yield from map(Path, glob(os.path.join(escape(str(folder)), *pattern)))
        return
    ahead = pattern.index('**')
    # All below, where the pattern ends so.
    rest = pattern[ahead + 1 :] or ('*',)
    for start in _match(folder, pattern[:ahead], errors) if ahead else [folder]:
        for below, _ in _list_folders(start, errors) if start.is_dir() else ():
            yield from _match(below, rest, errors)


def _once(root: Path, folders: dict[Path, set[str]]) -> Iterator[Path]:
    """The files of each folder once; none that is met again through a link to a folder above."""
    real_root = os.path.realpath(root)
    places = {
        folder: os.path.realpath(folder) for folder in sorted(folders) if not _goes_up(folder, root)
    }
    met: set[tuple[str, str]] = set()
    # By their own names first.
    for own in (True, False):
        for folder, place in places.items():
            if (place == os.path.join(real_root, folder.relative_to(root)).rstrip(os.sep)) is own:
                yield from (folder / name for name in folders[folder] if (place, name) not in met)
                met |= {(place, name) for name in folders[folder]}


def _goes_up(folder: Path, root: Path) -> bool:
    """Whether a link on the way from ``root`` to a folder leads to where the way came from."""
    way = [folder, *folder.parents]
    links = (each for each in way[: way.index(root)] if each.is_symlink())
    return any(link.parent.resolve().is_relative_to(link.resolve()) for link in links)
