"""From linear radiance to 8-bit pixels: glare, noise, clipping, the sRGB curve."""
from __future__ import annotations

import cv2
import numpy as np

GLARE = ((0.006, 0.12), (0.02, 0.08), (0.07, 0.05))  # (spread / image width, share of the light)


def srgb_encode(linear: np.ndarray) -> np.ndarray:
    """The transfer curve of IEC 61966-2-1, from linear [0, 1] to encoded [0, 1]."""
    return np.where(linear <= 0.0031308, 12.92 * linear,
                    1.055 * np.power(np.maximum(linear, 0.0031308), np.float32(1 / 2.4)) - 0.055)


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
    bright = np.where(image > 0.8, image, np.float32(0))
    width = image.shape[1]
    for spread, share in GLARE:
        image += np.float32(share) * cv2.GaussianBlur(bright, (0, 0), max(spread * width, 0.5))
    deviation = np.sqrt(np.float32(shot) * np.maximum(image, 0) + np.float32(read) ** 2)
    image = image + deviation * rng.standard_normal(image.shape, dtype=np.float32)
    encoded = srgb_encode(np.clip(image, 0, 1))
    return np.ascontiguousarray((255 * encoded + 0.5).astype(np.uint8)[..., ::-1])
