"""What is exported of an enhancer."""
from __future__ import annotations

import copy

from torch import Tensor, nn

from mmscllle.models.enhancers import CurveEnhancer


class ImageToImage(nn.Module):
    """An enhancer that gives nothing but the enhanced image.

    Args:
        enhancer: The network, copied to the CPU.
        downsample: How many pixels along either side are one where the curves are estimated.
    """

    def __init__(self, enhancer: CurveEnhancer, downsample: int) -> None:
        super().__init__()
        self.enhancer = copy.deepcopy(enhancer).cpu().float().eval().requires_grad_(False)
        self.downsample = downsample

    def forward(self, image: Tensor) -> Tensor:
        """Enhance a batch.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            The enhanced image, RGB in [0, 1], (N, 3, H, W).
        """
        return self.enhancer(image, self.downsample)[0]
