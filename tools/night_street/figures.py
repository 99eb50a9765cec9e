"""Things that stand upright: trees, street lamps, signs and pedestrians."""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Canvas, Texture
from .classes import PEDESTRIAN, POLE, TREE, VOID
from .textures import linear, plain, smooth_noise, vary

LEAVES = [(74, 106, 48), (58, 92, 52), (96, 116, 50), (120, 104, 44), (84, 98, 64)]
CLOTHES = [
    (40, 48, 74),
    (150, 40, 44),
    (60, 60, 62),
    (190, 180, 160),
    (70, 110, 80),
    (214, 150, 50),
    (96, 70, 110),
    (52, 92, 150),
]
SKIN = [(224, 178, 148), (176, 126, 96), (110, 76, 58)]
LAMP_HEIGHT = 6.6
LIT_HEAD = np.array([1.0, 0.82, 0.55], np.float32) * 24
# A round post seen from any side: darker towards its edges.
ROUND = np.array([0.55, 0.9, 1.1, 0.9, 0.55], np.float32)[None, :, None]


def crown(rng: np.random.Generator) -> Texture:
    """The leaves of a tree, lighter where clumps catch more light."""
    size = 96
    alpha = np.zeros((size, size), np.float32)
    light = np.full((size, size), 0.45, np.float32)
    for _ in range(26):
        angle, radius = rng.uniform(0, 2 * np.pi), 27 * np.sqrt(rng.random())
        centre = int(48 + radius * np.cos(angle)), int(48 + radius * np.sin(angle))
        blob = int(rng.uniform(7, 14))
        cv2.circle(alpha, centre, blob, 1.0, -1)
        cv2.circle(
            light, centre, blob, float(1.25 - centre[1] / size + rng.uniform(-0.15, 0.15)), -1
        )
    edge = smooth_noise(rng, (size, size), (12, 40))
    alpha = cv2.GaussianBlur(alpha, (0, 0), 3)
    alpha += 0.16 * edge * (alpha > 0.1)  # ragged, but no leaves apart from the crown
    leaves = plain(vary(rng, LEAVES[rng.integers(len(LEAVES))], 14), size, size)
    leaves *= np.clip(light + 0.22 * edge, 0.2, 1.8)[..., None]
    return Texture(leaves, alpha)


def paint_tree(
    canvas: Canvas, rng: np.random.Generator, leaves: Texture, x: float, z: float, ground: float
) -> None:
    """A tree with its trunk at (x, z), 4.5 to 9 m high."""
    height = rng.uniform(4.5, 9)
    depth = height * rng.uniform(0.55, 0.7)
    width = depth * rng.uniform(0.8, 1.1)
    canvas.shade((x, z), (0.5 * width, 0.4 * width), 0.45, ground)
    bark = plain(vary(rng, (92, 74, 58)), 24, 5) * ROUND
    bark *= 1 + 0.2 * rng.standard_normal((24, 5, 1), dtype=np.float32)
    trunk = rng.uniform(0.22, 0.4)
    canvas.paint(
        (x - trunk / 2, ground, z), (trunk, 0, 0), (0, height - 0.7 * depth, 0), Texture(bark), TREE
    )
    canvas.paint(
        (x - width / 2, ground + height - depth, z - 0.1),
        (width, 0, 0),
        (0, depth, 0),
        leaves,
        TREE,
        normal=(0, 0.6, -0.8),
    )


