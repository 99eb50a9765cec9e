"""The transfer curve of sRGB, IEC 61966-2-1:1999."""

from __future__ import annotations

import numpy as np


def srgb_to_linear(image: np.ndarray) -> np.ndarray:
    r"""Linear light in [0, 1], float32, of display values, uint8, any shape.

    .. math:: e = v / 12.92 \text{ up to } 0.04045, \quad
              \left(\frac{v + 0.055}{1.055}\right)^{2.4} \text{ above}
    """
    values = np.arange(256) / 255
    levels = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return levels.astype(np.float32)[image]


def linear_to_srgb(light: np.ndarray) -> np.ndarray:
    """Display values, uint8, of linear light: 0 and below is black, 1 and up white."""
    light = np.clip(light, 0, 1)
    values = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(values * 255).astype(np.uint8)
