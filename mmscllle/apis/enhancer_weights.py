"""Find and build the enhancer that a user names."""
from __future__ import annotations

from mmengine.config import Config, ConfigDict

from mmscllle.models.enhancers import CurveEnhancer
from mmscllle.models.enhancers.curve_enhancer import OWNER_PREFIXES
from mmscllle.registry import MODELS
from mmscllle.utils.weights import load_weights, read_checkpoint

DEFAULT_CONFIG = dict(model=dict(type='mmscllle.CurveEnhancer'))


def find_enhancer_config(cfg: Config | ConfigDict | dict) -> dict:
    """Find the curve enhancer in a config.

    Args:
        cfg: A whole config, its ``model``, or the enhancer's part; a model may also name its
            enhancer by the path of another config.

    Returns:
        The enhancer's config.

    Raises:
        ValueError: If there is no curve enhancer in it.
    """
    config = cfg.get('model', cfg)
    # mmagic's models hold a generator, which holds the enhancer.
    for owner in ('generator', 'enhancer'):
        config = config.get(owner, config)
        if isinstance(config, str):
            return find_enhancer_config(Config.fromfile(config))
    kind = config.get('type')
    if kind not in ('CurveEnhancer', 'mmscllle.CurveEnhancer', CurveEnhancer):
        raise ValueError('model: the model of the config, or its enhancer, must be a '
                         f'CurveEnhancer, got type {kind!r}')
    return {**config, 'type': 'mmscllle.CurveEnhancer'}


def build_enhancer(cfg: Config | ConfigDict | dict, weights: str | None) -> CurveEnhancer:
    """Build the enhancer of a config and load its weights.

    Args:
        cfg: See :func:`find_enhancer_config`.
        weights: Path or URL of a checkpoint of a ``CurveEnhancer``, an ``SCLLLE``, an
            ``EnhancedSegmentor`` or of the authors' release.  None: that of the enhancer's
            ``init_cfg``.

    Returns:
        The network.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If there is no curve enhancer in the config, no checkpoint is named, or it is
            of another network or holds more than weights.
    """
    config = find_enhancer_config(cfg)
    weights = weights or (config.get('init_cfg') or {}).get('checkpoint')
    if not weights:
        raise ValueError('weights: the config names no weights of its enhancer, and enhancing '
                         'with random ones is of no use; give the path of a checkpoint')
    enhancer = MODELS.build(config)
    names, _ = read_checkpoint(weights, 'weights')
    prefix = next((owner for owner in OWNER_PREFIXES
                   if any(name.startswith(owner) for name in names)), '')
    load_weights(
        enhancer, weights, 'weights', 'Weights of a curve enhancer are named e_conv1 to e_conv7; '
        'is this a checkpoint of a CurveEnhancer, SCLLLE or EnhancedSegmentor, with as many '
        'channels and iterations as the model has?', prefix)
    return enhancer
