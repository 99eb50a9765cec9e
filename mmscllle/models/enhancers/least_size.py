"""Images of a single row or column, for networks that pad by reflection."""

from __future__ import annotations

import torch
from torch import Tensor


def at_least_two_pixels(image: Tensor) -> Tensor:
    """Repeat the only row of an image, or its only column: ``nn.ReflectionPad2d(1)`` needs two.

    Args:
        image: (N, C, H, W).

    Returns:
        (N, C, max(H, 2), max(W, 2)).
    """
    height, width = image.shape[2:]
    # What is added is empty from two pixels on; no branch, so a traced graph does it as well.
    image = torch.cat((image, image[:, :, :1][:, :, : 2 - height]), dim=2)
    return torch.cat((image, image[..., :1][..., : 2 - width]), dim=3)
