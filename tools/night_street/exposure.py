"""From linear radiance to 8-bit pixels: glare, noise, clipping, the sRGB curve."""

from __future__ import annotations

import cv2
import numpy as np

GLARE = ((0.006, 0.12), (0.02, 0.08), (0.07, 0.05))  # (spread / image width, share of the light)


def srgb_encode(linear: np.ndarray) -> np.ndarray:
    """The transfer curve of IEC 61966-2-1, from linear [0, 1] to encoded [0, 1]."""
    return np.where(
        linear <= 0.0031308,
        12.92 * linear,
        1.055 * np.power(np.maximum(linear, 0.0031308), np.float32(1 / 2.4)) - 0.055,
    )


def _blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur by ``sigma`` pixels; a wide one is done on a smaller copy."""
    step = max(int(sigma / 2), 1)
    size = image.shape[1::-1]
    small = cv2.resize(image, [max(side // step, 1) for side in size], interpolation=cv2.INTER_AREA)
    return cv2.resize(cv2.GaussianBlur(small, (0, 0), max(sigma / step, 0.5)), size)


def expose(radiance: np.ndarray, rng: np.random.Generator, shot: float, read: float) -> np.ndarray:
    """Photograph ``radiance``.

    Light scatters in the lens around whatever is brighter than white; the sensor adds noise of
    variance ``shot * signal + read**2`` in linear light; then values are clipped, encoded by the
    sRGB curve and rounded.

    Args:
        radiance (np.ndarray): (H, W, 3) float32 linear RGB.
        rng (np.random.Generator): Source of the noise.
        shot (float): Variance of the shot noise per unit of signal.
        read (float): Standard deviation of the read noise.

    Returns:
        np.ndarray: (H, W, 3) uint8 BGR.
    """
    image = radiance.astype(np.float32)
    bright = np.where(image > 1, image, np.float32(0))
    width = image.shape[1]
    for spread, share in GLARE:
        image += np.float32(share) * _blur(bright, spread * width)
    deviation = np.sqrt(np.float32(shot) * np.maximum(image, 0) + np.float32(read) ** 2)
    image = image + deviation * rng.standard_normal(image.shape, dtype=np.float32)
    encoded = srgb_encode(np.clip(image, 0, 1))
    return np.ascontiguousarray((255 * encoded + 0.5).astype(np.uint8)[..., ::-1])
