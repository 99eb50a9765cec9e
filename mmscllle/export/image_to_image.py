"""The network that is exported: from image to enhanced image, without curves."""

from __future__ import annotations

import copy
from typing import Any

from torch import Tensor, nn


class ImageToImage(nn.Module):
    """An enhancer that gives nothing but the enhanced image.

    Args:
        enhancer: The network, copied to the CPU.
        fast: Take its fast mode.

    Raises:
        ValueError: If it has none.
    """

    def __init__(self, enhancer: nn.Module, fast: bool) -> None:
        super().__init__()
        if fast and 'fast' not in getattr(enhancer, 'modes', ()):
            raise ValueError(f'fast: {type(enhancer).__name__} has no fast mode')
        self.enhancer: Any = copy.deepcopy(enhancer).cpu().float().requires_grad_(False)
        self.fast = fast
        # The whole: when it has written ONNX, torch sets the parts to the mode of the whole.
        self.eval()

    def forward(self, image: Tensor) -> Tensor:
        """Enhance a batch.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            The enhanced image, RGB in [0, 1], (N, 3, H, W).
        """
        enhanced, _ = self.enhancer.forward_fast(image) if self.fast else self.enhancer(image)
        return enhanced
