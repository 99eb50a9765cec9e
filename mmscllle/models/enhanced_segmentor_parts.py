"""Build and fill the enhancer and the segmentor of a chain."""
from __future__ import annotations

from typing import Sequence

from mmengine.config import Config, ConfigDict
from mmseg.models import BaseSegmentor
from mmseg.structures import SegDataSample
from torch import Tensor, nn

from mmscllle.registry import MODELS
from mmscllle.utils.weights import load_weights, read_checkpoint

from . import frozen_segmentor
from .enhancers.curve_enhancer import OWNER_PREFIXES

PARTS = ('enhancer', 'segmentor')


def build_enhancer(config: str | dict) -> nn.Module:
    """Build an enhancer without its weights.

    Args:
        config: The enhancer's config as a dict, or the path of a config file whose model has one
            (an SCL-LLE config).

    Returns:
        The enhancer.

    Raises:
        ValueError: If the config file's model has no enhancer.
    """
    if isinstance(config, str):
        model = Config.fromfile(config).get('model', {})
        if 'enhancer' not in model:
            raise ValueError(f'model.enhancer: the model of {config!r} has no enhancer')
        config = model['enhancer']
    return MODELS.build(ConfigDict(config))


def build_segmentor(config: str | dict, changes: dict) -> BaseSegmentor:
    """Build an mmseg segmentor without its weights, some keys of its config changed.

    Args:
        config: Path, ``'mmseg::…'`` name or dict of its config.
        changes: Keys of the model's config, merged into it; None leaves a key as it is.

    Returns:
        The segmentor.
    """
    merged = Config(dict(model=frozen_segmentor.read_segmentor_config(config, 'model.segmentor')))
    merged.merge_from_dict(
        dict(model={name: value for name, value in changes.items() if value is not None}))
    segmentor = frozen_segmentor.build_segmentor(merged.model, 'model.segmentor')
    preprocessor = segmentor.data_preprocessor
    sizes = [getattr(preprocessor, name, 0) for name in ('size', 'size_divisor')]
    if sizes == [None, None]:
        # In training mmseg's preprocessor insists on either; this one adds no padding.
        preprocessor.size_divisor = 1
    return segmentor


def load_part(part: nn.Module, name: str, checkpoint: str) -> None:
    """Load a checkpoint of the bare part, or of a model that holds it.

    Args:
        part: The enhancer or the segmentor, changed in place.
        name: ``'enhancer'`` or ``'segmentor'``.
        checkpoint: A local path or a URL.

    Raises:
        ValueError: If weights of the part are missing or have another shape.
        FileNotFoundError: If there is no such file.
    """
    key = f'model.{name}_checkpoint'
    weights, _ = read_checkpoint(checkpoint, key)
    owners = OWNER_PREFIXES if name == 'enhancer' else (f'{name}.', )
    prefix = next((owner for owner in owners if any(key.startswith(owner) for key in weights)), '')
    load_weights(part, checkpoint, key, prefix=prefix)


def adopt_bare_part(chain: nn.Module, state_dict: dict[str, Tensor], prefix: str,
                    *_: object) -> None:
    """Let a checkpoint of a bare enhancer or of a bare segmentor load into its part.

    The part that a checkpoint lacks altogether stays as it is.  A hook of ``load_state_dict``.

    Args:
        chain: What loads it, with both parts as attributes.
        state_dict: The checkpoint's weights, changed in place.
        prefix: What the names of the chain's weights start with.
    """
    own = {part: getattr(chain, part).state_dict() for part in PARTS}
    for name in [name for name in state_dict if name.startswith(prefix)]:
        bare = name[len(prefix):]
        if not bare.startswith(('enhancer.', 'segmentor.')):
            part = 'enhancer' if bare in own['enhancer'] else 'segmentor'
            state_dict[f'{prefix}{part}.{bare}'] = state_dict.pop(name)
    for part, weights in own.items():
        start = f'{prefix}{part}.'
        if not any(name.startswith(start) for name in state_dict):
            state_dict.update({start + name: value for name, value in weights.items()})


def check_labels(samples: Sequence[SegDataSample]) -> None:
    """Check that each sample has labels.

    Args:
        samples: Data samples of a training batch.

    Raises:
        ValueError: If one has none.
    """
    missing = [sample.metainfo.get('img_path') for sample in samples if 'gt_sem_seg' not in sample]
    if missing:
        raise ValueError(f'there are no labels for {missing}: give a model.objective with a '
                         'segmentor, which labels them, or train on labelled images alone')
