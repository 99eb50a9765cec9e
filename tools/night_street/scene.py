"""A street laid out at random and painted once: what is there, before any light falls on it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .canvas import Camera, Canvas, Texture
from .cars import WIDTH, paint_car
from .classes import BUILDING, TREE
from .facades import facade
from .figures import crown, paint_lamp, paint_pedestrian, paint_sign, paint_tree
from .ground import KERB, Street, paint_ground
from .surface import Surface, average_down
from .textures import plain, smooth_noise, vary

SKYLINE_STEP = 0.5  # metres along the street per entry of `Scene.skyline`
SKYLINE_START, SKYLINE_END = -10.0, 170.0
NEARBY = 32.0  # metres; what is nearer is drawn with more care
OVERSAMPLING = 2


class Scene(NamedTuple):
    """Everything that the lighting needs.

    Args:
        surface (Surface): What each pixel shows.
        wall (float): The buildings' fronts stand at x = -wall and x = +wall, in metres.
        skyline (np.ndarray): (2, n) height of the fronts, left and right, along the street.
        lamps (list[np.ndarray]): Positions (3,) of burning street lamps, in metres.
        headlights (list[tuple]): (position, direction) of head lights that burn.
    """

    surface: Surface
    wall: float
    skyline: np.ndarray
    lamps: list[np.ndarray]
    headlights: list[tuple[np.ndarray, np.ndarray]]


def _build(canvas: Canvas, rng: np.random.Generator, x: float) -> np.ndarray:
    """A row of buildings with gaps, their fronts at ``x``; returns its row of the skyline."""
    fronts, beside = [], 0.0  # `beside`: height of the building just before
    skyline = np.zeros(int((SKYLINE_END - SKYLINE_START) / SKYLINE_STEP), np.float32)
    z = SKYLINE_START + rng.uniform(0, 6)
    typical = rng.uniform(7, 16)
    while z < 120:
        if rng.random() < 0.16:
            z += rng.uniform(4, 12)
            beside = 0.0
            continue
        width, height = rng.uniform(7, 16), typical * rng.uniform(0.65, 1.45)
        if z < NEARBY:
            fronts.append(facade(rng, width, height))
        # Far away nobody sees that a front is repeated.
        front, bare = fronts[-1] if z < NEARBY else fronts[rng.integers(len(fronts))]
        canvas.paint((x, KERB, z), (0, 0, width), (0, height, 0), front, BUILDING)
        if height > beside:
            canvas.paint((x, KERB, z), (np.copysign(14, x), 0, 0), (0, height, 0), bare, BUILDING)
        span = ((np.array([z, z + width]) - SKYLINE_START) / SKYLINE_STEP).astype(int)
        skyline[slice(*span)] = height
        z, beside = z + width, height
    return skyline


def _horizon(canvas: Canvas, rng: np.random.Generator) -> None:
    """What closes the street in the distance: a row of houses, trees or both, or open sky."""
    z = 125.0
    front, _ = facade(rng, 18, 12)
    for x in np.arange(-63, 63, 18):
        kind = rng.random()
        height = rng.uniform(5, 20)
        if kind < 0.55:
            canvas.paint((x, 0, z), (18.0, 0, 0), (0, height, 0), front, BUILDING)
        elif kind < 0.85:
            ragged = 0.4 * smooth_noise(rng, (1, 48), (6, 20)) + np.linspace(1.6, 0, 32)[:, None]
            leaves = plain(vary(rng, (72, 94, 58)), 32, 48)
            leaves *= np.clip(1 + 0.25 * smooth_noise(rng, (32, 48), (8, 30)), 0.3, 2)[..., None]
            alpha = np.ascontiguousarray(ragged < 1.0, np.float32)
            canvas.paint(
                (x, 0, z),
                (18.0, 0, 0),
                (0, 0.7 * height, 0),
                Texture(leaves, alpha),
                TREE,
                normal=(0, 0.6, -0.8),
            )


def _furnish(canvas: Canvas, rng: np.random.Generator, street: Street) -> list[np.ndarray]:
    """Street lamps, trees and signs along both kerbs; returns where lamps burn."""
    lamps, crowns = [], [crown(rng) for _ in range(4)]
    spacing, leafy = rng.uniform(18, 30), rng.uniform(0.1, 0.8)
    for side in (-1, 1):
        x = side * (street.road + rng.uniform(0.5, 0.9))
        for z in np.arange(rng.uniform(3, spacing), 90, spacing):
            lit = rng.random() < 0.8
            lamp = paint_lamp(canvas, rng, x, z, KERB, -side * rng.uniform(1, 2.2), lit)
            if lit:
                lamps.append(lamp)
        for z in np.arange(rng.uniform(4, 12), 75, 9):
            if rng.random() < leafy:
                paint_tree(
                    canvas,
                    rng,
                    crowns[rng.integers(4)],
                    x + side * rng.uniform(0, 0.6),
                    z + rng.uniform(-2, 2),
                    KERB,
                )
            elif rng.random() < 0.25:
                paint_sign(canvas, rng, x, z, KERB)
    return lamps


def _drive(
    canvas: Canvas,
    rng: np.random.Generator,
    street: Street,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cars: parked at the kerb, ahead in our lane (right), and oncoming in the other one.

    Returns the head lights that burn, ours first.
    """
    ours = canvas.camera.eye * (1, 0, 1) + (0, 0.7, 1)
    headlights = [(ours, np.array([0.0, -0.05, 1]))]
    for side in (-1, 1):
        if rng.random() < 0.75:
            z = rng.uniform(3, 12)
            while z < 45:
                if rng.random() < 0.65:
                    paint_car(
                        canvas,
                        rng,
                        side * (street.road - 0.25 - WIDTH / 2),
                        z,
                        side < 0,
                        lit=rng.random() < 0.05,
                    )
                z += rng.uniform(5.5, 8)
    lane = 0.5 * (street.road - 2.2)
    for z in np.cumsum(rng.uniform(7, 28, 3)):
        if rng.random() < 0.7:
            paint_car(canvas, rng, lane + rng.uniform(-0.2, 0.2), z, False, lit=True)
    for z in np.cumsum(rng.uniform(6, 28, 3)):
        if rng.random() < 0.7:
            x = -lane + rng.uniform(-0.2, 0.2)
            paint_car(canvas, rng, x, z, True, lit=True)
            headlights.append((np.array([x, 0.7, z - 0.1]), np.array([0.0, -0.06, -1])))
    return headlights


