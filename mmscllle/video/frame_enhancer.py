"""Enhance the frames of one video, one after the other."""
from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mmscllle.apis import CurveEngine
from mmscllle.apis.tensors import frames_to_tensor, tensor_to_frame

from .brightness import BrightnessStabilizer
from .frame import Frame

# Longer side, in pixels, of the copy on which brightness is judged.
SIDE = 64


class FrameEnhancer:
    """Enhances the frames of one video; brightness does not flicker.

    Args:
        engine: Enhances the frames.
        overview: An engine of the same weights, not fast, for a reduced copy of each frame.
        smoothing: Time constant of the brightness, in seconds; see :class:`BrightnessStabilizer`.
        strength: See :meth:`CurveEngine.apply`.

    Raises:
        ValueError: If ``smoothing`` or ``strength`` is negative.
    """

    def __init__(self, engine: CurveEngine, overview: CurveEngine, smoothing: float = 0.5,
                 strength: float = 1.0) -> None:
        self.engine = engine
        self.overview = overview
        self._stabilizer = BrightnessStabilizer(overview, smoothing, strength)
        self._curves: Tensor | int = 0
        self._count = 0

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
        curves = self.overview.estimate(small)
        strength = self._stabilizer(small, curves, frame.seconds)
        self._curves = self._curves + curves * strength
        self._count += 1
        return tensor_to_frame(self.engine(image, strength)[0], frame.image)

    @property
    def mean_curves(self) -> Tensor:
        """Curve parameters of the reduced copies, (3 * iterations, H, W), mean over frames."""
        return self._curves[0] / self._count


def reduce_to(image: Tensor, side: int) -> Tensor:
    """Reduce an image (N, C, H, W) by averaging until no side is longer than ``side``."""
    height, width = image.shape[2:]
    scale = side / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(scale * height)), max(1, round(scale * width)))
    return functional.interpolate(image, size=size, mode='area')
