"""Load pretrained weights, strictly and without running code from the file."""
from __future__ import annotations

import codecs
import os
import pickle
import re
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO, Callable, Iterator
from unittest.mock import patch

import numpy as np
import torch
from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader
from torch import Tensor, nn


class _Skipped:
    """Stands in for what MMEngine logs beside the weights: takes everything, does nothing."""

    def __init__(self, *_: object) -> None:
        pass

    def __setstate__(self, state: object) -> None:
        pass


def _named(module: str, name: str, value: Callable | None = None) -> Callable:
    """A stand-in known to torch by another name, for the function ``value`` or for nothing."""
    if value is None:
        return type(name, (_Skipped, ), {'__module__': module, '__qualname__': name})

    def call(*args: object) -> object:
        return value(*args)

    call.__module__, call.__qualname__ = module, name
    return call


def _checkpoint_types() -> list:
    """What the checkpoints of MMEngine's runner hold beside tensors and Python's own types."""
    array, scalar = np.zeros(0).__reduce__()[0], np.float64(0).__reduce__()[0]
    numbers = [type(np.dtype(kind)) for kind in 'f8 f4 i8 i4 u1 ?'.split()]
    # A history names its statistics by `getattr`, which no file may call: both are left out.
    skipped = [_named('mmengine.logging.history_buffer', 'HistoryBuffer'),
               *(_named(module, 'getattr') for module in ('builtins', '__builtin__'))]
    # The module's name before and since NumPy 2.
    restorers = [_named(f'numpy.{core}.multiarray', function.__name__, function)
                 for core in ('core', '_core') for function in (array, scalar)]
    return [np.ndarray, np.dtype, *numbers, *skipped, *restorers]


class _RestrictedUnpickler(pickle.Unpickler):
    """What ``weights_only`` uses with a torch that cannot be told of further types (< 2.4)."""

    def find_class(self, module: str, name: str) -> object:
        from torch._weights_only_unpickler import _get_allowed_globals
        allowed = {f'{value.__module__}.{value.__qualname__}': value
                   for value in (codecs.encode, *_checkpoint_types())}
        allowed.update(_get_allowed_globals())
        if f'{module}.{name}' not in allowed:
            raise pickle.UnpicklingError(f'{module}.{name} is no part of a checkpoint of weights')
        return allowed[f'{module}.{name}']

    @classmethod
    def load_file(cls, file: BinaryIO, **kwargs: object) -> object:
        return cls(file, **kwargs).load()


@contextmanager
def _weights_only() -> Iterator[None]:
    """Within it ``torch.load``, also MMEngine's, runs no code but reads MMEngine's checkpoints."""
    if hasattr(torch.serialization, 'safe_globals'):
        types = torch.serialization.safe_globals(_checkpoint_types())
    else:
        types = patch.object(
            torch.serialization, '_weights_only_unpickler', SimpleNamespace(
                Unpickler=_RestrictedUnpickler, load=_RestrictedUnpickler.load_file))
    with types, patch.dict(os.environ, TORCH_FORCE_WEIGHTS_ONLY_LOAD='1'):
        os.environ.pop('TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', None)
        yield


def read_checkpoint(checkpoint: str, key: str) -> tuple[dict[str, Tensor], dict]:
    """Read the weights of a checkpoint file.

    Args:
        checkpoint: A local path, or a URL that MMEngine's checkpoint loader understands.
        key: The config key that names the checkpoint, for error messages.

    Returns:
        The state dict, on the CPU (that under ``state_dict`` if the file has such a level), and
        the file's ``meta``, empty if it has none.

    Raises:
        ValueError: If no checkpoint is given, or the file holds something other than weights.
        FileNotFoundError: If there is no such file.
    """
    if not isinstance(checkpoint, str) or not checkpoint:
        raise ValueError(f'{key} must be the path or URL of a checkpoint, got {checkpoint!r}')
    path = Path(checkpoint).expanduser()
    remote = '://' in checkpoint
    if not remote and not path.is_file():
        raise FileNotFoundError(f'{key}: there is no checkpoint file {checkpoint!r}')
    try:
        with _weights_only():
            if remote:
                content = CheckpointLoader.load_checkpoint(checkpoint, map_location='cpu')
            else:
                content = torch.load(path, map_location='cpu', weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError) as error:
        raise ValueError(f'{key}: {checkpoint!r} is not a checkpoint of weights only, '
                         f'refused ({error})') from error
    weights = content.get('state_dict', content) if isinstance(content, dict) else None
    if not (isinstance(weights, dict) and weights
            and all(isinstance(value, Tensor) for value in weights.values())):
        raise ValueError(f'{key}: {checkpoint!r} holds no state dict')
    meta = content.get('meta', {}) if 'state_dict' in content else {}
    return {re.sub(r'^module\.', '', name): value for name, value in weights.items()}, meta


def load_weights(network: nn.Module,
                 checkpoint: str,
                 key: str,
                 hint: str = '',
                 prefix: str = '') -> dict:
    """Load a checkpoint into a network; every weight of the network must be in it.

    Args:
        network: The network, changed in place.
        checkpoint: A local path or a URL.
        key: The config key that names the checkpoint, for error messages.
        hint: What to check if the weights do not fit, for error messages.
        prefix: Take only the weights whose names start so, without it.

    Returns:
        The checkpoint's ``meta``, empty if it has none.

    Raises:
        ValueError: If weights are missing or have another shape.
    """
    content, meta = read_checkpoint(checkpoint, key)
    weights = {name[len(prefix):]: value for name, value in content.items()
               if name.startswith(prefix)}
    own = network.state_dict()
    missing = [name for name in own if name not in weights]
    wrong = [f'{name} is {tuple(weights[name].shape)} in the file, {tuple(value.shape)} in the '
             'model' for name, value in own.items()
             if name in weights and weights[name].shape != value.shape]
    if missing or wrong:
        problems = '; '.join(wrong[:3] + [f'{name} is missing' for name in missing[:3]])
        raise ValueError(f'{key}: {checkpoint!r} does not fit the model '
                         f'({len(missing)} weights missing, {len(wrong)} of another shape: '
                         f'{problems}). {hint}'.rstrip())
    unused = len([name for name in weights if name not in own])
    network.load_state_dict({name: weights[name] for name in own})
    print_log(f'{key}: loaded {len(own)} weights from {checkpoint}'
              + (f', {unused} more in the file have no use here' if unused else ''), 'current')
    return meta
