"""Walls with windows, doors, shops and what is lit behind them at night."""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Texture
from .textures import linear, smooth_noise, vary

PIXELS = 12  # texture pixels per metre
WALLS = {
    'brick': [(146, 82, 66), (165, 104, 76), (120, 72, 64)],
    'plaster': [
        (222, 205, 172),
        (204, 188, 178),
        (232, 222, 206),
        (190, 160, 128),
        (176, 186, 178),
        (214, 176, 130),
    ],
    'stone': [(178, 168, 150), (150, 146, 138)],
    'panel': [(128, 136, 146), (164, 166, 168), (104, 112, 122)],
}
WARM, COOL = np.array([1.0, 0.66, 0.3], np.float32), np.array([0.75, 0.9, 1.0], np.float32)


def wall(rng: np.random.Generator, rows: int, cols: int) -> np.ndarray:
    """A wall without openings, (rows, cols, 3) linear albedo."""
    kind = rng.choice(list(WALLS))
    shades = WALLS[kind]
    image = np.empty((rows, cols, 3), np.float32)
    image[:] = vary(rng, shades[rng.integers(len(shades))])
    grain = 0.05 * smooth_noise(rng, (rows, cols), (6, 40))
    if kind == 'brick':
        grain += rng.normal(0, 0.1, (rows, cols)).astype(np.float32)
        grain[::3] += 0.12
    elif kind == 'stone':
        grain[::6] -= 0.22
        grain[:, ::11] -= 0.1
    elif kind == 'panel':
        grain[::18] -= 0.25
        grain[:, ::18] -= 0.25
    # Walls are dirtier towards the ground.
    dirt = np.linspace(0.06, -0.12, rows, dtype=np.float32)[:, None] ** 3 * 60
    image *= np.clip(1 + grain + dirt, 0.4, 1.4)[..., None]
    return image


def _light(rng: np.random.Generator) -> np.ndarray:
    """Radiance of a lit room: warm or cool, dim or near clipping."""
    tint = WARM if rng.random() < 0.75 else COOL
    return tint * np.float32(rng.uniform(0.12, 0.9))


def _glass(rng: np.random.Generator, rows: int, cols: int) -> np.ndarray:
    """Window glass by day: dark below, a reflection of the sky above, at times a curtain."""
    top, bottom = vary(rng, (96, 118, 140), 22), vary(rng, (34, 40, 48), 10)
    ramp = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    pane = np.broadcast_to(top * (1 - ramp) + bottom * ramp, (rows, cols, 3)).copy()
    if rng.random() < 0.35:
        pane[: int(rows * rng.uniform(0.2, 0.7))] = vary(rng, (190, 184, 170), 24)
    return pane


