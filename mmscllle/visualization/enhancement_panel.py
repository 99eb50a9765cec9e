"""The panel input | enhanced (| segmentation of both) of one image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .panels import GAP, titled_row
from .segmentation_overlay import class_legend, overlay_segmentation


def enhancement_panel(
    low: Tensor,
    enhanced: Tensor,
    segmentor: Any = None,
    meta: Mapping[str, Sequence] | None = None,
    max_height: int = 512,
    opacity: float = 0.5,
) -> np.ndarray:
    """Draw an image before and after enhancement.

    Args:
        low: The input, (3, H, W), RGB in [0, 1].
        enhanced: The enhanced image, (3, H', W'), RGB; values outside [0, 1] are clamped.
        segmentor: ``segmentor.predict(x)`` gives labels (1, H, W) of x (1, 3, H, W), RGB in
            [0, 1]; None: no segmentations.
        meta: ``classes`` and ``palette`` of the segmentor; required with a segmentor.
        max_height: Pictures higher than this are reduced to it, in pixels.
        opacity: Weight of the class colours, 0 to 1.

    Returns:
        uint8 RGB array: titled pictures in one row, with the legend of the classes that occur.

    Raises:
        ValueError: If a segmentor comes without ``classes`` and ``palette``, or it predicts a
            label that the palette lacks.
    """
    meta = meta or {}
    if segmentor is not None and not (meta.get('classes') and meta.get('palette')):
        raise ValueError(f'segmentations need "classes" and "palette" in meta, got {sorted(meta)}')
    tensors = [low.detach().float(), enhanced.detach().float().clamp(0, 1)]
    images = [_to_uint8(tensor) for tensor in tensors]
    titles = ['input', 'enhanced']
    legend = None
    if segmentor is not None:
        labels = [_segment(segmentor, tensor) for tensor in tensors]
        images += [
            overlay_segmentation(image, label, meta['palette'], opacity)
            for image, label in zip(images, labels, strict=True)
        ]
        titles += ['input, segmented', 'enhanced, segmented']
        legend = _present_classes(labels, meta)
    height = min(max_height, max(image.shape[0] for image in images))
    panel = titled_row(images, titles, height=height)
    if legend is None:
        return panel
    strip = class_legend(*legend, width=max(panel.shape[1] - 2 * GAP, 1))
    strip = np.pad(strip, ((0, GAP), (GAP, GAP), (0, 0)), constant_values=255)
    return np.concatenate([panel, strip[:, : panel.shape[1]]])


def _to_uint8(image: Tensor) -> np.ndarray:
    return (image * 255).round().byte().permute(1, 2, 0).cpu().numpy()


@torch.no_grad()
def _segment(segmentor: Any, image: Tensor) -> np.ndarray:
    return segmentor.predict(image[None])[0].cpu().numpy()


def _present_classes(
    labels: Sequence[np.ndarray], meta: Mapping[str, Sequence]
) -> tuple[list, list]:
    """Names and colours of the classes that occur; labels without a name (void) are left out."""
    present = np.unique(np.concatenate([label.ravel() for label in labels]))
    named = [index for index in present.tolist() if index < len(meta['classes'])]
    return [meta['classes'][index] for index in named], [meta['palette'][index] for index in named]
