"""How a camera turns light into display values, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Table entries between black and white.
STEPS = 1024


@dataclass(frozen=True)
class CameraResponse:
    r"""A camera's tone curve: a shoulder towards white, a display gamma, and contrast.

    .. math:: v = \left(\frac{1 - e^{-s e}}{1 - e^{-s}}\right)^{1 / g}, \quad
              y = v + c (3 v^2 - 2 v^3 - v)

    for light :math:`e`, 1 of which is white.  Measured curves of cameras look like this (Grossberg
    and Nayar, *What is the space of camera response functions?*, CVPR 2003).

    Attributes:
        shoulder: s; the larger, the more light a step near white stands for.
        gamma: g.
        contrast: c, from 0 to 1.
    """

    shoulder: float
    gamma: float
    contrast: float

    def _contrasted(self, values: np.ndarray) -> np.ndarray:
        return values + self.contrast * (values * values * (3 - 2 * values) - values)

    def render(self, light: np.ndarray) -> np.ndarray:
        """Display values in [0, 1], float32, of ``light``: 0 and below is black, 1 and up white."""
        linear = (1 - np.exp(-self.shoulder * np.maximum(light, 0))) / (1 - np.exp(-self.shoulder))
        grid = np.linspace(0, 1, STEPS + 1)
        values = np.minimum(linear, 1) ** (1 / self.gamma)
        return np.interp(values, grid, self._contrasted(grid)).astype(np.float32)

    def invert(self, image: np.ndarray) -> np.ndarray:
        """Light in [0, 1], float32, that gives the display values of ``image``, uint8."""
        grid = np.linspace(0, 1, STEPS + 1)
        values = np.interp(np.arange(256) / 255, self._contrasted(grid), grid)
        # Short of 1, where the logarithm has no end: 1 - exp(-s) rounds to 1 for a large s.
        linear = values**self.gamma * (1 - np.exp(-self.shoulder)) * 0.9995
        return (-np.log1p(-linear) / self.shoulder).astype(np.float32)[image]
