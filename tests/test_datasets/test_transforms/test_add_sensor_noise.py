from __future__ import annotations

import numpy as np
import pytest

from mmscllle.datasets.transforms import AddSensorNoise
from mmscllle.datasets.transforms.linear_light import change_exposure

RAMP = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
NO_NOISE = dict(shot_noise=(1e-12, 1e-12), read_noise=(1e-9, 1e-9), prob=1)


def run(transform, image=RAMP):
    return transform(dict(img=image))['img']


def test_without_noise_it_is_an_exposure():
    assert (run(AddSensorNoise(exposure=(1, 1), **NO_NOISE)) == RAMP).all()
    darker = run(AddSensorNoise(exposure=(0.25, 0.25), **NO_NOISE)).astype(int)
    # What lies half way between two levels may be rounded either way.
    assert np.abs(darker - change_exposure(RAMP, 0.25)).sum() <= 3


def test_exposure_is_drawn_from_its_range():
    np.random.seed(0)
    grey = np.full((1, 1, 3), 255, np.uint8)
    transform = AddSensorNoise(exposure=(0.3, 1.0), **NO_NOISE)
    factors = [(run(transform, grey).max() / 255) ** 2.2 for _ in range(300)]
    assert 0.29 < min(factors) < 0.32 and 0.98 < max(factors) <= 1
    assert np.mean(factors) == pytest.approx(0.65, abs=0.05)


@pytest.mark.parametrize(('shot', 'read'), [(4e-3, 1e-6), (1e-9, 0.014)])
def test_variance_in_linear_light(shot, read):
    np.random.seed(0)
    signal = (120 / 255) ** 2.2
    transform = AddSensorNoise((1, 1), (shot, shot), (read, read), prob=1)
    light = (run(transform, np.full((300, 300, 3), 120, np.uint8)) / 255) ** 2.2
    step = 2.2 * signal ** (1.2 / 2.2) / 255
    expected = shot * signal + read**2 + step**2 / 12
    assert light.var() == pytest.approx(expected, rel=0.03)


def test_share_of_the_pictures():
    np.random.seed(0)
    changed = [(run(AddSensorNoise(prob=0.3)) != RAMP).any() for _ in range(300)]
    assert np.mean(changed) == pytest.approx(0.3, abs=0.1)
    assert run(AddSensorNoise(prob=0)) is RAMP


def test_half_of_the_noise_is_blurred():
    np.random.seed(0)
    grey, alike = np.full((40, 40, 3), 120, np.uint8), []
    transform = AddSensorNoise((1, 1), (4e-3, 4e-3), prob=1)
    for _ in range(60):
        noise = run(transform, grey) - 120.0
        alike.append(np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1] > 0.1)
    assert 0.3 < np.mean(alike) < 0.7


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(exposure=(0, 1)), r'exposure must be two ascending positive numbers, got \(0, 1\)'),
        (dict(shot_noise=(2, 1)), 'shot_noise must be two ascending positive numbers'),
        (dict(read_noise=(1,)), 'read_noise must be two ascending positive numbers'),
        (dict(prob=1.5), r'prob must be in \[0, 1\], got 1.5'),
    ],
)
def test_wrong_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        AddSensorNoise(**options)
