"""Read the zip archive that ``torch.save`` writes without running code from it.

This serves a torch before 2.6: its ``weights_only`` cannot be told of MMEngine's types in full, and
torch 1.13.0 ignores the ``pickle_module`` that it is given.  The archive holds a pickle, which is
read as Python's documentation says ("Restricting Globals"), and a file of numbers for each storage.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import torch
from torch import Tensor, nn

from mmscllle.utils.checkpoint_globals import ALLOWED_GLOBALS

if TYPE_CHECKING:
    from torch.serialization import MAP_LOCATION


def read_archive(path: Path, map_location: MAP_LOCATION = None) -> object:
    """Read a checkpoint file.

    Args:
        path: The file, a zip archive.
        map_location: As in :func:`torch.load`.

    Returns:
        What was given to ``torch.save``.

    Raises:
        pickle.UnpicklingError: If the file asks for anything beside tensors, Python's own types
            and :data:`ALLOWED_GLOBALS`.
    """
    with ZipFile(path) as archive:
        return _Unpickler(archive, map_location).load()


def _view(
    values: Tensor,
    offset: int,
    size: tuple,
    stride: tuple,
    requires_grad: bool,
    hooks: dict,
    metadata: object = None,
) -> Tensor:
    return values.as_strided(size, stride, offset).requires_grad_(requires_grad)


def _parameter(values: Tensor, requires_grad: bool, hooks: dict) -> nn.Parameter:
    return nn.Parameter(values, requires_grad)


_TENSOR_GLOBALS = {
    'torch.Size': torch.Size,
    'torch.device': torch.device,
    'torch._utils._rebuild_tensor_v2': _view,
    'torch._utils._rebuild_parameter': _parameter,
}


class _Unpickler(pickle.Unpickler):
    """Reads the pickle of one archive; where the pickle names a storage, a flat tensor is given."""

    def __init__(self, archive: ZipFile, map_location: MAP_LOCATION) -> None:
        pickles = [name for name in archive.namelist() if name.endswith('/data.pkl')]
        if len(pickles) != 1:
            raise pickle.UnpicklingError('not one file data.pkl is in it')
        super().__init__(archive.open(pickles[0]), encoding='utf-8')
        self.archive = archive
        self.folder = pickles[0][: -len('.pkl')]
        self.map_location = map_location
        self.storages: dict[str, Tensor] = {}

    def find_class(self, module: str, name: str) -> object:
        path = f'{module}.{name}'
        if path in _TENSOR_GLOBALS:
            return _TENSOR_GLOBALS[path]
        if path in ALLOWED_GLOBALS:
            return ALLOWED_GLOBALS[path]
        value = getattr(torch, name, None) if module == 'torch' else None
        # The class of a storage tells no more than the type of its numbers.
        dtype = getattr(value, 'dtype', value)
        if isinstance(dtype, torch.dtype):
            return dtype
        raise pickle.UnpicklingError(f'{path} is no part of it')

    def persistent_load(self, saved: tuple) -> Tensor:
        _, dtype, key, location, _ = saved
        if key not in self.storages:
            content = bytearray(self.archive.read(f'{self.folder}/{key}'))
            # There is no buffer of no bytes.
            values = (
                torch.frombuffer(content, dtype=dtype) if content else torch.empty(0, dtype=dtype)
            )
            self.storages[key] = values.to(self._place(values, location))
        return self.storages[key]

    def _place(self, values: Tensor, location: str) -> torch.device | str:
        if callable(self.map_location):
            return self.map_location(values.storage(), location).device
        if isinstance(self.map_location, dict):
            return self.map_location.get(location, location)
        return self.map_location or location
