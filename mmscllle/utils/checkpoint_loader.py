"""Read checkpoint files as weights only, with every supported torch and MMEngine.

MMEngine 0.10.7 runs whatever code a file holds on a torch before 2.6, and refuses the checkpoints
that it writes itself since; OneDL's MMEngine falls back to running the code.  Importing this module
registers its loaders with MMEngine's ``CheckpointLoader``, through which ``load_from``,
``--resume``, ``init_cfg`` and the inferencers read: what MMEngine's runner writes is read in full,
anything else refused.  Private storage (``s3://``, ``petrel://``, ``pavi://``) stays MMEngine's.
"""
from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile, is_zipfile

import torch
from mmengine.dist import barrier, get_rank
from mmengine.runner import (
    CheckpointLoader,
    get_deprecated_model_names,
    get_external_models,
    get_mmcls_models,
    get_torchvision_models,
)
from mmengine.utils import digit_version

from mmscllle.utils.cached_download import cached_download, own_place
from mmscllle.utils.checkpoint_archive import read_archive
from mmscllle.utils.checkpoint_globals import ALLOWED_GLOBALS

if TYPE_CHECKING:
    from torch.serialization import MAP_LOCATION

# What reading a broken or foreign pickle or archive raises.
_UNREADABLE = (pickle.UnpicklingError, BadZipFile, RuntimeError, EOFError, AttributeError,
               ImportError, LookupError, TypeError, ValueError)


@CheckpointLoader.register_scheme(prefixes='', force=True)
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
        # Around what was wrong, torch's own message explains how to run the code.
        reason = error.__context__ or error
        raise ValueError(f'{str(filename)!r} is not a checkpoint of weights, refused: '
                         f'{str(reason) or type(reason).__name__}') from error
    check_finite(content, str(filename))
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
                raise ValueError(f'{name!r} holds weights that are infinite or not a number '
                                 f'(first {key}): its training has failed; take an earlier '
                                 'checkpoint')


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
                [(value, name) for name, value in ALLOWED_GLOBALS.items()]):
            return torch.load(path, map_location, weights_only=True)
    if is_archive:
        return read_archive(path, map_location)
    # The format of a torch before 1.6.
    return torch.load(path, map_location, weights_only=True)


@CheckpointLoader.register_scheme(prefixes=('http://', 'https://'), force=True)
def load_from_http(filename: str, map_location: MAP_LOCATION = None) -> object:
    """Read the checkpoint at a URL, which is kept in torch's cache.

    Args:
        filename: The URL.
        map_location: As in :func:`torch.load`.

    Returns:
        What the file holds, usually a dict.

    Raises:
        OSError: If it cannot be fetched.
        ValueError: If its hash is not that in its name, or as by :func:`load_from_local`.
    """
    # First one process, then those of other machines, which have a cache of their own.
    if get_rank() > 0:
        barrier()
    path = cached_download(filename)
    if get_rank() == 0:
        barrier()
    try:
        return load_from_local(str(path), map_location)
    except ValueError as error:
        # A page that asks for a password, for instance: the next run asks anew.
        own_place(filename).unlink(missing_ok=True)
        raise ValueError(f'what {filename!r} gives cannot be used and is not kept: {error}'
                         ) from error


@CheckpointLoader.register_scheme(prefixes=(
    'torchvision://', 'modelzoo://', 'open-mmlab://', 'openmmlab://', 'mmcls://'), force=True)
def load_from_list(filename: str, map_location: MAP_LOCATION = None) -> object:
    """Read a checkpoint that is in one of MMEngine's lists of public models.

    Args:
        filename: ``torchvision://``, ``open-mmlab://`` or ``mmcls://`` and the model's name.
        map_location: As in :func:`torch.load`.

    Returns:
        What the file holds, usually a dict; of ``mmcls://`` the backbone alone.

    Raises:
        ValueError: If the list has no such model, or as by :func:`load_from_local`.
    """
    scheme, _, name = filename.partition('://')
    if scheme in ('torchvision', 'modelzoo'):
        addresses = get_torchvision_models()
    elif scheme == 'mmcls':
        addresses = get_mmcls_models()
    else:
        addresses = get_external_models()
        name = get_deprecated_model_names().get(name, name)
    if name not in addresses:
        raise ValueError(f'MMEngine knows no model {filename!r}')
    content = CheckpointLoader.load_checkpoint(addresses[name], map_location)
    if scheme == 'mmcls':
        weights = content.get('state_dict', content)
        content = dict(state_dict={key[len('backbone.'):]: value for key, value in weights.items()
                                   if key.startswith('backbone.')})
    return content
