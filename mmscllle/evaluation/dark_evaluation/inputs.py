"""What a user passes: configs, and errors that name the argument to blame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.config import Config

from mmscllle.utils.commands import UsageError
from mmscllle.utils.config_files import read_config_file
from mmscllle.utils.messages import one_line


class InputError(UsageError):
    """The user's input is wrong; the message is one line that names the argument."""


@contextmanager
def blame(argument: str) -> Iterator[None]:
    """Turn any error inside into an :class:`InputError` that names ``argument``.

    An error that begins with the name of an argument keeps that.

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
        raise InputError(text if text.startswith('--') else f'{argument}: {text}') from error


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
        cfg = read_config_file(source)
        cfg.merge_from_dict(options or {})
        return cfg


def split_named_source(entry: str, argument: str) -> tuple[str, str]:
    """Split ``NAME=SOURCE``.

    Args:
        entry: What the user wrote.
        argument: The command-line argument, for error messages.

    Returns:
        Name and source.

    Raises:
        InputError: If it is something else.
    """
    name, _, source = entry.partition('=')
    if not re.fullmatch(r'[\w.+-]+', name) or not source:
        raise InputError(
            f'{argument}: got {entry!r}; write NAME=SOURCE, with letters, digits and '
            '. _ + - in the name'
        )
    return name, source


def split_method_source(entry: str, argument: str) -> tuple[str, str]:
    """Split ``NAME=SOURCE`` of a row of the table; see :func:`split_named_source`.

    Raises:
        InputError: If it is something else, or the name is that of the pictures as they are.
    """
    name, source = split_named_source(entry, argument)
    if name == 'none':
        raise InputError(f"{argument}: 'none' is the row of the pictures as they are; rename it")
    return name, source


def check_device(device: str) -> None:
    """Check what ``--device`` names.

    Raises:
        InputError: If there is no such device.
    """
    if not re.fullmatch(r'cpu|cuda(:\d+)?', device):
        raise InputError(f'--device: must be cpu or cuda, got {device!r}')
    index = int(device.partition(':')[2] or 0)
    if device != 'cpu' and index >= torch.cuda.device_count():
        raise InputError(f'--device: there is no {device}; use --device cpu')
