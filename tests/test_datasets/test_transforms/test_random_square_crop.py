from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmscllle.datasets.transforms import RandomSquareCrop

HEIGHT, WIDTH, SIZE = 20, 30, 8
# Each pixel tells where it was.
PICTURE = np.stack(
    np.broadcast_arrays(np.arange(HEIGHT)[:, None], np.arange(WIDTH), 7), axis=2
).astype(np.uint8)


def scene():
    return dict(
        img=PICTURE.copy(),
        second_img=PICTURE + 1,
        gt_img=PICTURE + 2,
        gt_seg_map=PICTURE[..., 1].copy(),
        img_path='low.png',
    )


@pytest.fixture(autouse=True)
def seed():
    np.random.seed(0)


def test_all_pictures_alike():
    for _ in range(20):
        results = RandomSquareCrop(SIZE, zoom_prob=0)(scene())
        image = results['img']
        assert image.shape == (SIZE, SIZE, 3) and results['img_shape'] == (SIZE, SIZE)
        assert (results['second_img'] == image + 1).all() and (results['gt_img'] == image + 2).all()
        assert (results['gt_seg_map'] == image[..., 1]).all()
        top, left = image[..., :2].min(axis=(0, 1))
        cut = PICTURE[top : top + SIZE, left : left + SIZE]
        assert (image == cut).all() or (image == cut[:, ::-1]).all()


def test_every_place_and_both_ways_round():
    crops = [RandomSquareCrop(SIZE, zoom_prob=0)(scene())['img'] for _ in range(600)]
    tops, lefts = ({crop[..., axis].min() for crop in crops} for axis in (0, 1))
    assert tops == set(range(HEIGHT - SIZE + 1)) and lefts == set(range(WIDTH - SIZE + 1))
    flipped = [crop[0, 0, 1] > crop[0, 1, 1] for crop in crops]
    assert np.mean(flipped) == pytest.approx(0.5, abs=0.1)


def test_larger_squares_are_reduced(monkeypatch):
    sides, resize = [], cv2.resize

    def record(square, size, interpolation):
        sides.append((square.shape[:2], size, interpolation))
        return resize(square, size, interpolation=interpolation)

    monkeypatch.setattr(cv2, 'resize', record)
    for _ in range(300):
        results = RandomSquareCrop(SIZE, zoom_prob=1)(scene())
        assert results['img'].shape == (SIZE, SIZE, 3)
        # Labels are some that were there, colours are means.
        assert results['gt_seg_map'].shape == (SIZE, SIZE)
        assert np.abs(results['gt_seg_map'] - results['img'][..., 1].astype(int)).max() <= 2
    assert {side[0] for (side, *_) in sides} == set(range(SIZE + 1, HEIGHT + 1))
    assert all(side == side[::-1] and size == (SIZE, SIZE) for side, size, _ in sides)
    assert [kind for *_, kind in sides[:4]] == [cv2.INTER_AREA] * 3 + [cv2.INTER_NEAREST]


def test_share_of_larger_squares():
    # In a reduced square neighbours are more than a pixel apart.
    zoomed = [
        np.ptp(crop[0, :, 1].astype(int)) > SIZE - 1
        for crop in (RandomSquareCrop(SIZE, zoom_prob=0.3)(scene())['img'] for _ in range(400))
    ]
    # One side in thirteen is the size itself.
    assert np.mean(zoomed) == pytest.approx(0.3 * 12 / 13, abs=0.08)


def test_the_whole_picture():
    results = RandomSquareCrop(HEIGHT)(dict(img=PICTURE[:, :HEIGHT], img_path='low.png'))
    assert sorted(results['img'][0, :, 1]) == list(range(HEIGHT))
    assert 'gt_img' not in results


def test_a_picture_that_is_too_small():
    with pytest.raises(
        ValueError,
        match="'low.png' of 20 x 30 pixels is smaller than the square "
        'of 21 that RandomSquareCrop cuts out',
    ):
        RandomSquareCrop(21)(scene())


def test_pictures_of_other_sizes():
    with pytest.raises(
        ValueError,
        match=r"gt_img of 'low.png' is of \(19, 30\) pixels, img of "
        r'\(20, 30\)',
    ):
        RandomSquareCrop(SIZE)(dict(scene(), gt_img=PICTURE[1:]))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(size=0), 'size must be at least 1 pixel, got 0'),
        (dict(size=8, zoom_prob=2), r'zoom_prob must be in \[0, 1\], got 2'),
    ],
)
def test_wrong_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        RandomSquareCrop(**options)
