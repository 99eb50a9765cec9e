"""Videos for the tests, and networks that enhance them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from night_street.exposure import srgb_encode
from night_street.lighting import light_night
from night_street.scene import build_scene

from mmscllle.inference.curve_engine import CurveEngine
from mmscllle.models import CurveEnhancer


@pytest.fixture(scope='session')
def engine() -> CurveEngine:
    """An engine that brightens, differently from pixel to pixel, dark frames more than others."""
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(0)
        network = CurveEnhancer(channels=8)
        for parameter in network.parameters():
            parameter.normal_(std=0.12)
        network.e_conv7.bias.sub_(0.15)
    return CurveEngine(network)


@pytest.fixture(scope='session')
def streets() -> list[np.ndarray]:
    """Linear light of two streets at night, (120, 260, 3)."""
    return [
        light_night(
            build_scene(np.random.default_rng([seed, 0]), 120, 260),
            np.random.default_rng([seed, 1]),
        )
        for seed in (0, 3)
    ]


@pytest.fixture(scope='session')
def film() -> Callable[..., np.ndarray]:
    """Films linear light: ``film(light, gains, pan)`` gives uint8 RGB frames (N, 96, 128, 3).

    ``gains`` are the exposures of the frames, ``pan`` how many pixels the camera turns a frame.
    """

    def shoot(light: np.ndarray, gains: Sequence[float], pan: int = 0) -> np.ndarray:
        generator = np.random.default_rng(0)
        frames = []
        for number, gain in enumerate(gains):
            signal = gain * light[10:106, pan * number : pan * number + 128]
            noise = generator.standard_normal(signal.shape)
            signal = signal + np.sqrt(4e-4 * np.maximum(signal, 0) + 2e-6) * noise
            frames.append((255 * srgb_encode(np.clip(signal, 0, 1)) + 0.5).astype(np.uint8))
        return np.stack(frames)

    return shoot
