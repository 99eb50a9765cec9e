"""Cars: a side profile drawn out over the width of the car, with wheels, glass and lights."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from .canvas import Canvas, Texture
from .classes import CAR
from .textures import linear, plain, vary

PAINTS = [
    (200, 30, 32),
    (28, 66, 150),
    (232, 232, 230),
    (30, 30, 34),
    (150, 154, 160),
    (196, 164, 60),
    (40, 96, 66),
    (92, 24, 30),
    (110, 150, 190),
]
TYRE, GLASS = linear((24, 24, 26)), linear((44, 54, 64))
HEAD, TAIL = np.array([9.0, 8.4, 7.2], np.float32), np.array([2.6, 0.08, 0.03], np.float32)
PIXELS = 40  # texture pixels per metre
WIDTH = 1.78

# Outline from the rear bumper over the roof to the front bumper: (z, y) in metres; each part is the
# face that ends at its point.
PROFILES: dict[str, list[tuple[str, float, float]]] = {
    'sedan': [
        ('', 0, 0.28),
        ('rear', 0.02, 0.86),
        ('body', 0.75, 0.95),
        ('glass', 1.3, 1.4),
        ('body', 2.5, 1.43),
        ('glass', 3.2, 0.96),
        ('body', 4.3, 0.76),
        ('front', 4.4, 0.28),
    ],
    'hatch': [
        ('', 0, 0.28),
        ('rear', 0.02, 0.92),
        ('glass', 0.5, 1.42),
        ('body', 2.1, 1.5),
        ('glass', 2.8, 0.98),
        ('body', 3.7, 0.78),
        ('front', 3.8, 0.28),
    ],
    'van': [
        ('', 0, 0.3),
        ('rear', 0.02, 1.1),
        ('glass', 0.1, 1.9),
        ('body', 3.4, 1.95),
        ('glass', 4.1, 1.12),
        ('body', 4.7, 0.9),
        ('front', 4.8, 0.3),
    ],
}


def _side(profile: list[tuple[str, float, float]], paint: np.ndarray) -> Texture:
    """The silhouette seen from the side: z runs along the columns, front on the right."""
    length, top = profile[-1][1], max(y for _, _, y in profile)
    shape = int(top * PIXELS) + 1, int(length * PIXELS)
    image, alpha = plain(paint, *shape), np.zeros(shape, np.float32)

    def points(outline: list[tuple[float, float]]) -> np.ndarray:
        return np.array([(z * PIXELS, (top - y) * PIXELS) for z, y in outline], np.int32)

    cv2.fillPoly(alpha, [points([(z, y) for _, z, y in profile])], 1.0)
    image *= np.linspace(1.15, 0.7, shape[0], dtype=np.float32)[:, None, None]
    waist = max(y for kind, _, y in profile if kind == 'rear') + 0.04
    cabin = [(z, y) for _, z, y in profile if y > waist + 0.15]
    rear, front = cabin[0][0], cabin[-1][0]
    glass = [
        (rear - 0.28, waist + 0.04),
        (rear + 0.06, top - 0.1),
        (front - 0.06, top - 0.1),
        (front + 0.42, waist + 0.04),
    ]
    cv2.fillPoly(image, [points(glass)], GLASS.tolist())
    for z in (0.5 * (rear + front) + 0.1, rear + 0.1):
        column = int(z * PIXELS)
        image[:, column : column + 2] = paint * 0.6
    for z in (0.78, length - 0.82):
        centre = int(z * PIXELS), int((top - 0.32) * PIXELS)
        cv2.circle(alpha, centre, int(0.33 * PIXELS), 1.0, -1)
        cv2.circle(image, centre, int(0.37 * PIXELS), (0.01, 0.01, 0.01), -1)
        cv2.circle(image, centre, int(0.33 * PIXELS), TYRE.tolist(), -1)
        cv2.circle(image, centre, int(0.19 * PIXELS), linear((150, 152, 156)).tolist(), -1)
    return Texture(image, alpha)


def _end(paint: np.ndarray, front: bool, lit: bool) -> Texture:
    """Front or rear: bumper, number plate, grille, a pair of lamps."""
    image = plain(paint, 24, 72)
    glow = np.zeros_like(image)
    image[15:] *= 0.75
    image[20:] = TYRE
    image[14:18, 28:44] = linear((226, 222, 190))
    if front:
        image[6:12, 20:52] = linear((26, 26, 28))
    lamp = linear((232, 232, 226)) if front else linear((150, 16, 18))
    for x in (3, 57):
        image[4:11, x : x + 12] = lamp
        if lit:
            glow[5:10, x + 1 : x + 11] = HEAD if front else TAIL
    return Texture(image, emission=glow)


def _strip(kind: str, paint: np.ndarray) -> Texture:
    """A piece of bodywork or a window, from one side of the car to the other."""
    if kind == 'body':
        return Texture(plain(paint))
    image = plain(paint * 0.8, 20, 72)
    image[2:18, 5:67] = GLASS * np.linspace(2.2, 0.8, 16, dtype=np.float32)[:, None, None]
    return Texture(image)


def paint_car(
    canvas: Canvas, rng: np.random.Generator, x: float, z: float, oncoming: bool, lit: bool
) -> None:
    """Paint one car.

    Args:
        canvas (Canvas): Painted on.
        rng (np.random.Generator): Picks the model and the paint.
        x (float): Middle of the car across the street, in metres.
        z (float): The end nearer to the camera, in metres.
        oncoming (bool): Whether its front faces the camera.
        lit (bool): Whether its lamps burn at night.
    """
    profile = PROFILES[rng.choice(list(PROFILES))]
    paint = vary(rng, PAINTS[rng.integers(len(PAINTS))], 14)
    length, top = profile[-1][1], max(y for _, _, y in profile)
    start, sign = (z + length, -1.0) if oncoming else (z, 1.0)
    canvas.shade((x, z + length / 2), (WIDTH * 0.78, length * 0.62), 0.75)
    eye, across = canvas.camera.eye, np.array([WIDTH, 0, 0])
    for (_, z0, y0), (kind, z1, y1) in pairwise(profile):
        corner = np.array([x - WIDTH / 2, y0, start + sign * z0])
        edge = np.array([0, y1 - y0, sign * (z1 - z0)])
        # The outline runs over the top from rear to front, so its outer side is on the left.
        if sign * (edge[1] * (corner[2] - eye[2]) - edge[2] * (corner[1] - eye[1])) < 0:
            continue
        if edge[1] < 0:  # textures are painted from their lower edge up
            corner, edge = corner + edge, -edge
        texture = (
            _end(paint, kind == 'front', lit) if kind in ('front', 'rear') else _strip(kind, paint)
        )
        canvas.paint(corner, across, edge, texture, CAR)
    side = x - WIDTH / 2 if x > eye[0] else x + WIDTH / 2
    canvas.paint((side, 0, start), (0, 0, sign * length), (0, top, 0), _side(profile, paint), CAR)
