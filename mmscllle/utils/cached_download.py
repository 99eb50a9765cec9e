"""Keep what is downloaded: a file for each address."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote, urlparse

import torch
from mmengine.logging import print_log

from mmscllle.fileio.atomic import atomic_path
from mmscllle.fileio.download import download

MAX_BYTES = 2**34
SECONDS = 3600
# The beginning of the SHA-256 of a file, by which torch's and OpenMMLab's names end.
STATED_HASH = re.compile(r'-([0-9a-f]{8,64})\.\w+$')
# File systems take 255 characters.
MAX_NAME = 150


def cached_download(url: str) -> Path:
    """Give the file at a URL, from torch's cache where it is there.

    Args:
        url: ``http://`` or ``https://``.

    Returns:
        The file. Its name in the cache begins with the hash of the whole URL.

    Raises:
        OSError: If it cannot be fetched, or not written.
        ValueError: If its hash is not the one that its name states.
    """
    name = file_name(url)
    path = find_cached(url)
    if path is None:
        path = own_place(url)
        print_log(f'downloading {url} to {path}', 'current')
        with atomic_path(path) as temporary:
            with open(temporary, 'wb') as file:
                try:
                    download(url, file, MAX_BYTES, SECONDS)
                except OSError as error:
                    raise OSError(
                        f'{error}; without a network, put a copy of the file at '
                        f'{str(place_for_copy(url))!r}'
                    ) from error
            if not has_stated_hash(temporary, name):
                raise ValueError(
                    f'what {url!r} gives is not what its name says: its SHA-256 does '
                    f'not begin with {stated_hash(name)}; is it another file?'
                )
    return path


def find_cached(url: str) -> Path | None:
    """The file at a URL in torch's cache, or None."""
    name = file_name(url)
    # What torchvision and MMEngine have fetched lies there by its name alone.
    others = cache_folder() / name
    if stated_hash(name) and others.is_file() and has_stated_hash(others, name):
        return others
    path = own_place(url)
    return path if path.exists() else None


def place_for_copy(url: str) -> Path:
    """Where a user may put a copy of the file at a URL, to be found by :func:`find_cached`."""
    name = file_name(url)
    return cache_folder() / name if stated_hash(name) else own_place(url)


def own_place(url: str) -> Path:
    """Where :func:`cached_download` puts what it fetches."""
    key = hashlib.sha256(url.encode()).hexdigest()[:16]
    return cache_folder() / f'{key}-{file_name(url)[-MAX_NAME:]}'


def cache_folder() -> Path:
    """The folder of torch's downloaded checkpoints."""
    return Path(torch.hub.get_dir(), 'checkpoints')


def file_name(url: str) -> str:
    """The name of the file at a URL."""
    return re.sub(r'[^\w.+-]', '_', Path(unquote(urlparse(url).path)).name, flags=re.ASCII)


def stated_hash(name: str) -> str:
    """The beginning of the SHA-256 that a file name states; empty if it states none."""
    found = STATED_HASH.search(name)
    # Eight digits without a letter are a date.
    return found[1] if found and not found[1].isdigit() else ''


def has_stated_hash(path: Path, name: str) -> bool:
    """Whether a file's SHA-256 is what ``name`` states; True if that states none."""
    stated = stated_hash(name)
    if not stated:
        return True
    total = hashlib.sha256()
    with open(path, 'rb') as file:
        for chunk in iter(lambda: file.read(2**20), b''):
            total.update(chunk)
    return total.hexdigest().startswith(stated)
