"""Read the config of an mmseg segmentor, and build it without its weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.config import Config, ConfigDict
from mmengine.registry import DefaultScope

from mmscllle.registry import MODELS

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
        if '::' in config:
            from mmengine.hub import get_config

            whole = get_config(config)
        elif Path(config).is_file():
            whole = Config.fromfile(config)
        else:
            raise FileNotFoundError(
                f'{key}: there is no config file {config!r}; an installed '
                "package's config is written 'mmseg::folder/name.py'"
            )
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
