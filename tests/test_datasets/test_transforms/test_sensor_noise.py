from __future__ import annotations

import numpy as np
import pytest

from mmscllle.datasets.transforms.sensor_noise import add_sensor_noise, draw_noise


@pytest.fixture(autouse=True)
def seed():
    np.random.seed(0)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


@pytest.mark.parametrize(('blur', 'grey'), [(0, 0), (1, 0), (0, 0.8), (0.7, 0.5)])
def test_standard_normal(blur, grey):
    noise = draw_noise((200, 210, 3), blur, grey)
    assert noise.shape == (200, 210, 3) and noise.dtype == np.float32
    assert noise.std() == pytest.approx(1, abs=1e-4) and noise.mean() == pytest.approx(0, abs=0.02)


def test_neighbours_and_channels_do_not_depend_on_each_other():
    noise = draw_noise((200, 200, 3))
    assert correlation(noise[:, 1:], noise[:, :-1]) == pytest.approx(0, abs=0.02)
    assert correlation(noise[..., 0], noise[..., 1]) == pytest.approx(0, abs=0.02)


def test_blurred_neighbours_depend_on_each_other():
    # Blurred by s, white noise at a distance d is correlated by exp(-d^2 / 4 s^2).
    noise = draw_noise((300, 300, 1), blur=1.0)
    for distance in (1, 2):
        assert correlation(noise[:, distance:], noise[:, :-distance]) == pytest.approx(
            np.exp(-(distance**2) / 4), abs=0.02
        )


def test_channels_have_something_in_common():
    # c = 0.2 n + 0.8 m: covariance (2 * 0.2 * 0.8 + 0.8^2) / 3 = 0.32, variance 0.04 more.
    noise = draw_noise((200, 200, 3), grey=0.8)
    assert correlation(noise[..., 0], noise[..., 2]) == pytest.approx(0.32 / 0.36, abs=0.02)


def test_hand_values():
    # sqrt(0.25 * 0.04 + 0.1^2) = 0.141421; in the dark, and below, there is read noise alone.
    light = np.array([0.25, 0.25, 0.0, -0.5])
    noisy = add_sensor_noise(light, 0.04, 0.1, np.array([1.0, -2.0, 1.0, 1.0]))
    assert noisy == pytest.approx([0.391421, -0.032843, 0.1, -0.4], abs=1e-6)
