"""Reads images out of the data samples that MMEngine hands to metrics."""

from __future__ import annotations

import torch


def image_path(sample: dict) -> str:
    """Path of a sample's image for messages; says so where the sample has none."""
    return str(sample.get('img_path', '(sample without img_path)'))


def enhanced_image(sample: dict) -> torch.Tensor:
    """The enhanced image of a data sample.

    Args:
        sample: A data sample as a dict.

    Returns:
        (3, H, W) float32 on the CPU, RGB in [0, 1].

    Raises:
        ValueError: If the sample has no field ``enhanced``, or it is not (3, H, W).
    """
    if 'enhanced' not in sample:
        raise ValueError(
            f'{image_path(sample)}: the data sample has no field "enhanced"; this metric needs a '
            'model that writes it in predict mode (SCLLLE, EnhancedSegmentor)'
        )
    return rgb_image(sample, 'enhanced')


def rgb_image(sample: dict, field: str) -> torch.Tensor:
    """An image field as (3, H, W) float32 on the CPU.

    Raises:
        ValueError: If it has another shape.
    """
    image = sample[field]['data'].detach().float().cpu()
    if image.ndim != 3 or image.shape[0] != 3:
        raise ValueError(
            f'{image_path(sample)}: "{field}" must be (3, H, W), got {tuple(image.shape)}'
        )
    return image
