from __future__ import annotations

import numpy as np
import pytest

from mmscllle.video.scene_cut import is_scene_cut


@pytest.fixture
def street(streets: list[np.ndarray]) -> np.ndarray:
    """Display brightness of a street, (96, 128)."""
    return brightness(streets[0])


def brightness(light: np.ndarray) -> np.ndarray:
    return np.clip(4 * light[:96, :128].mean(axis=2), 0, 1) ** (1 / 2.2)


def test_the_same_scene(street: np.ndarray):
    generator = np.random.default_rng(0)
    assert not is_scene_cut(street, street)
    assert not is_scene_cut(street, street + 0.1 * generator.standard_normal(street.shape))
    # Lights are switched on, all over or in a part of it.
    assert not is_scene_cut(0.6 * street, street)
    lamp = street.copy()
    lamp[:24, :24] = 1
    assert not is_scene_cut(street, lamp)


@pytest.mark.parametrize('pan', [1, 4, 8])
def test_a_pan(streets: list[np.ndarray], pan: int):
    light = streets[0]
    assert not is_scene_cut(brightness(light), brightness(light[:, pan:]))


def test_another_scene(street: np.ndarray):
    assert is_scene_cut(street, street[:, ::-1] + 0.1)
    assert is_scene_cut(street, 1 - street)
    generator = np.random.default_rng(0)
    blocks = np.kron(generator.random((6, 8)), np.ones((16, 16)))
    assert is_scene_cut(street, blocks)


def test_pictures_without_contrast():
    dark, bright = np.full((48, 64), 0.2), np.full((48, 64), 0.5)
    assert not is_scene_cut(dark, dark + 0.05)
    assert is_scene_cut(dark, bright)
