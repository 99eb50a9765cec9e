import numpy as np
import pytest

from mmscllle.datasets.transforms.linear_light import change_exposure, check_range, draw_log_uniform

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)


def test_hand_values():
    # (128 / 255)^2.2 = 0.21952; a quarter of it, back: 0.05488^(1/2.2) * 255 = 68.16.
    assert change_exposure(np.array([128], np.uint8), 0.25) == 68
    # White at half the light: 0.5^(1/2.2) * 255 = 186.08.  Four times the light clips.
    assert change_exposure(np.array([255], np.uint8), 0.5) == 186
    assert change_exposure(np.array([200], np.uint8), 4) == 255
    # (0.5 * 1)^2 = 0.25 of linear light: 0.25^(1/2.2) * 255 = 135.79.
    assert change_exposure(np.array([255], np.uint8), 0.5, gamma=2) == 136


def test_exposure_of_one_changes_nothing():
    assert (change_exposure(RAMP, 1) == RAMP).all()


@pytest.mark.parametrize('exposure', [0.04, 0.08, 0.3, 5.0])
def test_equals_the_protocol_that_figures_are_measured_with(exposure):
    # The noise-free part of shared/tools/darken.py.
    light = (RAMP.astype(np.float64) / 255) ** 2.2 * exposure
    expected = np.round(np.clip(light, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)
    assert (change_exposure(RAMP, exposure) == expected).all()


@pytest.mark.parametrize(('shot', 'read'), [(4e-3, 0.0), (0.0, 2e-4), (2e-3, 1e-4)])
@pytest.mark.parametrize('value', [120, 220])
def test_variance_in_linear_light(shot, read, value):
    np.random.seed(0)
    exposure = 0.5
    signal = (value / 255) ** 2.2 * exposure
    noisy = change_exposure(np.full((300, 300, 1), value, np.uint8), exposure, 1.0, shot, read)
    light = (noisy / 255) ** 2.2
    # Rounding to 8 bit adds the variance of a uniform step, (dx/dv)^2 / 12.
    step = 2.2 * signal ** (1.2 / 2.2) / 255
    expected = shot * signal + read + step**2 / 12
    # A variance of 90,000 draws is known to sqrt(2 / 90000) = 0.5 %; 8-bit curvature adds a little.
    assert light.var() == pytest.approx(expected, rel=0.03)
    assert light.mean() == pytest.approx(signal, rel=0.01)


def test_noise_is_independent_between_pixels_and_channels():
    np.random.seed(0)
    noisy = change_exposure(np.full((200, 200, 3), 120, np.uint8), 1.0, 1.0, 1e-3, 1e-5).astype(
        float
    )
    channels = np.corrcoef(noisy.reshape(-1, 3).T)
    assert np.abs(channels - np.eye(3)).max() < 0.03
    assert abs(np.corrcoef(noisy[:, :-1].ravel(), noisy[:, 1:].ravel())[0, 1]) < 0.03


def test_only_uint8():
    with pytest.raises(TypeError, match='uint8 images, got float32; leave to_float32'):
        change_exposure(np.zeros((2, 2, 3), np.float32), 0.5)


def test_input_is_not_changed():
    image = RAMP.copy()
    change_exposure(image, 0.2, 1.0, 1e-3, 1e-5)
    assert (image == RAMP).all()


@pytest.mark.parametrize('values', [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0), (1.0,), (1.0, 2.0, 3.0)])
def test_wrong_range(values):
    with pytest.raises(ValueError, match='shot_noise must be two ascending positive numbers, got'):
        check_range('shot_noise', values)


def test_draws_are_log_uniform():
    np.random.seed(0)
    drawn = np.array([draw_log_uniform((0.01, 1.0)) for _ in range(4000)])
    assert drawn.min() >= 0.01 and drawn.max() <= 1
    # Each decade is as likely: half of the draws below 0.1, within four standard errors.
    assert (drawn < 0.1).mean() == pytest.approx(0.5, abs=4 * 0.5 / 4000**0.5)
    assert draw_log_uniform((0.3, 0.3)) == pytest.approx(0.3)
