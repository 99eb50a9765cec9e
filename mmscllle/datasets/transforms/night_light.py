"""What lights a street at night: the colour of the light, lamps, and the fall-off of a lens.

Fields are factors on linear light, or light that is added, in units of display white. Day pictures
are relit by such fields in Punnappurath et al., *Day-to-Night Image Synthesis for Training
Nighttime Neural ISPs*, CVPR 2022.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .linear_light import draw_log_uniform

# RGB of the light, linear, against daylight. Lamps: black bodies of the colour temperature, as
# linear sRGB (Kang et al., *Design of Advanced Color Temperature Control System*, J. Korean Phys.
# Soc. 41, 2002): high-pressure sodium 2,000 to 2,200 K, LED 3,000 to 5,700 K. The moon's light is a
# little redder than the sun's, yet pictures of it are bluish, as their white balance is for lamps.
LIGHTS = dict(
    sodium_2000=(1.0, 0.25, 0.02),
    sodium_2200=(1.0, 0.30, 0.04),
    led_3000=(1.0, 0.46, 0.15),
    led_4000=(1.0, 0.63, 0.38),
    led_5700=(1.0, 0.85, 0.80),
    moon=(0.55, 0.75, 1.0),
)
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
# Of a lamp's pool of light, in shares of the picture's width and height: half axes, how far below
# the lamp; and its light, in that of the surroundings.
POOL_WIDTH, POOL_HEIGHT, POOL_BELOW, POOL_LIGHT = (0.08, 0.4), (0.06, 0.3), (0.1, 0.4), (1.0, 12.0)
# Of the lamp: height in the picture, radius as a share of the picture's width, light in display
# white, and how much of it the lens scatters around.
LAMP_TOP, LAMP_RADIUS, LAMP_LIGHT, SCATTERED = (
    (0.0, 0.55),
    (0.002, 0.012),
    (1.0, 12.0),
    (0.003, 0.03),
)


def cast(name: str, strength: float) -> np.ndarray:
    """The colour that a light leaves in a picture.

    Args:
        name: One of :data:`LIGHTS`.
        strength: From 0, white balance takes it out, to 1, it does nothing.

    Returns:
        Factors of R, G, B on linear light, of luminance 1, float32 (3,).
    """
    gains = np.array(LIGHTS[name]) ** strength
    return (gains / (LUMINANCE @ gains)).astype(np.float32)


@dataclass(frozen=True)
class Lamp:
    """A street lamp: positions and sizes are shares of the picture's width or height.

    Attributes:
        x, y: Where it is.
        radius: Of the lamp, of the width.
        light: Of the lamp, in display white; above 1 it saturates.
        scattered: Share of its light that the lens spreads.
        below: How far below the lamp its pool is.
        width, height: Half axes of the pool, at which its light has fallen to 61 %.
        pool: Light of the pool, in that of the surroundings.
        color: R, G, B of its light, (3,).
    """

    x: float
    y: float
    radius: float
    light: float
    scattered: float
    below: float
    width: float
    height: float
    pool: float
    color: np.ndarray


def draw_lamp(color: np.ndarray) -> Lamp:
    """Draw a lamp of a colour, (3,)."""
    uniform = np.random.uniform
    return Lamp(
        x=uniform(),
        y=uniform(*LAMP_TOP),
        radius=draw_log_uniform(LAMP_RADIUS),
        light=draw_log_uniform(LAMP_LIGHT),
        scattered=draw_log_uniform(SCATTERED),
        below=uniform(*POOL_BELOW),
        width=uniform(*POOL_WIDTH),
        height=uniform(*POOL_HEIGHT),
        pool=draw_log_uniform(POOL_LIGHT),
        color=color,
    )


def _grid(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns (1, W) and rows (H, 1) as shares, in float32."""
    return (
        (np.arange(width, dtype=np.float32)[None] + 0.5) / width,
        (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height,
    )


def pool_of_light(lamp: Lamp, height: int, width: int) -> np.ndarray:
    """Light that a lamp adds to that of the surroundings, 1: a Gaussian, float32 (H, W, 3)."""
    x, y = _grid(height, width)
    exponent = ((x - lamp.x) / lamp.width) ** 2 + ((y - lamp.y - lamp.below) / lamp.height) ** 2
    return (lamp.pool * np.exp(-exponent / 2))[..., None] * lamp.color.astype(np.float32)


def glare(lamp: Lamp, height: int, width: int) -> np.ndarray:
    r"""Light of the lamp itself and what the lens scatters of it, in display white, (H, W, 3).

    At a distance of :math:`\rho` radii it is :math:`L` within the lamp, and outside
    :math:`s L (1 + \rho / 4)^{-2}`: glare falls with the square of the angle (Vos, *On the cause of
    disability glare and its dependence on glare angle, age and ocular pigmentation*, 2003).
    """
    x, y = _grid(height, width)
    distance = np.sqrt((x - lamp.x) ** 2 + ((y - lamp.y) * height / width) ** 2) / lamp.radius
    inside = np.clip(1.5 - distance, 0, 1)
    light = lamp.light * (inside + lamp.scattered * (1 + distance / 4) ** -2)
    return light[..., None] * lamp.color.astype(np.float32)


def vignette(strength: float, height: int, width: int) -> np.ndarray:
    r"""Fall-off of light towards the corners, float32 (H, W, 1), 1 in the middle.

    The law of the fourth power of the cosine, :math:`(1 + r^2 t^2)^{-2}`, with r = 1 in the corners
    (Goldman, *Vignette and Exposure Calibration and Compensation*, IEEE TPAMI 32(12), 2010).

    Args:
        strength: The share of light that is lost in the corners, below 1.
        height: Of the picture in pixels.
        width: Likewise.
    """
    x, y = _grid(height, width)
    square = ((x - 0.5) ** 2 * width**2 + (y - 0.5) ** 2 * height**2) / ((height**2 + width**2) / 4)
    tangent_square = (1 - strength) ** -0.5 - 1
    return ((1 + tangent_square * square) ** -2)[..., None].astype(np.float32)
