"""In a batch some images may have a partner, as a reference, and others none."""

from __future__ import annotations

from torch import Tensor


def is_there(images: Tensor) -> Tensor:
    """Tell which images of a batch are there: an entirely black one stands for none.

    Args:
        images: (N, 3, H, W).

    Returns:
        Bool, (N,).
    """
    return images.flatten(1).any(dim=1)
