"""A reduced picture at any strength, fast enough for a slider."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch

from mmscllle.fileio import Photograph
from mmscllle.inference import Engine
from mmscllle.inference.tensors import frames_to_tensor, tensor_to_frame

# Longer side, in pixels.
SIDE = 960


class Preview:
    """The first frame of a photograph at no more than :data:`SIDE` pixels.

    What does not depend on the strength, the curves, is computed once
    (:meth:`mmscllle.inference.Engine.prepare`).

    Args:
        photograph: The photograph.
        engine: Enhances it.
        of: What tells it from others: the file and the name of the model.

    Attributes:
        before: The reduced picture, of the photograph's type and channels.
    """

    def __init__(self, photograph: Photograph, engine: Engine, of: tuple[Path, str]) -> None:
        self.of = of
        self.before = reduce_frame(photograph.frames[0], SIDE)
        self._engine = engine
        self._images = frames_to_tensor([self.before], engine.device)
        with torch.inference_mode():
            self._enhance = engine.prepare(self._images)

    def __call__(self, strength: float) -> np.ndarray:
        """Enhance; see :class:`mmscllle.inference.Engine`.

        Returns:
            An array of the shape and the type of ``before``.
        """
        with torch.inference_mode():
            return tensor_to_frame(self._enhance(strength)[0], self.before)

    def plot(self, strength: float) -> np.ndarray | None:
        """Plot the tone curves, uint8 RGB (H, W, 3); None where the method has none."""
        with torch.inference_mode():
            return self._engine.plot(self._images, strength)


def reduce_frame(frame: np.ndarray, side: int) -> np.ndarray:
    """Reduce a picture (H, W, C), by averaging, until no side is longer than ``side``."""
    height, width = frame.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return frame
    size = (max(1, round(scale * width)), max(1, round(scale * height)))
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA).reshape(*size[::-1], -1)


def to_screen(frame: np.ndarray) -> np.ndarray:
    """Turn a picture (H, W, C) of any type into uint8 RGB (H, W, 3), alpha left out."""
    if frame.dtype == np.uint16:
        frame = (frame >> 8).astype(np.uint8)
    elif np.issubdtype(frame.dtype, np.floating):
        frame = np.rint(frame * 255).astype(np.uint8)
    colours = frame[..., :3] if frame.shape[2] > 2 else frame[..., :1]
    return np.broadcast_to(colours, (*frame.shape[:2], 3)).copy()
