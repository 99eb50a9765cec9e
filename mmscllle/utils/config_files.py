"""Read the config that a user names: a file, or one that comes with an installed package."""

from __future__ import annotations

from pathlib import Path

from mmengine.config import Config


def read_config_file(source: str, key: str = '') -> Config:
    """Read a config.

    Args:
        source: Path of a file, or a name such as ``'mmseg::pspnet/….py'``.
        key: What names it, for the error message; empty: nothing does.

    Returns:
        The config.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    if '::' in source:
        # Imported here, as it brings MMEngine's runner, which takes a second.
        from mmengine.hub import get_config

        return get_config(source)
    if not Path(source).is_file():
        raise FileNotFoundError(
            f'{key}{": " if key else ""}there is no config file {source!r}; give a path, or an '
            "installed package's config as 'mmseg::folder/name.py'"
        )
    return Config.fromfile(source)
