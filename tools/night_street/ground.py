"""The road with its markings, and the sidewalks beside it."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from .canvas import NEAR, Canvas, Texture
from .classes import ROAD, SIDEWALK
from .textures import linear, plain, smooth_noise, vary

KERB = 0.15  # metres
FAR = 240.0  # metres; the ground ends there


class Street(NamedTuple):
    """Cross-section in metres; the middle of the road is x = 0.

    Args:
        road (float): Half the width of the road.
        walk (float): Width of a sidewalk, between the kerb and the buildings.
    """

    road: float
    walk: float


def _grain(
    rng: np.random.Generator,
    x: np.ndarray,
    z: np.ndarray,
    depth: np.ndarray,
) -> np.ndarray:
    """Coarse and fine noise fixed to the ground; the fine one fades before it would alias."""
    tile = smooth_noise(rng, (256, 256), (8, 20, 60))
    fine = rng.standard_normal((256, 256), dtype=np.float32)

    def look_up(image: np.ndarray, scale: float) -> np.ndarray:
        return cv2.remap(
            image,
            x * np.float32(scale),
            z * np.float32(scale),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_WRAP,
        )

    grain = 0.1 * look_up(tile, 9) + 0.14 * look_up(fine, 24) * np.minimum(1, 5 / depth)
    return np.clip(grain, -0.6, 1)


def _paint_plane(canvas: Canvas, height: float, label: int, color) -> None:
    """Colour the horizontal plane at ``height`` by ``color(x, z, depth) -> (albedo, mask)``."""
    eye = canvas.camera.eye
    slope = canvas.along(np.array([0.0, 1, 0]))
    first = int(np.argmax((slope < 0).any(1)))
    window = (slice(first, canvas.height), slice(0, canvas.width))
    slope = slope[window]
    with np.errstate(divide='ignore', invalid='ignore'):
        depth = np.where(slope < 0, np.float32(height - eye[1]) / slope, np.float32(1e3))
    depth = np.minimum(depth, np.float32(1e3))
    x = np.float32(eye[0]) + depth * canvas.along(np.array([1.0, 0, 0]), window)
    z = np.float32(eye[2]) + depth * canvas.along(np.array([0.0, 0, 1]), window)
    albedo, mask = color(x, z, depth)
    mask = mask & (depth > NEAR) & (z < FAR) & (depth < canvas.depth[window])
    np.copyto(canvas.albedo[window], albedo, where=mask[..., None])
    np.copyto(canvas.normal[window], np.array([0, 1, 0], np.float32), where=mask[..., None])
    np.copyto(canvas.depth[window], depth, where=mask)
    np.copyto(canvas.labels[window], np.uint8(label), where=mask)


def paint_ground(canvas: Canvas, rng: np.random.Generator, street: Street) -> None:
    """Paint road, lane marks, zebra crossing, kerbs and sidewalks."""
    asphalt, paving = vary(rng, (98, 98, 100), 20), vary(rng, (164, 156, 146), 24)
    white = linear((226, 224, 214))
    middle = linear((222, 178, 60)) if rng.random() < 0.3 else white
    dash, phase = rng.uniform(2, 4), rng.uniform(0, 8)
    solid, edges, slabs = rng.random() < 0.2, rng.random() < 0.5, rng.random() < 0.7
    zebra = rng.uniform(7, 40) if rng.random() < 0.5 else None
    patch = rng.uniform((-street.road, 4, 0.8, 2), (street.road, 30, 2.5, 8))
    lane = street.road / 2

    def road(x, z, depth):
        aside = np.abs(x)
        # Tyres polish two tracks in each lane, oil darkens the space between them.
        gain = (1 + _grain(rng, x, z, depth)) * (1 + 0.09 * np.cos((aside - lane) * 4.2))
        gain[(np.abs(x - patch[0]) < patch[2]) & (np.abs(z - patch[1]) < patch[3])] *= 0.72
        albedo = asphalt * gain[..., None]

        def mark(where, color):
            worn = 0.8 + 0.2 * np.sin(x[where] * 37 + z[where] * 11)
            albedo[where] = color * worn[:, None]

        line = aside < 0.09
        line[line] = np.mod(z[line] + phase, 2.2 * dash) < dash
        mark(line | (np.abs(aside - 0.16) < 0.06) if solid else line, middle)
        if edges:
            mark(np.abs(aside - street.road + 0.35) < 0.06, white)
        if zebra is not None:
            mark((np.abs(z - zebra) < 1.5) & (x - np.floor(x) < 0.5), white)
            mark((np.abs(z - zebra + 2.6) < 0.2) & (x > 0), white)
        return albedo, aside < street.road

    def walk(x, z, depth):
        gain = 1 + _grain(rng, x, z, depth)
        if slabs:
            across, ahead = x / np.float32(0.9), z / np.float32(0.9)
            joint = (across - np.floor(across) < 0.08) | (ahead - np.floor(ahead) < 0.08)
            gain *= 1 - 0.35 * joint * np.minimum(1, 6 / depth)
        return paving * gain[..., None], np.abs(x) >= street.road

    _paint_plane(canvas, KERB, SIDEWALK, walk)
    _paint_plane(canvas, 0.0, ROAD, road)
    stone = Texture(plain(paving * 0.8))
    for x in (-street.road, street.road):
        canvas.paint((x, 0, -5), (0, 0, FAR), (0, KERB, 0), stone, SIDEWALK)
