"""Noise of a sensor, as it looks after the camera has made a picture of it."""

from __future__ import annotations

import cv2
import numpy as np


def draw_noise(shape: tuple[int, ...], blur: float = 0.0, grey: float = 0.0) -> np.ndarray:
    """Draw standard normal noise.

    Args:
        shape: (H, W, C).
        blur: Standard deviation in pixels by which neighbours depend on each other, as they do
            after demosaicing and denoising; 0: not at all.
        grey: From 0 to 1, how much the channels have in common.

    Returns:
        Float32 of mean 0 and standard deviation 1.
    """
    noise: np.ndarray = np.random.standard_normal(shape).astype(np.float32)
    if blur:
        noise = cv2.GaussianBlur(noise, (0, 0), blur)
    if grey:
        noise = (1 - grey) * noise + grey * noise.mean(axis=2, keepdims=True)
    return noise / noise.std()


def add_sensor_noise(light: np.ndarray, shot: float, read: float, noise: np.ndarray) -> np.ndarray:
    r"""Add shot and read noise to light: :math:`e + n \sqrt{\sigma_s e + \sigma_r^2}`.

    Foi et al., *Practical Poissonian-Gaussian Noise Modeling and Fitting*, IEEE Trans. Image
    Processing, 2008.

    Args:
        light: Linear, any shape.
        shot: Variance per unit of light.
        read: Standard deviation in the dark.
        noise: Standard normal, of the shape of ``light``.

    Returns:
        Of the same shape; may be negative.
    """
    return light + noise * np.sqrt(np.maximum(light, 0) * shot + read * read)
