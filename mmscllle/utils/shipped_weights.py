"""Weights that come with the package: ``mmscllle://scl-lle`` wherever a checkpoint is named."""
from __future__ import annotations

from pathlib import Path

from mmengine.runner import CheckpointLoader

from .checkpoint_loader import load_from_local

SCHEME = 'mmscllle://'
WEIGHTS = Path(__file__).resolve().parents[1] / 'weights'
# Enhancers whose weights come with the package: for photographs and video, in the exact and in the
# fast mode; and for what a segmentor sees in the dark, which may look dark and smooth to a person.
SHIPPED_MODELS = {name: WEIGHTS / f'{name}.pth' for name in ('scl-lle', 'scl-lle-seg')}


@CheckpointLoader.register_scheme(prefixes=SCHEME, force=True)
def load_from_package(filename: str, map_location: object = None) -> object:
    """Read weights that come with the package.

    Args:
        filename: ``mmscllle://`` and a name in :data:`SHIPPED_MODELS`.
        map_location: As in :func:`torch.load`.

    Returns:
        The state dict.

    Raises:
        ValueError: If there are none of that name.
    """
    name = filename[len(SCHEME):]
    if name not in SHIPPED_MODELS:
        names = ', '.join(SCHEME + known for known in SHIPPED_MODELS)
        raise ValueError(f'no weights {filename!r} come with the package; there are {names}')
    return load_from_local(str(SHIPPED_MODELS[name]), map_location)
