"""A pinhole camera and the buffers that textured rectangles are painted into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from .classes import SKY

NEAR = 0.3  # metres; nothing closer to the camera is drawn


@dataclass
class Texture:
    """A picture to paint on a rectangle; row 0 is its top.

    Args:
        albedo (np.ndarray): (h, w, 3) float32, linear RGB in [0, 1].
        alpha (np.ndarray, optional): (h, w) float32; painted where above 0.5.
        emission (np.ndarray, optional): (h, w, 3) float32, linear radiance given off at night,
            where 1 is the white of the night exposure.
    """

    albedo: np.ndarray
    alpha: np.ndarray | None = None
    emission: np.ndarray | None = None


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross product of two (3,) vectors; `np.cross` spends most of its time on checks."""
    return np.array(
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    )


class Camera:
    """Pinhole camera at ``eye``; x points right, y up, z along the street, in metres.

    Args:
        eye: Position (x, y, z).
        focal (float): Focal length in pixels.
        pitch, yaw (float): Angles in radians, upwards and to the right.
    """

    def __init__(
        self, eye: tuple[float, float, float], focal: float, pitch: float, yaw: float
    ) -> None:
        self.eye = np.asarray(eye, np.float64)
        self.focal = focal
        self.forward = np.array(
            [np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)]
        )
        self.right = np.array([np.cos(yaw), 0.0, -np.sin(yaw)])
        self.up = _cross(self.forward, self.right)
        self.basis = np.stack([self.right, self.up, self.forward], 1)


class _Hit(NamedTuple):
    """Where the rays of a window of the canvas meet a rectangle."""

    window: tuple[slice, slice]
    depth: np.ndarray
    s: np.ndarray
    t: np.ndarray
    mask: np.ndarray


def _span(coordinate: np.ndarray) -> float:
    """Part of a rectangle's side that a window shows; the extremes lie at the window's corners."""
    corners = coordinate[[0, 0, -1, -1], [0, -1, 0, -1]].tolist()
    return min(max(corners), 1) - max(min(corners), 0) + 1e-3


