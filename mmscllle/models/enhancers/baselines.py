"""Enhancers without weights, to compare with."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor

from mmscllle.registry import MODELS

from .base import Enhancer


@MODELS.register_module()
class IdentityEnhancer(Enhancer):
    """Leave the image as it is."""

    receptive_field = 0

    def forward(self, image: Tensor) -> Tensor:
        """Return ``image``, RGB in [0, 1], (N, 3, H, W), itself."""
        return image


@MODELS.register_module()
class GammaEnhancer(Enhancer):
    """One tone curve for all: ``x ** gamma`` on display values.

    Args:
        gamma: Exponent; below 1 it brightens.

    Raises:
        ValueError: If ``gamma`` is not positive.
    """

    receptive_field = 0

    def __init__(self, gamma: float = 0.45) -> None:
        super().__init__()
        if gamma <= 0:
            raise ValueError(f'gamma must be positive, got {gamma}')
        self.gamma = gamma

    def forward(self, image: Tensor) -> Tensor:
        """Raise ``image``, RGB in [0, 1], (N, 3, H, W), to the power of gamma."""
        return image**self.gamma


@MODELS.register_module()
class CLAHEEnhancer(Enhancer):
    """Contrast-limited adaptive histogram equalisation of the lightness (OpenCV's), in 8 bit.

    Zuiderveld, *Contrast Limited Adaptive Histogram Equalization*, Graphics Gems IV, 1994.
    It runs on the CPU and passes no gradient.

    Args:
        clip_limit: OpenCV's ``clipLimit``.
        tiles: Tiles along either side.
    """

    def __init__(self, clip_limit: float = 4.0, tiles: int = 8) -> None:
        super().__init__()
        self.clip_limit = clip_limit
        self.tiles = tiles

    def forward(self, image: Tensor) -> Tensor:
        """Equalise each image of a batch, RGB in [0, 1], (N, 3, H, W)."""
        # Made anew each time: OpenCV's object can be neither copied nor sent to a process.
        clahe = cv2.createCLAHE(self.clip_limit, (self.tiles, self.tiles))
        results = []
        for picture in (image * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy():
            lab = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2LAB)
            lab[..., 0] = clahe.apply(lab[..., 0])
            results.append(torch.from_numpy(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)))
        batch = torch.stack(results).permute(0, 3, 1, 2).to(image.device)
        return batch.to(image.dtype) / 255
