"""Enhance the frames of one video, one after the other."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mmscllle.inference import Engine
from mmscllle.inference.tensors import frames_to_tensor, tensor_to_frame

from .brightness import BrightnessStabilizer
from .frame import Frame

# Longer side, in pixels, of the copy on which brightness is judged.
SIDE = 64
# So many of the copies are kept at most, for the plot of the tone curves.
KEPT = 64


class FrameEnhancer:
    """Enhances the frames of one video; brightness does not flicker.

    Args:
        engine: Enhances the frames.
        overview: An engine of the same weights, exact and without tiles, for a reduced copy of
            each frame.
        smoothing: Time constant of the brightness, in seconds; see :class:`BrightnessStabilizer`.
        strength: See :class:`mmscllle.inference.Engine`.

    Raises:
        ValueError: If ``smoothing`` or ``strength`` is negative.
    """

    def __init__(
        self, engine: Engine, overview: Engine, smoothing: float = 0.5, strength: float = 1.0
    ) -> None:
        self.engine = engine
        self.overview = overview
        self._stabilizer = BrightnessStabilizer(smoothing, strength)
        self._strength = strength
        self._kept: list[Tensor] = []
        self._every, self._count = 1, 0

    @torch.inference_mode()
    def __call__(self, frame: Frame) -> np.ndarray:
        """Enhance the next frame.

        Args:
            frame: The frame, of the size of those before.

        Returns:
            The enhanced image, uint8 RGB, (H, W, 3).
        """
        image = frames_to_tensor([frame.image], self.engine.device)
        small = reduce_to(image, SIDE)
        strength = self._stabilizer(self.overview.prepare(small), frame.seconds)
        self._keep(small)
        return tensor_to_frame(self.engine(image, strength)[0], frame.image)

    def plot(self) -> np.ndarray | None:
        """Plot the tone curves of frames from all over the video; None where there are none."""
        return self.overview.plot(torch.cat(self._kept), self._strength) if self._kept else None

    def _keep(self, small: Tensor) -> None:
        """Keep one of so many frames that all kept ones are equally far apart."""
        if self._count % self._every == 0:
            if len(self._kept) == KEPT:
                self._kept, self._every = self._kept[::2], 2 * self._every
            if self._count % self._every == 0:
                self._kept.append(small)
        self._count += 1


def reduce_to(image: Tensor, side: int) -> Tensor:
    """Reduce an image (N, C, H, W) by averaging until no side is longer than ``side``."""
    height, width = image.shape[2:]
    scale = side / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(scale * height)), max(1, round(scale * width)))
    return functional.interpolate(image, size=size, mode='area')