def _windows(
    rng: np.random.Generator, image: np.ndarray, glow: np.ndarray, top: int, bottom: int
) -> None:
    """Fill the rows ``top:bottom`` with a regular grid of windows."""
    cols = image.shape[1]
    floor = int(PIXELS * rng.uniform(2.8, 3.5))
    pitch = int(PIXELS * rng.uniform(1.7, 3.2))
    width = int(pitch * rng.uniform(0.42, 0.7))
    height = int(floor * rng.uniform(0.45, 0.62))
    margin = (cols - (cols // pitch) * pitch) // 2 + (pitch - width) // 2
    frame = vary(rng, (225, 222, 214) if rng.random() < 0.6 else (70, 62, 56))
    shutters, balcony, lit = rng.random() < 0.25, rng.random() < 0.25, rng.uniform(0.1, 0.4)
    shutter = vary(rng, [(60, 92, 70), (92, 60, 44), (70, 84, 110)][rng.integers(3)])
    panes = [_glass(rng, height - 2, width - 2) for _ in range(4)]
    for y in range(top + (floor - height) // 2, bottom - height - 1, floor):
        for x in range(margin, cols - width, pitch):
            if shutters:
                image[y : y + height, max(x - width // 2, 0) : x + width + width // 2] = shutter
            image[y : y + height, x : x + width] = frame
            image[y + 1 : y + height - 1, x + 1 : x + width - 1] = panes[rng.integers(len(panes))]
            if rng.random() < lit:
                radiance = _light(rng)
                glow[y + 1 : y + height - 1, x + 1 : x + width - 1] = radiance
                image[y + 1 : y + height - 1, x + 1 : x + width - 1] *= 0.7
            image[y : y + height, x + width // 2] = frame
            glow[y : y + height, x + width // 2] *= 0.1
            image[y + height : y + height + 2, max(x - 1, 0) : x + width + 1] *= 1.25
        if balcony:
            image[y + height - 4 : y + height + 3 : 2, margin // 2 : cols - margin // 2] = (
                frame * 0.4
            )


def _ground_floor(rng: np.random.Generator, image: np.ndarray, glow: np.ndarray, top: int) -> None:
    """A door, and either a shop with its sign or small windows, in the rows below ``top``."""
    rows, cols = image.shape[:2]
    if rng.random() < 0.6:
        sign = vary(rng, rng.integers(30, 230, 3), 8)
        image[top:] = vary(rng, (90, 84, 80), 34)
        glow[top:] = 0
        panel, step = top + PIXELS // 2, int(PIXELS * rng.uniform(2, 3.6))
        for x in range(4, cols - step // 2, step):
            window = (slice(panel + 3, rows - 8), slice(x, min(x + step - 4, cols - 4)))
            image[window] = _glass(rng, rows - 11 - panel, window[1].stop - x)
            image[window] *= 1 + 0.4 * smooth_noise(rng, image[window].shape[:2], (8,))[..., None]
        if rng.random() < 0.55:
            shop = _light(rng) * 1.3
            glass = image[panel + 3 : rows - 8, :, 2] < 0.3
            ramp = np.linspace(1, 0.35, rows - 11 - panel, dtype=np.float32)[:, None, None]
            glow[panel + 3 : rows - 8] = shop * ramp * glass[..., None]
            glow[top:panel] = sign * rng.uniform(0.5, 2.5)
        image[top:panel] = sign
        if rng.random() < 0.4:
            stripes = np.arange(cols) // 6 % 2
            awning = np.where(stripes[:, None] > 0, linear((232, 228, 220)), sign)
            image[panel : panel + PIXELS * 3 // 4] = awning
            glow[panel : panel + PIXELS * 3 // 4] *= 0.3
    else:
        _windows(rng, image, glow, top, rows)
    door, x = vary(rng, (78, 52, 40), 26), int(rng.uniform(0.05, 0.8) * cols)
    cv2.rectangle(image, (x, rows - int(2.3 * PIXELS)), (x + PIXELS, rows), door.tolist(), -1)
    cv2.rectangle(glow, (x, rows - int(2.3 * PIXELS)), (x + PIXELS, rows), (0, 0, 0), -1)
    np.clip(image, 0.004, 0.9, out=image)


def facade(rng: np.random.Generator, width: float, height: float) -> tuple[Texture, Texture]:
    """The front of a building and its bare side wall, for a front of the given size in metres."""
    rows, cols = int(height * PIXELS), int(width * PIXELS)
    image = wall(rng, rows, cols)
    side = Texture(image.copy())
    glow = np.zeros_like(image)
    ground = rows - int(PIXELS * rng.uniform(3.2, 4.2))
    cornice = int(PIXELS * rng.uniform(0.3, 0.8))
    _windows(rng, image, glow, cornice, ground)
    _ground_floor(rng, image, glow, ground)
    trim = vary(rng, (198, 190, 176), 30)
    image[:cornice] = trim
    image[cornice : cornice + 3] *= 0.55
    image[ground - 3 : ground] = trim
    return Texture(np.clip(image, 0.004, 0.9), emission=glow), side
