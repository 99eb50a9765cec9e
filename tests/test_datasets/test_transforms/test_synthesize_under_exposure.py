from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmscllle.datasets.transforms import SynthesizeUnderExposure, synthesize_under_exposure

# Large and small patches of all levels.
PICTURE = cv2.resize(
    np.random.default_rng(0).integers(256, size=(9, 12, 3), dtype=np.uint8),
    (96, 72),
    interpolation=cv2.INTER_LINEAR,
)
GREY = np.full((64, 64, 3), 120, np.uint8)
PLAIN = dict(highlights=1, cast=0, shot_noise=(1e-12, 1e-12), read_noise=(1e-9, 1e-9))


def run(transform, image=PICTURE, **more):
    return transform(dict(img=image.copy(), **more))['img']


@pytest.fixture(autouse=True)
def seed():
    np.random.seed(0)


@pytest.mark.parametrize('mean', [5, 20, 90])
def test_the_mean_is_met(mean):
    for _ in range(5):
        image = run(SynthesizeUnderExposure(mean=(mean, mean), **PLAIN))
        assert image.dtype == np.uint8 and image.shape == PICTURE.shape
        assert image.mean() == pytest.approx(mean, rel=0.06)


def test_means_are_drawn_from_their_range():
    means = [run(SynthesizeUnderExposure(mean=(8, 32), **PLAIN)).mean() for _ in range(100)]
    assert 7 < min(means) < 9.5 and 28 < max(means) < 34
    # Each stop as often.
    assert 0.35 < np.mean(np.array(means) < 16) < 0.65


def test_without_noise_it_is_one_curve():
    image = run(SynthesizeUnderExposure(mean=(20, 20), **PLAIN))
    curve = [image[level == PICTURE].astype(int) for level in np.unique(PICTURE)]
    # What lies half way between two levels may be rounded either way.
    assert np.mean([np.ptp(after) > 0 for after in curve]) < 0.02
    assert (np.diff([np.median(after) for after in curve]) >= 0).all()


def test_what_is_nearly_white_may_have_been_brighter(monkeypatch):
    image = np.full((64, 64, 3), 100, np.uint8)
    image[:, :16] = 250
    asked = []

    def draw(picture, most):
        asked.append(most)
        return np.where(picture[..., :1] > 200, most, 1).astype(np.float32)

    monkeypatch.setattr(synthesize_under_exposure, 'draw_highlights', draw)
    ratios = []
    for most in (1, 25):
        np.random.seed(0)
        found = run(SynthesizeUnderExposure(mean=(40, 40), **dict(PLAIN, highlights=most)), image)
        ratios.append(found[:, :16].mean() / found[:, 16:].mean())
    assert asked == [1, 25] and ratios[1] > 1.5 * ratios[0]


def test_a_part_may_keep_its_light(monkeypatch):
    transform = SynthesizeUnderExposure(mean=(10, 10), uneven_prob=1, **PLAIN)
    shares = np.stack([transform._draw_dark_share(PICTURE) for _ in range(40)])
    assert shares.shape == (40, 72, 96, 1) and shares.min() == 0 and shares.max() == 1
    assert 0.2 < shares.mean() < 0.8
    share = np.zeros((72, 96, 1), np.float32)
    share[:, 40:] = 1
    monkeypatch.setattr(transform, '_draw_dark_share', lambda image: share)
    image = run(transform)
    # The camera's curve and back, to a level.
    assert abs(image[:, :40].astype(int) - PICTURE[:, :40]).max() <= 1
    assert image[:, 40:].mean() == pytest.approx(10, rel=0.3)


def test_light_stays_where_the_picture_is_bright(monkeypatch):
    monkeypatch.setattr(np.random, 'rand', lambda: 0.9)
    image = np.full((64, 64, 3), 30, np.uint8)
    image[:, 32:] = 250
    share = SynthesizeUnderExposure._draw_dark_share(image)
    assert share[:, :8].min() == 1 and share[:, -8:].max() < 0.4
    assert (np.diff(share.mean(axis=(0, 2))) <= 1e-6).all()


def test_the_second_shot_is_another_exposure_of_the_same():
    transform, apart = SynthesizeUnderExposure(mean=(10, 80), **PLAIN), []
    for _ in range(8):
        results = transform(dict(img=PICTURE.copy(), second_img=np.zeros_like(PICTURE)))
        first, second = results['img'].ravel(), results['second_img'].ravel()
        apart.append(abs(first.mean() - second.mean()))
        assert np.corrcoef(first, second)[0, 1] > 0.8
    assert max(apart) > 15


def test_light_of_a_colour():
    def is_coloured(cast):
        image = run(SynthesizeUnderExposure(mean=(60, 60), **{**PLAIN, 'cast': cast}), GREY)
        return np.ptp(image.reshape(-1, 3).mean(axis=0)) > 1

    assert not any(is_coloured(0.0) for _ in range(10))
    share = synthesize_under_exposure.CAST_PROB
    assert np.mean([is_coloured(0.3) for _ in range(150)]) == pytest.approx(share, abs=0.12)


def test_noise_of_neighbours_and_channels():
    alike, common = [], []
    transform = SynthesizeUnderExposure(mean=(60, 60), **{**PLAIN, 'shot_noise': (1e-3, 1e-3)})
    for _ in range(80):
        noise = run(transform, GREY).astype(float)
        noise -= noise.mean(axis=(0, 1))
        alike.append(np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1])
        common.append(np.corrcoef(noise[..., 0].ravel(), noise[..., 1].ravel())[0, 1])
    share = synthesize_under_exposure.CORRELATED_PROB
    assert np.mean(np.array(alike) > 0.06) == pytest.approx(share, abs=0.16)
    assert max(common) > 0.5 and np.mean(np.array(common) < 0.06) > 1 - share - 0.16


@pytest.mark.parametrize(('mean', 'factor'), [(10, 0.5), (40, 1), (90, 1)])
def test_very_dark_pictures_have_less_read_noise(monkeypatch, mean, factor):
    drawn = []
    monkeypatch.setattr(
        synthesize_under_exposure,
        'add_sensor_noise',
        lambda light, shot, read, noise: (drawn.append((shot, read)), light)[1],
    )
    run(
        SynthesizeUnderExposure(mean=(mean, mean), shot_noise=(1e-3, 1e-3), read_noise=(2e-4, 2e-4))
    )
    assert drawn == [(pytest.approx(1e-3), pytest.approx(2e-4 * factor))]


def test_share_of_the_pictures():
    results = dict(img=PICTURE)
    assert SynthesizeUnderExposure(prob=0)(results)['img'] is PICTURE
    dark = [run(SynthesizeUnderExposure(prob=0.3), GREY).mean() < 119 for _ in range(200)]
    assert np.mean(dark) == pytest.approx(0.3, abs=0.1)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(mean=(0, 9)), 'mean must be two ascending positive numbers'),
        (dict(shoulder=(2, 1)), 'shoulder must be two ascending positive numbers'),
        (dict(gamma=(2,)), 'gamma must be two ascending positive numbers'),
        (dict(contrast=(-1, 1)), 'contrast must be two ascending positive numbers'),
        (dict(shot_noise=(2, 1)), 'shot_noise must be two ascending positive numbers'),
        (dict(read_noise=(2, 1)), 'read_noise must be two ascending positive numbers'),
        (dict(highlights=0.5), 'highlights must be at least 1, got 0.5'),
        (dict(cast=-0.1), 'cast must not be negative, got -0.1'),
        (dict(prob=1.1), r'prob must be in \[0, 1\], got 1.1'),
    ],
)
def test_wrong_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        SynthesizeUnderExposure(**options)