class Canvas:
    """Depth-tested buffers of albedo, emission, normal, depth and label, each (H, W[, 3])."""

    def __init__(self, height: int, width: int, camera: Camera) -> None:
        self.camera = camera
        self.height, self.width = height, width
        self.albedo = np.zeros((height, width, 3), np.float32)
        self.emission = np.zeros((height, width, 3), np.float32)
        self.normal = np.zeros((height, width, 3), np.float32)
        self.depth = np.full((height, width), np.inf, np.float32)
        self.labels = np.full((height, width), SKY, np.uint8)
        self._cols = ((np.arange(width) + 0.5 - width / 2) / camera.focal).astype(np.float32)
        self._rows = ((height / 2 - np.arange(height) - 0.5) / camera.focal).astype(np.float32)

    def along(
        self,
        vector: np.ndarray,
        window: tuple[slice, slice] = (slice(None), slice(None)),
    ) -> np.ndarray:
        """Scalar product of every pixel's ray with ``vector`` (3,): (h, w) float32."""
        camera = self.camera
        right, up, forward = (vector @ camera.basis).tolist()
        down = self._rows[window[0]] * np.float32(up) + np.float32(forward)
        return self._cols[window[1]] * np.float32(right) + down[:, None]

    def _window(
        self,
        origin: np.ndarray,
        u: np.ndarray,
        v: np.ndarray,
    ) -> tuple[slice, slice] | None:
        """The rows and columns that the rectangle can be seen in."""
        start, du, dv = (np.array([origin - self.camera.eye, u, v]) @ self.camera.basis).tolist()
        corners = [
            [a + i * b + j * c for a, b, c in zip(start, du, dv, strict=True)]
            for i in (0, 1)
            for j in (0, 1)
        ]
        seen = [point for point in corners if point[2] >= NEAR]
        if not seen:
            return None
        if len(seen) < 4:
            # Cut the edges that pass the camera where they come into view.
            for a, b in ((0, 1), (0, 2), (1, 3), (2, 3)):
                near, far = sorted((corners[a], corners[b]), key=lambda point: point[2])
                if near[2] < NEAR <= far[2]:
                    share = (NEAR - near[2]) / (far[2] - near[2])
                    seen.append([p + share * (q - p) for p, q in zip(near, far, strict=True)])
        x = [self.camera.focal * right / ahead + self.width / 2 for right, _, ahead in seen]
        y = [self.height / 2 - self.camera.focal * up / ahead for _, up, ahead in seen]
        left, right = max(int(min(x)) - 1, 0), min(int(max(x)) + 2, self.width)
        top, bottom = max(int(min(y)) - 1, 0), min(int(max(y)) + 2, self.height)
        return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None

    def _hit(self, origin: np.ndarray, u: np.ndarray, v: np.ndarray) -> _Hit | None:
        window = self._window(origin, u, v)
        if window is None:
            return None
        normal = _cross(u, v)
        offset = self.camera.eye - origin
        with np.errstate(divide='ignore', invalid='ignore'):
            depth = np.float32(-offset @ normal) / self.along(normal, window)
            # u and v are perpendicular, so each alone gives a point's coordinate along it.
            to_s, to_t = u / (u @ u), v / (v @ v)
            s = depth * self.along(to_s, window) + np.float32(offset @ to_s)
            t = depth * self.along(to_t, window) + np.float32(offset @ to_t)
            mask = (
                (depth > NEAR)
                & (depth < self.depth[window])
                & (s >= 0)
                & (s < 1)
                & (t >= 0)
                & (t < 1)
            )
        rows, cols = mask.any(1).nonzero()[0], mask.any(0).nonzero()[0]
        if not rows.size:
            return None
        # Most of the window is often hidden: keep what is seen.
        crop = slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1)
        window = tuple(
            slice(whole.start + part.start, whole.start + part.stop)
            for whole, part in zip(window, crop, strict=True)
        )
        return _Hit(window, depth[crop], s[crop], t[crop], mask[crop])

    def paint(self, origin, u, v, texture: Texture, label: int, normal=None) -> None:
        """Paint ``texture`` on the rectangle ``origin + s u + t v``, s and t in [0, 1).

        Args:
            origin: (3,) corner in metres, at the left of the texture's bottom row.
            u: (3,) edge in metres, along the columns of the texture.
            v: (3,) edge in metres, up its rows; perpendicular to ``u``.
            texture (Texture): What to paint.
            label (int): Class id written where the texture is painted.
            normal: (3,) unit normal used for lighting; default the rectangle's own, towards the
                camera.
        """
        origin, u, v = (np.asarray(a, np.float64) for a in (origin, u, v))
        hit = self._hit(origin, u, v)
        if hit is None:
            return
        # Shrinking the texture to about the size it is seen at keeps far walls from flickering.
        rows, cols = texture.albedo.shape[:2]
        seen = (
            min(cols, int(1.5 * hit.mask.shape[1] / _span(hit.s)) + 1),
            min(rows, int(1.5 * hit.mask.shape[0] / _span(hit.t)) + 1),
        )
        if seen[0] >= 0.8 * cols and seen[1] >= 0.8 * rows:
            seen = cols, rows
        map_x, map_y = hit.s * seen[0] - 0.5, (1 - hit.t) * seen[1] - 0.5

        def look_up(image: np.ndarray) -> np.ndarray:
            if rows == cols == 1:
                return image[0, 0]
            if seen != (cols, rows):
                image = cv2.resize(image, seen, interpolation=cv2.INTER_AREA)
            return cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

        mask = hit.mask
        if texture.alpha is not None:
            mask = mask & (look_up(texture.alpha) > 0.5)
        if normal is None:
            normal = _cross(u, v)
            normal = normal / np.linalg.norm(normal)
            normal = normal if normal @ (self.camera.eye - origin) > 0 else -normal
        glow = np.float32(0) if texture.emission is None else look_up(texture.emission)
        for buffer, value in (
            (self.albedo, look_up(texture.albedo)),
            (self.emission, glow),
            (self.normal, normal),
        ):
            np.copyto(buffer[hit.window], value, where=mask[..., None], casting='same_kind')
        np.copyto(self.depth[hit.window], hit.depth, where=mask)
        np.copyto(self.labels[hit.window], np.uint8(label), where=mask)

    def shade(
        self,
        centre: tuple[float, float],
        half: tuple[float, float],
        strength: float,
        height: float = 0.0,
    ) -> None:
        """Darken the ground in a soft ellipse: the contact shadow of an object.

        Args:
            centre: (x, z) in metres.
            half: Half axes (x, z) in metres.
            strength (float): Share of the light taken away at the centre, in [0, 1].
            height (float): Height of the ground there, in metres.
        """
        origin = np.array([centre[0] - half[0], height + 0.02, centre[1] - half[1]])
        hit = self._hit(origin, np.array([2.0 * half[0], 0, 0]), np.array([0, 0, 2.0 * half[1]]))
        if hit is None:
            return
        radius = np.square(2 * hit.s - 1) + np.square(2 * hit.t - 1)
        factor = 1 - strength * np.clip(1.5 * (1 - radius), 0, 1) * hit.mask
        self.albedo[hit.window] *= factor[..., None]
