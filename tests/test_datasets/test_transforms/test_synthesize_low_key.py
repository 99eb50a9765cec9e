import numpy as np
import pytest

from mmscllle.datasets.seeding import seeded
from mmscllle.datasets.transforms import SynthesizeLowKey

GREY = np.full((48, 64, 3), 180, np.uint8)


def low_key(image: np.ndarray, seed: int, **options) -> np.ndarray:
    with seeded(seed):
        return SynthesizeLowKey(**options)(dict(img=image.copy()))['img']


@pytest.mark.parametrize('seed', range(8))
def test_a_part_keeps_its_light_and_another_loses_it(seed):
    rng = np.random.default_rng(seed)
    image = np.kron(rng.integers(20, 250, (6, 8, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    found = low_key(image, seed)
    assert found.dtype == np.uint8 and found.shape == image.shape
    assert (found <= image).all()
    # A soft pattern leaves some light everywhere, a steep one none in parts.
    light = np.sort(found.sum(axis=2) / image.sum(axis=2), axis=None)
    assert light[-50] > 2 * light[50]


def test_light_of_the_background_by_hand():
    # Where there is no light from the pattern, (180 / 255)^2.2 * 0.01, in display values.
    found = np.concatenate([low_key(GREY, seed, background=(0.01, 0.01)) for seed in range(12)])
    assert found.max() == 180
    assert found.min() == pytest.approx(180 * 0.01 ** (1 / 2.2), abs=1)


def test_a_picture_is_cut_where_it_is_dark():
    ramp = np.repeat(np.linspace(10, 250, 64).astype(np.uint8)[None, :, None], 48, axis=0)
    ramp = np.repeat(ramp, 3, axis=2)
    for seed in range(20):
        found = low_key(ramp, seed)
        kept = (found == ramp).all(axis=2)
        # By the picture itself, the bright end is kept; a random pattern knows no side.
        if kept[:, -8:].all():
            assert not kept[:, :8].any()
            return
    raise AssertionError('no picture was cut by its own light')


def test_seeded():
    assert np.array_equal(low_key(GREY, 3), low_key(GREY, 3))
    assert not np.array_equal(low_key(GREY, 3), low_key(GREY, 4))


def test_wrong_input():
    with pytest.raises(ValueError, match=r'background must be two ascending positive numbers'):
        SynthesizeLowKey(background=(0.02, 0.01))
    with pytest.raises(ValueError, match=r'background must be two ascending positive numbers'):
        SynthesizeLowKey(background=(0.0, 0.01))
