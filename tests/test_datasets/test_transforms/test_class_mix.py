import cv2
import numpy as np
import pytest

from mmscllle.datasets.seeding import seeded
from mmscllle.datasets.transforms import ClassMix

LABELS = np.repeat(np.array([0, 3, 7, 255], np.uint8), 8)[None].repeat(24, axis=0)
# The red of each pixel is its class.
IMAGE = np.stack([np.full_like(LABELS, 9), np.full_like(LABELS, 200), LABELS], axis=-1)


@pytest.fixture
def nights(tmp_path):
    for name, size, value in (('small.png', (10, 12), 60), ('large.png', (90, 120), 70)):
        assert cv2.imwrite(str(tmp_path / name), np.full((*size, 3), value, np.uint8))
    return str(tmp_path)


def mix(transform, seed=0, labels=LABELS):
    with seeded(seed):
        return transform(dict(img=IMAGE.copy(), gt_seg_map=labels.copy()))


def test_half_of_the_classes_are_pasted_with_their_pixels(nights):
    transform, chosen, backgrounds = ClassMix(nights), set(), set()
    for seed in range(20):
        mixed = mix(transform, seed)
        labels, image = mixed['gt_seg_map'], mixed['img']
        kept = set(np.unique(labels)) - {255}
        # Two of three: half, rounded up.
        assert len(kept) == 2 and kept <= {0, 3, 7}
        inside = labels != 255
        assert (labels[inside] == LABELS[inside]).all() and (image[inside] == IMAGE[inside]).all()
        assert inside.sum() == 2 * 8 * 24
        (value,) = np.unique(image[~inside])
        backgrounds.add(int(value))
        chosen.add(frozenset(kept))
        assert labels.dtype == np.uint8 and image.dtype == np.uint8 and image.shape == IMAGE.shape
    assert backgrounds == {60, 70} and len(chosen) == 3


def test_a_seed_gives_one_result(nights):
    first, again = (mix(ClassMix(nights), 4) for _ in range(2))
    assert (first['img'] == again['img']).all()


def test_what_stays(nights):
    void = np.full_like(LABELS, 255)
    assert (mix(ClassMix(nights), labels=void)['img'] == IMAGE).all()
    assert (mix(ClassMix(nights, prob=0))['img'] == IMAGE).all()


def test_wrong_input(nights, tmp_path):
    with pytest.raises(FileNotFoundError, match='ClassMix.folder: there is no folder'):
        ClassMix(str(tmp_path / 'none'))
    with pytest.raises(ValueError, match='changes the scene, but gt_img shows it as it was'):
        ClassMix(nights)(dict(img=IMAGE, gt_seg_map=LABELS, gt_img=IMAGE))
