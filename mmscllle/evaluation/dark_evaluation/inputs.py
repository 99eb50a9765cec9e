"""What a user passes: configs, and errors that name the argument to blame."""
from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from mmengine.config import Config
from mmengine.hub import get_config

from mmscllle.utils.commands import UsageError
from mmscllle.utils.messages import one_line


class InputError(UsageError):
    """The user's input is wrong; the message is one line that names the argument."""


@contextmanager
def blame(argument: str) -> Iterator[None]:
    """Turn any error inside into an :class:`InputError` that names ``argument``.

    Configs run code and build any registered part, so any exception may come of a wrong one.

    Raises:
        InputError: In place of every other exception.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        text = one_line(error)
        raise InputError(text if text.startswith(argument) else f'{argument}: {text}') from error


def read_config(source: str, argument: str, options: dict | None = None) -> Config:
    """Read a config.

    Args:
        source: Path of a file, or a name such as ``'mmseg::pspnet/….py'``.
        argument: The command-line argument that gives it, for error messages.
        options: Keys to override.

    Returns:
        The config.

    Raises:
        InputError: If there is no such config, or it cannot be read.
    """
    with blame(argument):
        if '::' in source:
            cfg = get_config(source)
        elif Path(source).is_file():
            cfg = Config.fromfile(source)
        else:
            raise FileNotFoundError(f'there is no config file {source!r}; give a path, or an '
                                    "installed package's config as 'mmseg::folder/name.py'")
        cfg.merge_from_dict(options or {})
        return cfg