def paint_lamp(
    canvas: Canvas,
    rng: np.random.Generator,
    x: float,
    z: float,
    ground: float,
    reach: float,
    lit: bool,
) -> np.ndarray:
    """A street lamp at (x, z) with an arm of ``reach`` metres (signed) along x.

    Returns:
        np.ndarray: Position (3,) of its lamp, in metres.
    """
    metal = plain(vary(rng, (110, 114, 112), 24), 4, 5) * ROUND
    top = ground + LAMP_HEIGHT
    canvas.paint((x - 0.13, ground, z), (0.26, 0, 0), (0, LAMP_HEIGHT, 0), Texture(metal), POLE)
    canvas.paint((x - 0.2, ground, z - 0.02), (0.4, 0, 0), (0, 0.9, 0), Texture(metal), POLE)
    bar = Texture(metal.transpose(1, 0, 2))
    canvas.paint((min(x, x + reach), top - 0.1, z), (abs(reach), 0, 0), (0, 0.18, 0), bar, POLE)
    head = plain(linear((206, 204, 190)), 4, 8)
    glow = plain(LIT_HEAD, 4, 8) if lit else None
    canvas.paint(
        (x + reach - 0.38, top - 0.2, z - 0.05),
        (0.76, 0, 0),
        (0, 0.3, 0),
        Texture(head, emission=glow),
        POLE,
    )
    return np.array([x + reach, top - 0.3, z])


def paint_sign(canvas: Canvas, rng: np.random.Generator, x: float, z: float, ground: float) -> None:
    """A thin post with a round or square plate; the plate belongs to none of the classes."""
    height = rng.uniform(2.3, 3)
    metal = plain(linear((150, 152, 154)), 4, 5) * ROUND
    canvas.paint((x - 0.06, ground, z), (0.12, 0, 0), (0, height, 0), Texture(metal), POLE)
    color = [(196, 30, 34), (28, 70, 160), (236, 190, 40)][rng.integers(3)]
    plate = plain(vary(rng, color), 24, 24)
    alpha = np.zeros((24, 24), np.float32)
    cv2.circle(alpha, (12, 12), 11 if rng.random() < 0.6 else 18, 1.0, -1)
    cv2.rectangle(plate, (5, 10), (18, 13), linear((240, 240, 236)).tolist(), -1)
    canvas.paint(
        (x - 0.35, ground + height - 0.4, z - 0.03),
        (0.7, 0, 0),
        (0, 0.7, 0),
        Texture(plate, alpha),
        VOID,
    )


def paint_pedestrian(
    canvas: Canvas, rng: np.random.Generator, x: float, z: float, ground: float
) -> None:
    """A walking or standing person at (x, z), 1.55 to 1.9 m tall."""
    height = rng.uniform(1.55, 1.9)
    canvas.shade((x, z), (0.5, 0.4), 0.5, ground)
    image, alpha = plain(linear((60, 60, 60)), 96, 48), np.zeros((96, 48), np.float32)
    coat, legs = (vary(rng, CLOTHES[rng.integers(len(CLOTHES))]).tolist() for _ in range(2))
    skin, hair = vary(rng, SKIN[rng.integers(len(SKIN))]).tolist(), vary(rng, (60, 44, 32)).tolist()
    stride = int(rng.integers(2, 9))
    hem = int(rng.integers(48, 66))

    def draw(shape, *args, color) -> None:
        shape(image, *args[:-1], color, args[-1])
        shape(alpha, *args[:-1], 1.0, args[-1])

    for foot in (-stride, stride):
        draw(cv2.line, (24 + foot // 3, 50), (24 + foot, 90), 8, color=legs)
        draw(cv2.ellipse, (25 + foot, 92), (5, 3), 0, 0, 360, -1, color=(0.01, 0.01, 0.01))
    for side, swing in ((-1, stride), (1, -stride)):
        draw(cv2.line, (24 + 9 * side, 24), (24 + 11 * side + swing // 2, 50), 6, color=coat)
        draw(cv2.circle, (24 + 11 * side + swing // 2, 52), 3, -1, color=skin)
    draw(cv2.ellipse, (24, 26), (11, 8), 0, 0, 360, -1, color=coat)
    draw(cv2.rectangle, (15, 25), (33, hem), -1, color=coat)
    draw(cv2.ellipse, (24, 9), (6, 8), 0, 0, 360, -1, color=skin)
    draw(cv2.ellipse, (24, 6), (7, 6), 0, 170, 370, -1, color=hair)
    image *= np.linspace(1.15, 0.85, 48, dtype=np.float32)[None, :, None]
    canvas.paint(
        (x - height / 4, ground, z),
        (height / 2, 0, 0),
        (0, height, 0),
        Texture(image, alpha),
        PEDESTRIAN,
    )
