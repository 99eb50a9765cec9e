"""Light on a street: sun and sky by day; ambient light, lamps and lit things at night.

Both functions return linear radiance, (H, W, 3) float32; 1 is the white of the exposure.
"""

from __future__ import annotations

import numpy as np

from .scene import SKYLINE_START, SKYLINE_STEP, Scene
from .surface import Surface
from .textures import linear, smooth_noise

SODIUM, LED, HEADLIGHT = (
    np.array(c, np.float32) for c in ((1.0, 0.62, 0.26), (0.95, 0.97, 1.0), (1.0, 0.96, 0.86))
)
MOON, CITY = (np.array(c, np.float32) for c in ((0.62, 0.8, 1.25), (1.25, 0.95, 0.7)))


def _sun_share(scene: Scene, sun: np.ndarray) -> np.ndarray:
    """How much of the sun the buildings leave to each pixel's point, (H, W) in [0, 1]."""
    x, y, z = scene.surface.position
    side = 1 if sun[0] > 0 else -1
    # Follow the ray to the sun until it crosses the line of fronts on the sun's side.
    reach = np.maximum(scene.wall - side * x, 0) / np.float32(abs(sun[0]) + 1e-3)
    entry = (z + reach * np.float32(sun[2]) - SKYLINE_START) / SKYLINE_STEP
    roofs = scene.skyline[(side + 1) // 2]
    roof = roofs[np.clip(entry, 0, len(roofs) - 1).astype(np.int32)]
    # The sun is not a point: the edge of the shadow is about 0.3 m wide.
    return np.clip((y + reach * np.float32(sun[1]) - roof) / 0.3 + 0.5, 0, 1)


def _day_sky(surface: Surface, rng: np.random.Generator, overcast: float) -> np.ndarray:
    elevation = np.sqrt(surface.elevation)[..., None]
    zenith = linear((86, 138, 206)) * (1 - overcast) + linear((186, 194, 204)) * overcast
    sky = linear((208, 222, 236)) * (1 - elevation) + zenith * elevation
    clouds = 0.6 * smooth_noise(rng, surface.depth.shape, (3, 6, 12, 24, 48))
    cover = np.clip(clouds + rng.uniform(-0.6, 0.5), 0, 1)[..., None]
    return sky * (1 - cover) + np.float32(0.86) * cover


def light_day(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """Sun, with the shadows of the buildings, and blue sky light; some days are overcast."""
    surface = scene.surface
    overcast = float(np.clip(rng.uniform(-0.6, 1), 0, 0.95))
    azimuth, height = rng.uniform(-np.pi, np.pi), rng.uniform(0.5, 1.2)
    sun = np.array(
        [np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)]
    )
    cosine = np.maximum(surface.normal @ sun.astype(np.float32), 0) * _sun_share(scene, sun)
    sunlight = np.array([1.0, 0.92, 0.8], np.float32) * np.float32(1.25 * (1 - overcast))
    skylight = np.array([0.88, 1.0, 1.16], np.float32) * np.float32(0.32 + 0.36 * overcast)
    # Surfaces that face up see all of the sky, walls see half of it.
    openness = 0.7 + 0.3 * surface.normal[..., 1]
    light = cosine[..., None] * sunlight + openness[..., None] * skylight
    clear = np.exp(-np.minimum(surface.depth, np.float32(400)) / 700)[..., None]
    sky = surface.sky[..., None]
    air = linear((196, 210, 226)) * (1 - clear) * (1 - sky)
    street = (surface.albedo * light * clear + air) * np.float32(rng.uniform(0.9, 1.2))
    return street + _day_sky(surface, rng, overcast) * sky


def _irradiance(surface: Surface, source: np.ndarray, aim: np.ndarray | None = None) -> np.ndarray:
    """Inverse-square irradiance of a unit point source, (H, W); a beam where it has an aim."""
    dx, dy, dz = source.astype(np.float32)[:, None, None] - surface.position
    square = dx * dx + dy * dy + dz * dz + np.float32(0.05)
    distance = np.sqrt(square)
    normal = surface.normal
    cosine = (normal[..., 0] * dx + normal[..., 1] * dy + normal[..., 2] * dz) / distance
    result = np.maximum(cosine, 0) / square
    if aim is None:
        # Street lamps are shaded: they light what is below them, little of what is above.
        return result * np.clip(1.2 * dy / distance + 0.2, 0.02, 1)
    aim = (aim / np.linalg.norm(aim)).astype(np.float32)
    aligned = -(dx * aim[0] + dy * aim[1] + dz * aim[2]) / distance
    return result * np.maximum(aligned, 0) ** 24


def light_night(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """Faint ambient light, inverse-square pools below the lamps, beams, and lit things."""
    surface = scene.surface
    ambient = (MOON if rng.random() < 0.55 else CITY) * np.float32(rng.uniform(0.025, 0.07))
    tint = SODIUM if rng.random() < 0.65 else LED
    power = np.float32(rng.uniform(10, 32))
    pools = sum((_irradiance(surface, lamp) for lamp in scene.lamps), np.float32(0))
    beams = sum(_irradiance(surface, source, aim) for source, aim in scene.headlights)
    openness = (0.7 + 0.3 * surface.normal[..., 1])[..., None]
    light = (
        ambient * openness
        + tint * (power * pools * np.ones_like(beams))[..., None]
        + HEADLIGHT * (np.float32(8) * beams)[..., None]
    )
    # The ambient light comes from the sky, so that shines about as strongly itself.
    glow = tint * np.float32(rng.uniform(0.004, 0.02)) * (1 - surface.elevation[..., None]) ** 3
    clouds = np.clip(1 + 0.35 * smooth_noise(rng, surface.depth.shape, (4, 10, 24)), 0.3, 2)
    sky = (ambient * np.float32(rng.uniform(0.2, 0.7)) + glow) * clouds[..., None]
    return surface.albedo * light + surface.emission + sky * surface.sky[..., None]
