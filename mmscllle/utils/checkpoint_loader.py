"""Read checkpoint files as weights only, with every supported torch and MMEngine.

MMEngine 0.10.7 runs whatever code a file holds on a torch before 2.6, and refuses the checkpoints
that it writes itself since; OneDL's MMEngine falls back to running the code.  Here, what MMEngine's
runner writes is read in full, anything else refused.  :mod:`.checkpoint_schemes` makes MMEngine
read so, too.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile, is_zipfile

import torch
from mmengine.utils import digit_version

from mmscllle.utils.checkpoint_archive import read_archive
from mmscllle.utils.checkpoint_globals import ALLOWED_GLOBALS

if TYPE_CHECKING:
    from torch.serialization import MAP_LOCATION

# What reading a broken or foreign pickle or archive raises.
_UNREADABLE = (
    pickle.UnpicklingError,
    BadZipFile,
    RuntimeError,
    EOFError,
    AttributeError,
    ImportError,
    LookupError,
    TypeError,
    ValueError,
)


def load_from_local(filename: str, map_location: MAP_LOCATION = None) -> object:
    """Read a checkpoint file.

    Args:
        filename: Its path.
        map_location: As in :func:`torch.load`.

    Returns:
        What the file holds, usually a dict.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is none that MMEngine or torch writes, asks for anything beside
            tensors, Python's own types and :data:`ALLOWED_GLOBALS`, or holds weights that are not
            finite.
    """
    path = Path(filename).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'there is no checkpoint file {str(filename)!r}')
    try:
        content = _read_weights_only(path, map_location)
    except _UNREADABLE as error:
        # Around and behind what was wrong, torch's own message explains how to run the code.
        reason = error.__context__ or error
        told = str(reason).split(' Please use `torch.serialization')[0]
        raise ValueError(
            f'{str(filename)!r} is not a checkpoint of weights, refused: '
            f'{told or type(reason).__name__}'
        ) from error
    check_finite(content, str(filename))
    # Of mmcv's time.  MMEngine runs it as a config where a training goes on, and uses none of it.
    meta = content.get('meta') if isinstance(content, dict) else None
    if isinstance(meta, dict):
        meta.pop('config', None)
    return content


def check_finite(content: object, name: str) -> None:
    """Check the weights in a checkpoint.

    Args:
        content: What the file holds.
        name: Of the file, for the error message.

    Raises:
        ValueError: If one is infinite or not a number.
    """
    if not isinstance(content, dict):
        return
    for part in (content, content.get('state_dict'), content.get('ema_state_dict')):
        for key, value in part.items() if isinstance(part, dict) else ():
            if torch.is_tensor(value) and not value.isfinite().all():
                raise ValueError(
                    f'{name!r} holds weights that are infinite or not a number '
                    f'(first {key}): its training has failed; take an earlier '
                    'checkpoint'
                )


def _check_archive(path: Path) -> None:
    """Refuse an archive that is larger unpacked than on disk: torch writes none."""
    with ZipFile(path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > path.stat().st_size:
        raise BadZipFile(f'its {path.stat().st_size} bytes unpack to {unpacked}')


def _read_weights_only(path: Path, map_location: MAP_LOCATION) -> object:
    is_archive = is_zipfile(path)
    if is_archive:
        _check_archive(path)
    if digit_version(torch.__version__) >= digit_version('2.6'):
        with torch.serialization.safe_globals(
            [(value, name) for name, value in ALLOWED_GLOBALS.items()]
        ):
            return torch.load(path, map_location, weights_only=True)
    if is_archive:
        return read_archive(path, map_location)
    # The format of a torch before 1.6.
    return torch.load(path, map_location, weights_only=True)
