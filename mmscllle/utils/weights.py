"""Load pretrained weights, strictly and without running code from the file."""
from __future__ import annotations

import re

from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader
from torch import Tensor, nn

from mmscllle.utils.checkpoint_loader import load_from_local


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
    load = CheckpointLoader.load_checkpoint if '://' in checkpoint else load_from_local
    try:
        content = load(checkpoint, 'cpu')
    except (OSError, ValueError) as error:
        raise type(error)(f'{key}: {error}') from error
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
        ValueError: If weights are missing, have another shape, or are integers.
    """
    content, meta = read_checkpoint(checkpoint, key)
    weights = {name[len(prefix):]: value for name, value in content.items()
               if name.startswith(prefix)}
    own = network.state_dict()
    missing = [name for name in own if name not in weights]
    wrong = [f'{name} is {tuple(weights[name].shape)} in the file, {tuple(value.shape)} in the '
             'model' for name, value in own.items()
             if name in weights and weights[name].shape != value.shape]
    wrong += [f'{name} is {weights[name].dtype} in the file, {value.dtype} in the model'
              for name, value in own.items() if name in weights
              and weights[name].is_floating_point() != value.is_floating_point()]
    if missing or wrong:
        problems = '; '.join(wrong[:3] + [f'{name} is missing' for name in missing[:3]])
        raise ValueError(f'{key}: {checkpoint!r} does not fit the model '
                         f'({len(missing)} weights missing, {len(wrong)} of another shape or type: '
                         f'{problems}). {hint}'.rstrip())
    unused = len([name for name in weights if name not in own])
    network.load_state_dict({name: weights[name] for name in own})
    print_log(f'{key}: loaded {len(own)} weights from {checkpoint}'
              + (f', {unused} more in the file have no use here' if unused else ''), 'current')
    return meta
