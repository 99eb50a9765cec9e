import numpy as np
import pytest

from mmscllle.datasets.transforms import SynthesizeExposure, SynthesizeLowLight
from mmscllle.datasets.transforms.linear_light import change_exposure

GREY = np.full((40, 40, 3), 128, np.uint8)
TINY = (1e-12, 1e-12)


def run(transform, count=1):
    return [transform(dict(img=GREY.copy()))['img'] for _ in range(count)]


def linear(image):
    return ((image / 255) ** 2.2).mean()


def test_low_light_with_all_but_no_noise_is_expose():
    transform = SynthesizeLowLight(
        exposure=(0.1, 0.1), gamma=(1.2, 1.2), shot_noise=TINY, read_noise=TINY
    )
    assert (run(transform)[0] == change_exposure(GREY, 0.1, 1.2)).all()


def test_low_light_stays_in_its_range_and_varies():
    np.random.seed(0)
    transform = SynthesizeLowLight(exposure=(0.05, 0.3), shot_noise=TINY, read_noise=TINY)
    factors = np.array([linear(image) for image in run(transform, 200)]) / linear(GREY)
    assert 0.045 < factors.min() < 0.06 and 0.27 < factors.max() < 0.31


def test_low_light_noise_is_drawn_anew():
    np.random.seed(0)
    first, second = run(SynthesizeLowLight(), 2)
    assert first.std() > 0 and (first != second).any()


def test_low_light_prob():
    assert (run(SynthesizeLowLight(prob=0))[0] == GREY).all()
    np.random.seed(0)
    share = np.mean([(image != GREY).any() for image in run(SynthesizeLowLight(prob=0.3), 400)])
    assert share == pytest.approx(0.3, abs=0.1)


def test_low_light_follows_the_global_generator():
    np.random.seed(7)
    first = run(SynthesizeLowLight())[0]
    np.random.seed(7)
    assert (run(SynthesizeLowLight())[0] == first).all()


@pytest.mark.parametrize('name', ['exposure', 'gamma', 'shot_noise', 'read_noise'])
def test_low_light_wrong_range(name):
    with pytest.raises(ValueError, match=f'{name} must be two ascending positive numbers'):
        SynthesizeLowLight(**{name: (0.3, 0.1)})


@pytest.mark.parametrize('prob', [-0.1, 1.1])
def test_low_light_wrong_prob(prob):
    with pytest.raises(ValueError, match=r'prob must be in \[0, 1\], got'):
        SynthesizeLowLight(prob=prob)


@pytest.mark.parametrize(('under_prob', 'low', 'high'), [(0.0, 1.9, 4.1), (1.0, 0.045, 0.11)])
def test_exposure_stays_in_its_ranges(under_prob, low, high):
    np.random.seed(0)
    transform = SynthesizeExposure(over=(2.0, 4.0), under=(0.05, 0.1), under_prob=under_prob)
    factors = [linear(image) / linear(GREY) for image in run(transform, 100)]
    assert low < min(factors) and max(factors) < high
    assert max(factors) / min(factors) > 1.5


def test_exposure_makes_both_kinds_and_no_noise():
    np.random.seed(0)
    images = run(SynthesizeExposure(), 200)
    assert np.mean([image.mean() < 128 for image in images]) == pytest.approx(0.5, abs=0.15)
    assert all(image.std() == 0 for image in images)


def test_exposure_wrong_arguments():
    with pytest.raises(ValueError, match='over must be two ascending positive numbers'):
        SynthesizeExposure(over=(0, 3))
    with pytest.raises(ValueError, match='under must be two ascending positive numbers'):
        SynthesizeExposure(under=(0.1,))
    with pytest.raises(ValueError, match=r'under_prob must be in \[0, 1\], got 2'):
        SynthesizeExposure(under_prob=2)
