"""The weights that a config needs from the network, fetched before anything else is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mmscllle.utils.cached_download import cached_download, find_cached
from mmscllle.utils.messages import one_line


def find_urls(config: Any, key: str = '') -> Iterator[tuple[str, str]]:
    """Find the checkpoints that a config names by URL.

    Args:
        config: A config, or a part of one.
        key: Its own key.

    Yields:
        The full key and the URL of each, ``http://`` or ``https://``.
    """
    if isinstance(config, dict):
        for name, value in config.items():
            yield from find_urls(value, f'{key}.{name}' if key else str(name))
    elif isinstance(config, (list, tuple)):
        for index, value in enumerate(config):
            yield from find_urls(value, f'{key}.{index}')
    elif isinstance(config, str) and config.startswith(('http://', 'https://')):
        if key.endswith(('checkpoint', 'load_from')):
            yield key, config


def fetch_checkpoints(config: dict) -> None:
    """Fetch the checkpoints of a config that are not here, and say so.

    Args:
        config: ``model`` and ``load_from`` are searched.

    Raises:
        OSError: If one cannot be fetched; names the URL, where to put a copy, and the config key.
    """
    parts = {name: config.get(name) for name in ('model', 'load_from')}
    missing = {url: key for key, url in find_urls(parts) if find_cached(url) is None}
    if not missing:
        return
    print(
        'Weights that are not on this machine are downloaded first:',
        *missing,
        sep='\n  ',
        flush=True,
    )
    for url, key in missing.items():
        try:
            cached_download(url)
        except (OSError, ValueError) as error:
            raise OSError(
                f'{key}: {one_line(error)}, or name it: --cfg-options {key}=PATH'
            ) from error
