"""Weights that come with the package: ``mmscllle://scl-lle`` wherever a checkpoint is named."""

from __future__ import annotations

import functools
import logging
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mmengine.logging import print_log

from .checkpoint_loader import load_from_local

if TYPE_CHECKING:
    from torch.serialization import MAP_LOCATION

SCHEME = 'mmscllle://'
WEIGHTS = Path(__file__).resolve().parents[1] / 'weights'


class ShippedModel(NamedTuple):
    """Weights that come with the package, and the enhancer that they are for.

    Attributes:
        weights: The file.
        config: The config of their training, below ``configs``.
    """

    weights: Path
    config: str


# Photographs and video, by the network that sees the whole picture, learned from real exposures
# without pairs, and with well-exposed shots as references; what segmentors see at night, by judges
# of two families, and its part for dusk; and the paper's network.
SHIPPED_MODELS = {
    'scl-lle': ShippedModel(
        WEIGHTS / 'scl-lle.pth',
        'scl_lle/scl-lle_bilateral-grid_exposures-dusk-256x256_2k-600.py',
    ),
    'scl-lle-paired': ShippedModel(
        WEIGHTS / 'scl-lle-paired.pth',
        'scl_lle/scl-lle_bilateral-grid_exposures-dusk-paired-256x256_2k-600.py',
    ),
    'scl-lle-night': ShippedModel(
        WEIGHTS / 'scl-lle-night.pth',
        'scl_lle/scl-lle_bilateral-grid_camvid-night-256x256_seg_2400.py',
    ),
    'scl-lle-dusk': ShippedModel(
        WEIGHTS / 'scl-lle-dusk.pth',
        'scl_lle/scl-lle_bilateral-grid_camvid-dusk-256x256_seg_300.py',
    ),
    'scl-lle-curves': ShippedModel(
        WEIGHTS / 'scl-lle-curves.pth',
        'scl_lle/scl-lle_exact-fast_fast-scnn_camvid-dusk-320x320_1k.py',
    ),
}
# What was in the package once, and what takes its place.
REPLACED = {'scl-lle-seg': 'scl-lle-night'}
DEFAULT_MODEL = 'scl-lle'


@functools.cache
def current_name(name: str) -> str:
    """The name of what takes a model's place, which is told once; of most, the same name."""
    if name not in REPLACED:
        return name
    print_log(
        f'{SCHEME}{name} is no more: {SCHEME}{REPLACED[name]} takes its place, another network, '
        'trained on other data (docs/model_cards.md has the licence)',
        'current',
        logging.WARNING,
    )
    return REPLACED[name]


def load_from_package(filename: str, map_location: MAP_LOCATION = None) -> object:
    """Read weights that come with the package.

    Args:
        filename: ``mmscllle://`` and a name in :data:`SHIPPED_MODELS` or :data:`REPLACED`.
        map_location: As in :func:`torch.load`.

    Returns:
        The state dict.

    Raises:
        ValueError: If there are none of that name.
    """
    name = current_name(filename[len(SCHEME) :])
    if name not in SHIPPED_MODELS:
        names = ', '.join(SCHEME + known for known in SHIPPED_MODELS)
        raise ValueError(f'no weights {filename!r} come with the package; there are {names}')
    return load_from_local(str(SHIPPED_MODELS[name].weights), map_location)
