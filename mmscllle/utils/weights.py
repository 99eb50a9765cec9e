"""Load pretrained weights, strictly and without running code from the file."""
from __future__ import annotations

import pickle
import re
from contextlib import nullcontext
from pathlib import Path
from typing import ContextManager

import numpy as np
import torch
from mmengine.logging import HistoryBuffer, print_log
from mmengine.runner import CheckpointLoader
from torch import Tensor, nn


def _mmengine_types() -> ContextManager:
    """Let ``weights_only`` pass the plain containers that MMEngine's checkpoints hold."""
    if not hasattr(torch.serialization, 'safe_globals'):
        return nullcontext()
    try:
        from numpy._core.multiarray import _reconstruct, scalar
    except ImportError:
        from numpy.core.multiarray import _reconstruct, scalar
    dtypes = [type(np.dtype(kind)) for kind in (np.float64, np.float32, np.int64, np.int32)]
    return torch.serialization.safe_globals(
        [HistoryBuffer, np.ndarray, np.dtype, _reconstruct, scalar, *dtypes])


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
    if '://' in checkpoint:
        content = CheckpointLoader.load_checkpoint(checkpoint, map_location='cpu')
    else:
        path = Path(checkpoint).expanduser()
        if not path.is_file():
            raise FileNotFoundError(f'{key}: there is no checkpoint file {checkpoint!r}')
        try:
            with _mmengine_types():
                content = torch.load(path, map_location='cpu', weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError) as error:
            raise ValueError(f'{key}: {checkpoint!r} is not a checkpoint of weights only, '
                             f'refused ({error})') from error
    weights = content.get('state_dict', content) if isinstance(content, dict) else None
    if not weights or not all(isinstance(value, Tensor) for value in weights.values()):
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
