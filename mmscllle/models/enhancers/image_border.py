"""An image that goes on beyond its border, for networks that pad with zeros."""

from __future__ import annotations

import torch
from torch import Tensor


def replicate_border(image: Tensor, width: int) -> Tensor:
    """Repeat the outermost pixels of an image on all sides.

    Put together from slices: torch 1.13 has no replicating pad of bfloat16 on a CPU.

    Args:
        image: (N, C, H, W).
        width: How often; at 0 the image itself is returned.

    Returns:
        (N, C, H + 2 * width, W + 2 * width).
    """
    if not width:
        return image
    top, bottom = image[:, :, :1], image[:, :, -1:]
    rows = (-1, -1, width, -1)
    image = torch.cat((top.expand(rows), image, bottom.expand(rows)), dim=2)
    left, right = image[..., :1], image[..., -1:]
    columns = (-1, -1, -1, width)
    return torch.cat((left.expand(columns), image, right.expand(columns)), dim=3)


def crop_border(image: Tensor, width: int) -> Tensor:
    """Cut off what :func:`replicate_border` has added, (N, C, H + 2 * width, W + 2 * width)."""
    return image[..., width:-width, width:-width] if width else image
