"""Input and enhanced image side by side, as a frame of a video."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from mmscllle.inference.tensors import frames_to_tensor
from mmscllle.models.frozen_segmentor import FrozenSegmentor
from mmscllle.visualization import overlay_segmentation


class Comparison:
    """Puts input and enhanced image side by side, and what a segmentor sees in either.

    Args:
        segmentor: The segmentor; None: without.
        palette: RGB, 0 to 255, of each of its classes.
        device: Where it is.
    """

    def __init__(
        self,
        segmentor: FrozenSegmentor | None = None,
        palette: Sequence[Sequence[int]] = (),
        device: str | torch.device = 'cpu',
    ) -> None:
        self.segmentor = segmentor
        self.palette = palette
        self.device = device

    @property
    def columns(self) -> int:
        """How many pictures stand side by side."""
        return 2 if self.segmentor is None else 4

    @torch.no_grad()
    def __call__(self, image: np.ndarray, enhanced: np.ndarray) -> np.ndarray:
        """Draw the comparison.

        Args:
            image: The input, uint8 RGB, (H, W, 3).
            enhanced: Of the same size.

        Returns:
            uint8 RGB, (H, columns * W, 3).
        """
        pictures = [image, enhanced]
        if self.segmentor is not None:
            for picture in (image, enhanced):
                labels = self.segmentor.predict(frames_to_tensor([picture], self.device))
                pictures.append(
                    overlay_segmentation(picture, labels[0].cpu().numpy(), self.palette)
                )
        return np.concatenate(pictures, axis=1)
