"""Find the photographs, or files of other kinds, that a user names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from glob import has_magic
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import numpy as np
from PIL import Image

from .listing import list_folder, list_pattern

IMAGE_SUFFIXES = (
    '.jpg',
    '.jpeg',
    '.jpe',
    '.jfif',
    '.mpo',
    '.png',
    '.apng',
    '.webp',
    '.tif',
    '.tiff',
    '.gif',
    '.bmp',
    '.dib',
    '.ppm',
    '.pgm',
    '.pbm',
    '.pnm',
    '.tga',
    '.avif',
    '.heic',
    '.heif',
    '.hif',
)
# What the sensors of cameras gave. Some open as a TIFF, which holds a thumbnail.
RAW_SUFFIXES = (
    '.3fr',
    '.arw',
    '.cr2',
    '.cr3',
    '.crw',
    '.dcr',
    '.dng',
    '.erf',
    '.fff',
    '.iiq',
    '.kdc',
    '.mef',
    '.mos',
    '.mrw',
    '.nef',
    '.nrw',
    '.orf',
    '.pef',
    '.raf',
    '.raw',
    '.rw2',
    '.rwl',
    '.sr2',
    '.srf',
    '.srw',
    '.x3f',
)


class RawFile(ValueError):  # noqa: N818
    """A RAW file, which is not read."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f'{name!r} is a RAW file, which is not read: convert it first, to a '
            '16-bit TIFF for instance (darktable-cli, RawTherapee, the program of '
            'the camera)'
        )


@dataclass
class Source:
    """One photograph to read.

    Attributes:
        content: A path, a URL, an array or a Pillow image.
        name: How messages call it.
        relative: Where its result lies below an output folder: its path below the folder or the
            pattern that it was found by, else its file name.
        error: Why there is nothing to read, or None; :class:`RawFile` for one.
    """

    content: str | np.ndarray | Image.Image
    name: str
    relative: Path
    error: Exception | None = None


def find_sources(
    inputs: Any,
    exclude: str | os.PathLike | None = None,
    numbers: Iterator[int] | None = None,
    suffixes: Sequence[str] = IMAGE_SUFFIXES,
) -> Iterator[Source]:
    """List photographs, one by one.

    Args:
        inputs: A path, a URL, a folder (searched recursively for files with one of ``suffixes``,
            without hidden ones, also in linked folders, each folder once), a glob pattern (``**``
            for any depth), an array, a Pillow image, a :class:`Source`, or an iterable of these,
            which is consumed as needed.
        exclude: A folder that is left out, below one that is searched or linked from there: that
            of the results.
        numbers: What arrays are called, which have no names; None: counted from 0.
        suffixes: Of the files that are taken from folders and patterns, in lower case.

    Yields:
        The sources, those of one folder or pattern sorted. One that names nothing, and a RAW
        file, comes with an ``error``.

    Raises:
        TypeError: If an input is none of these.
    """
    numbers = count() if numbers is None else numbers
    for item in _flatten(inputs):
        if isinstance(item, Source):
            yield item
        elif isinstance(item, (str, os.PathLike)):
            yield from _find(os.fspath(item), exclude, suffixes)
        elif isinstance(item, (np.ndarray, Image.Image)):
            name = getattr(item, 'filename', '') or f'{next(numbers):08d}'
            yield Source(item, str(name), Path(Path(name).name))
        else:
            raise TypeError(
                'an input must be a path, a URL, a folder, a glob pattern, an array, '
                f'a Pillow image or a list of these, got {type(item).__name__}'
            )


def _flatten(inputs: Any) -> Iterator:
    # Arrays and tensors have a type of values, and are one input each.
    if (
        isinstance(inputs, Iterable)
        and not hasattr(inputs, 'dtype')
        and not isinstance(inputs, (str, bytes, os.PathLike, dict, Image.Image))
    ):
        for item in inputs:
            if isinstance(item, np.ndarray) and not isinstance(inputs, (list, tuple)):
                # Whoever gives one after the other may fill the same array again.
                item = item.copy()
            yield from _flatten(item)
    else:
        yield inputs


def _find(
    name: str, exclude: str | os.PathLike | None, suffixes: Sequence[str]
) -> Iterator[Source]:
    if '://' in name:
        yield Source(name, name, Path(Path(unquote(urlparse(name).path)).name or 'image'))
        return
    errors: list[OSError] = []
    files: Iterable[Path]
    if os.path.isdir(name):
        root, files = Path(name), list_folder(name, errors)
        nothing = (
            f'no file of a known kind in the folder {name!r} '
            f'(suffixes looked for: {", ".join(suffixes)})'
        )
    elif has_magic(name) and not os.path.exists(name):
        root, files = list_pattern(name, errors)
        nothing = f'the pattern {name!r} matches no file of a known kind'
    else:
        yield Source(name, name, Path(Path(name).name), _raw(name))
        return
    found = _select(files, root, exclude, suffixes)
    yield from found
    if not found and not errors:
        errors.append(FileNotFoundError(nothing))
    for error in errors:
        yield Source(name, error.filename or name, Path('.'), error)


def _raw(name: str | os.PathLike) -> RawFile | None:
    return RawFile(str(name)) if Path(name).suffix.lower() in RAW_SUFFIXES else None


def _select(
    files: Iterable[Path], root: Path, exclude: str | os.PathLike | None, suffixes: Sequence[str]
) -> list[Source]:
    """The files with one of ``suffixes``, and RAW files, their paths relative to ``root``."""
    results = None if exclude is None else Path(exclude).resolve()
    searched = root.resolve()
    if results in (searched, *searched.parents):
        # Then it would hide all.
        results = None
    return [
        # A pattern below a file (a.png/**) names the file.
        Source(
            str(file),
            str(file),
            Path(file.name) if file == root else file.relative_to(root),
            _raw(file),
        )
        for file in sorted(files)
        if file.suffix.lower() in (*suffixes, *RAW_SUFFIXES)
        and not file.is_dir()
        and (results is None or results not in file.resolve().parents)
    ]
