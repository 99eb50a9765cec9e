"""Read the config of an mmseg segmentor, and build it without its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmengine.config import ConfigDict
from mmengine.registry import DefaultScope

from mmscllle.registry import MODELS
from mmscllle.utils.config_files import read_config_file

# mmseg takes a second to import: only where a segmentor is built.
if TYPE_CHECKING:
    from mmseg.models import BaseSegmentor


def read_segmentor_config(config: str | dict, key: str) -> ConfigDict:
    """Find the model part of an mmseg config.

    Args:
        config: Path of a config file, a name such as ``'mmseg::pspnet/….py'``, a whole config as
            a dict, or its ``model`` part.
        key: The config key that names it, for error messages.

    Returns:
        The model's config.

    Raises:
        FileNotFoundError: If there is no such file.
        TypeError: If ``config`` is neither a string nor a dict.
        ValueError: If no model is in it.
    """
    if isinstance(config, str):
        whole = read_config_file(config, key)
    elif isinstance(config, dict):
        whole = config
    else:
        raise TypeError(f'{key} must be a path, a name or a dict, got {type(config).__name__}')
    model = whole.get('model', whole)
    if 'type' not in model:
        raise ValueError(f'{key} holds no model: neither `model` nor `type` is in it')
    return ConfigDict(model)


def build_segmentor(config: str | dict, key: str) -> BaseSegmentor:
    """Build an mmseg segmentor without its weights.

    Args:
        config: See :func:`read_segmentor_config`.
        key: The config key that names it, for error messages.

    Returns:
        The segmentor, in the state its constructor leaves it.

    Raises:
        ValueError: If the model is no mmseg segmentor.
    """
    from mmseg.models import BaseSegmentor

    model = read_segmentor_config(config, key).copy()
    model.setdefault('_scope_', 'mmseg')
    with DefaultScope.overwrite_default_scope('mmseg'):
        network = MODELS.build(model)
    if not isinstance(network, BaseSegmentor):
        raise ValueError(f'{key} must be an mmseg segmentor, got {type(network).__name__}')
    return network
