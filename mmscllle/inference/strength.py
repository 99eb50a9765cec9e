"""How strongly an image is enhanced, where a method knows one strength only."""

from __future__ import annotations

import torch
from torch import Tensor


def apply_strength(image: Tensor, enhanced: Tensor, strength: float) -> Tensor:
    r"""Enhance less, or more, than an enhancer does.

    .. math:: x + s (y - x) \quad (s \le 1), \qquad
              y + (s - 1) (y - x) (1 - y) (1 - y^2) \quad (s > 1)

    Up to 1 this blends image and result.  Beyond, what is left up to white damps the step, twice,
    so shadows go on to rise and highlights are not cut off, in 8 bit neither.

    Args:
        image: RGB in [0, 1], any shape.
        enhanced: Of the same shape, what a strength of 1 gives.
        strength: At least 0; 0 gives the image.

    Returns:
        RGB in [0, 1], of the same shape; a tensor of its own.
    """
    if strength <= 1:
        return torch.lerp(image, enhanced, strength).clamp_(0, 1)
    step = (enhanced - image).mul_(1 - enhanced).mul_(1 - enhanced * enhanced)
    return step.mul_(strength - 1).add_(enhanced).clamp_(0, 1)
