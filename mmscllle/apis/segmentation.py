"""The segmentor whose view of a picture is drawn before and after."""

from __future__ import annotations

import numpy as np
import torch

from mmscllle.models.frozen_segmentor import FrozenSegmentor


def load_segmentor(
    config: str | dict,
    weights: str | None,
    device: torch.device | str,
    argument: str = 'segmentor_weights',
) -> tuple[FrozenSegmentor, dict]:
    """Load a segmentor and what its classes are called and coloured.

    Args:
        config: Path, ``'mmseg::…'`` name or dict of an mmseg config.
        weights: Path or URL of its checkpoint.
        device: Where it runs.
        argument: What names the checkpoint, for error messages.

    Returns:
        The segmentor, and its ``classes`` and ``palette``: the checkpoint's, or numbers and
        matplotlib's colours where it has none.

    Raises:
        ValueError: If no weights are given, or they do not fit.
        FileNotFoundError: If the config or the checkpoint is not there.
    """
    if not weights:
        raise ValueError(f'{argument}: give the checkpoint of the segmentor')
    segmentor = FrozenSegmentor(config, weights).to(device)
    count, meta = segmentor.num_classes, segmentor.dataset_meta
    classes, palette = (meta.get(key) or () for key in ('classes', 'palette'))
    if len(classes) != count:
        classes = [f'class {index}' for index in range(count)]
    if len(palette) != count:
        from matplotlib import color_sequences

        colours = (np.array(color_sequences['tab20']) * 255).astype(int)
        palette = [colours[index % len(colours)].tolist() for index in range(count)]
    return segmentor, dict(classes=classes, palette=palette)