def _populate(canvas: Canvas, rng: np.random.Generator, street: Street) -> None:
    """Pedestrians on the sidewalks, and at times on the road."""
    for _ in range(rng.integers(8, 18)):
        side = rng.choice((-1, 1))
        x = side * (street.road + rng.uniform(0.6, street.walk - 0.4))
        paint_pedestrian(canvas, rng, x, 7 + 24 * rng.random() ** 1.5, KERB)
    for _ in range(rng.integers(0, 4)):
        paint_pedestrian(canvas, rng, rng.uniform(-1, 1) * street.road, rng.uniform(7, 22), 0.0)


def build_scene(rng: np.random.Generator, height: int, width: int) -> Scene:
    """Lay out a street and paint it for a picture of ``height`` x ``width`` pixels."""
    street = Street(road=rng.uniform(5.2, 6.6), walk=rng.uniform(2.4, 4.5))
    eye = (rng.uniform(0.4, 0.6) * (street.road - 2.2), rng.uniform(1.4, 2.1), 0.0)
    focal = OVERSAMPLING * width * rng.uniform(0.72, 1.0)
    camera = Camera(eye, focal, rng.uniform(-0.02, 0.09), rng.uniform(-0.12, 0.08))
    canvas = Canvas(OVERSAMPLING * height, OVERSAMPLING * width, camera)
    wall = street.road + street.walk
    paint_ground(canvas, rng, street)
    skyline = np.stack([_build(canvas, rng, x) for x in (-wall, wall)])
    _horizon(canvas, rng)
    lamps = _furnish(canvas, rng, street)
    headlights = _drive(canvas, rng, street)
    _populate(canvas, rng, street)
    return Scene(average_down(canvas, OVERSAMPLING), wall, skyline, lamps, headlights)
