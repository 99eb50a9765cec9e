"""What is seen in each pixel of the picture: a canvas painted finer, averaged down."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from .canvas import Canvas


class Surface(NamedTuple):
    """Per-pixel buffers of the picture's size, each (H, W[, 3]).

    Args:
        albedo (np.ndarray): Linear RGB, averaged; sky counts as black.
        emission (np.ndarray): Linear RGB radiance given off at night, averaged.
        sky (np.ndarray): Share of the pixel that is sky, in [0, 1].
        normal (np.ndarray): Unit normal of the nearest thing in the pixel.
        position (np.ndarray): Its position in metres; (3, H, W).
        depth (np.ndarray): Its depth in metres; infinite where all is sky.
        elevation (np.ndarray): Height of the ray above the horizon, 0 at and below it, 1 at
            45 degrees.
        labels (np.ndarray): uint8 class ids.
    """

    albedo: np.ndarray
    emission: np.ndarray
    sky: np.ndarray
    normal: np.ndarray
    position: np.ndarray
    depth: np.ndarray
    elevation: np.ndarray
    labels: np.ndarray


def average_down(canvas: Canvas, factor: int) -> Surface:
    """Average ``factor`` x ``factor`` blocks of a canvas; light need not be computed finer."""
    size = canvas.width // factor, canvas.height // factor

    def mean(image: np.ndarray) -> np.ndarray:
        return cv2.resize(image, size, interpolation=cv2.INTER_AREA)

    def blocks(image: np.ndarray) -> np.ndarray:
        split = image.reshape(size[1], factor, size[0], factor, -1).swapaxes(1, 2)
        return split.reshape(size[1], size[0], factor * factor, -1)

    depths = blocks(canvas.depth)
    nearest = depths.argmin(2, keepdims=True)
    depth = np.take_along_axis(depths, nearest, 2)[..., 0, 0]
    rays = np.stack([mean(canvas.along(axis)) for axis in np.eye(3)])
    eye = canvas.camera.eye.astype(np.float32)
    return Surface(
        albedo=mean(canvas.albedo),
        emission=mean(canvas.emission),
        sky=mean(np.isinf(canvas.depth).astype(np.float32)),
        normal=np.take_along_axis(blocks(canvas.normal), nearest, 2)[:, :, 0],
        position=eye[:, None, None] + rays * np.minimum(depth, np.float32(1e4)),
        depth=depth,
        elevation=np.clip(rays[1], 0, 1),
        labels=np.ascontiguousarray(canvas.labels[::factor, ::factor]),
    )
