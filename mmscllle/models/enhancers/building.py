"""Build the enhancer of a config and fill it with weights."""

from __future__ import annotations

from typing import NamedTuple

from mmengine.config import Config, ConfigDict
from torch import nn

from mmscllle.registry import build_part
from mmscllle.utils.config_files import read_config_file
from mmscllle.utils.weights import load_weights

from .base import adapt_enhancer


class EnhancerSource(NamedTuple):
    """Where an enhancer comes from.

    Attributes:
        config: The enhancer's config.
        weights: Path or URL of a checkpoint that holds its weights; None if none is named.
    """

    config: dict
    weights: str | None = None


def find_enhancer(cfg: Config | ConfigDict | dict | str, key: str = '') -> EnhancerSource:
    """Find the enhancer in a config.

    Args:
        cfg: A whole config, its ``model``, or the enhancer's own part, as a dict, the path of a
            file or a name such as ``'mmscllle::scl_lle/….py'``.  A model holds its enhancer as
            ``enhancer`` or, in mmagic's models, in ``generator``.
        key: The argument that gives it, for error messages.

    Returns:
        The enhancer's config, and the weights that the whole names: ``load_from``, the model's
        ``enhancer_checkpoint``, or the ``init_cfg`` of the enhancer.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If there is nothing in it that has a type.
    """
    if isinstance(cfg, str):
        cfg = read_config_file(cfg, key)
    model = cfg.get('model', cfg)
    config = model
    for owner in ('generator', 'enhancer'):
        config = config.get(owner, config)
        if isinstance(config, str):
            config = find_enhancer(config, key).config
    if 'type' not in config:
        where = f'{key}: ' if key else ''
        raise ValueError(f'{where}the model of the config, or its enhancer, has no type')
    weights = (
        cfg.get('load_from')
        or model.get('enhancer_checkpoint')
        or (config.get('init_cfg') or {}).get('checkpoint')
    )
    return EnhancerSource(config, weights)


def build_enhancer(config: dict | str) -> nn.Module:
    """Build an enhancer; it has the weights that its constructor gives it.

    Args:
        config: The enhancer's config, or the path of a config whose model has one.

    Returns:
        The enhancer, which keeps to the contract of :mod:`.base` or raises an error.

    Raises:
        ValueError: If the config is that of a whole model.
    """
    if isinstance(config, str):
        config = find_enhancer(config).config
    enhancer = build_part(config)
    if hasattr(enhancer, 'train_step'):
        raise ValueError(f'{type(enhancer).__name__} is no enhancer, and holds none')
    return adapt_enhancer(enhancer)


def load_enhancer(source: EnhancerSource, key: str) -> nn.Module:
    """Build an enhancer with its weights.

    Args:
        source: Where it comes from.
        key: What names the weights, for error messages.

    Returns:
        The enhancer.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If the enhancer has weights and none are named, or they do not fit, or the file
            holds more than weights.
    """
    enhancer = build_enhancer(source.config)
    if source.weights:
        load_weights(
            enhancer,
            source.weights,
            key,
            f'The enhancer is a {type(enhancer).__name__}; give the config of the one '
            'that these weights were trained in.',
            'enhancer',
        )
    elif enhancer.state_dict():
        raise ValueError(
            f'{key}: no weights of the {type(enhancer).__name__} are named, and '
            'random ones are of no use; give the path of a checkpoint'
        )
    return enhancer
