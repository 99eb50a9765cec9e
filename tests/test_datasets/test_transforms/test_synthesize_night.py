import numpy as np
import pytest

from mmscllle.datasets.seeding import seeded
from mmscllle.datasets.transforms import SynthesizeNight
from mmscllle.datasets.transforms.srgb import linear_to_srgb, srgb_to_linear

PLAIN = dict(
    exposure=(1.0, 1.0),
    cast=(0, 0),
    lamps=(0, 0),
    vignetting=(0, 0),
    shot_noise=(0, 0),
    read_noise=(0, 0),
    blur=(0, 0),
    grey=(0, 0),
    quality=None,
)
PICTURE = np.random.default_rng(0).integers(256, size=(48, 64, 3), dtype=np.uint8)
GREY = np.full((96, 128, 3), 180, np.uint8)


def run(image, number=0, **changes):
    with seeded(number):
        return SynthesizeNight(**{**PLAIN, **changes})(dict(img=image.copy()))['img']


def test_without_any_ingredient_nothing_changes():
    assert (run(PICTURE) == PICTURE).all()
    assert (run(PICTURE, prob=0, exposure=(0.1, 0.1)) == PICTURE).all()


def test_exposure_is_in_linear_light_of_srgb():
    expected = linear_to_srgb(srgb_to_linear(PICTURE) * np.float32(0.05))
    assert (run(PICTURE, exposure=(0.05, 0.05)) == expected).all()


def test_cast_keeps_the_luminance_and_is_bgr():
    found = [
        srgb_to_linear(run(GREY, number, cast=(0.5, 0.5))).mean(axis=(0, 1)) for number in range(30)
    ]
    for blue, green, red in found:
        assert 0.0722 * blue + 0.7152 * green + 0.2126 * red == pytest.approx(
            srgb_to_linear(GREY).mean(), rel=0.02
        )
    # Most lights are warm, the moon is not.
    warm = [red > blue for blue, _, red in found]
    assert any(warm) and not all(warm) and sum(warm) > 15


def test_lamps_add_saturated_light_and_make_the_rest_uneven():
    plain = run(GREY, exposure=(0.1, 0.1))
    night = run(GREY, exposure=(0.1, 0.1), lamps=(3, 3))
    assert plain.std() == 0 and plain.max() < 100
    assert (night == 255).all(axis=2).any() and night.std() > 3
    assert np.median(night) < plain.mean()


def test_vignetting_darkens_the_corners():
    night = run(GREY, exposure=(0.3, 0.3), vignetting=(0.5, 0.5))
    assert night[0, 0, 0] < night[48, 64, 0] - 10


def neighbours(image):
    values = image[..., 1].astype(float)
    return np.corrcoef(values[:, 1:].ravel(), values[:, :-1].ravel())[0, 1]


def test_noise_is_that_of_a_sensor_and_correlated_as_asked():
    noise = dict(exposure=(0.2, 0.2), shot_noise=(2e-3, 2e-3), read_noise=(1e-3, 1e-3))
    alone, alike = run(GREY, **noise), run(GREY, **noise, blur=(1.2, 1.2))
    light = 0.2 * srgb_to_linear(GREY).mean()
    expected = (light * 2e-3 + 1e-6) ** 0.5
    for image in (alone, alike):
        assert srgb_to_linear(image).std() == pytest.approx(expected, rel=0.05)
    assert abs(neighbours(alone)) < 0.05 and neighbours(alike) > 0.6
    grey = run(GREY, **noise, grey=(1.0, 1.0))
    assert (grey.min(axis=2) == grey.max(axis=2)).all()


def test_quality_is_that_of_jpeg():
    good, bad = (
        np.abs(run(PICTURE, quality=(quality, quality)).astype(int) - PICTURE).mean()
        for quality in (98, 30)
    )
    assert 0 < good < bad


def test_draws_depend_on_the_number_alone():
    def night(number):
        with seeded(number):
            return SynthesizeNight()(dict(img=PICTURE.copy()))['img']

    first = night(5)
    np.random.rand(7)
    assert (night(5) == first).all() and (night(6) != first).any()
    assert first.dtype == np.uint8 and first.shape == PICTURE.shape
    assert first.mean() < PICTURE.mean()


@pytest.mark.parametrize(
    'change, message',
    [
        (
            dict(exposure=(0, 0.1)),
            r'exposure must be two ascending positive numbers, got \(0, 0.1\)',
        ),
        (dict(lamps=(3, 1)), r'lamps must be two ascending numbers of at least 0, got \(3, 1\)'),
        (dict(cast=(0, 1.5)), r'cast must be in \[0, 1\], got 1.5'),
        (dict(grey=(0, 2)), r'grey must be in \[0, 1\], got 2'),
        (dict(vignetting=(0, 1)), r'vignetting must be below 1, got \(0, 1\)'),
        (dict(quality=(0, 50)), 'quality must be two ascending numbers of 1 to 100'),
        (dict(prob=2), r'prob must be in \[0, 1\], got 2'),
    ],
)
def test_wrong_arguments(change, message):
    with pytest.raises(ValueError, match=message):
        SynthesizeNight(**change)


def test_only_uint8():
    with pytest.raises(TypeError, match='works on uint8 images, got float32; put it before'):
        SynthesizeNight()(dict(img=PICTURE.astype(np.float32)))
