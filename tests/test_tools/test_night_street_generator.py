"""Tests of the night-street generator."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from night_street import generate_night_street, render_street
from night_street.exposure import expose, srgb_encode

SIZE = (48, 64)
SPLITS = ('day_train', 'day_val', 'night_train', 'night_val')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """A data set of 3 + 3 training and 2 + 2 validation pictures."""
    root = tmp_path_factory.mktemp('night') / 'street'
    generate_night_street(root, num_train=3, num_val=2, size=SIZE, seed=5)
    return root


def read(root, split, kind='img', number=0):
    """One picture or label map as it lies on disk."""
    image = cv2.imread(str(root / kind / split / f'street_{number:05d}.png'), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return image


def test_layout(folder):
    for split, count in zip(SPLITS, (3, 2, 3, 2), strict=True):
        names = sorted(path.name for path in (folder / 'img' / split).iterdir())
        assert names == [f'street_{number:05d}.png' for number in range(count)]
        assert names == sorted(path.name for path in (folder / 'ann' / split).iterdir())
        picture, labels = read(folder, split), read(folder, split, 'ann')
        assert picture.shape == (*SIZE, 3) and picture.dtype == np.uint8
        assert labels.shape == SIZE and labels.dtype == np.uint8


def test_the_seed_decides_every_pixel(folder, tmp_path):
    generate_night_street(tmp_path / 'same', num_train=3, num_val=2, size=SIZE, seed=5)
    generate_night_street(tmp_path / 'other', num_train=1, num_val=1, size=SIZE, seed=6)
    for kind in ('img', 'ann'):
        for split in SPLITS:
            first = read(folder, split, kind)
            assert np.array_equal(first, read(tmp_path / 'same', split, kind))
            assert not np.array_equal(first, read(tmp_path / 'other', split, kind))


def test_more_pictures_do_not_change_the_first_ones(folder, tmp_path):
    generate_night_street(tmp_path / 'more', num_train=1, num_val=1, size=SIZE, seed=5)
    for split in SPLITS:
        assert np.array_equal(read(folder, split), read(tmp_path / 'more', split))


def test_labels_are_valid_and_every_class_occurs():
    seen = set()
    for number in range(4):
        (labels,) = render_street((0, number), (96, 128), ())
        seen |= set(np.unique(labels).tolist())
    assert set(range(8)) <= seen <= set(range(8)) | {255}


def test_night_is_darker_and_has_clipped_lights():
    for number in range(3):
        _, day, night = render_street((1, number), (96, 128), ('day', 'night'))
        assert night.mean() < 0.6 * day.mean()
        assert (night == 255).all(-1).any(), 'no blown highlight'
        # The dark still tells things apart: pixels are not crushed to black.
        assert (night.max(-1) < 3).mean() < 0.05


def test_validation_is_paired_and_training_is_not(folder):
    for number in range(2):
        day, night = (read(folder, split, 'ann', number) for split in ('day_val', 'night_val'))
        assert np.array_equal(day, night)
        assert not np.array_equal(read(folder, 'day_val'), read(folder, 'night_val'))
    day = [read(folder, 'day_train', 'ann', number) for number in range(3)]
    night = [read(folder, 'night_train', 'ann', number) for number in range(3)]
    for a in day:
        assert not any(np.array_equal(a, b) for b in night)


def test_processes_draw_the_same_and_every_street_is_counted(folder, tmp_path):
    steps = []
    generate_night_street(
        tmp_path / 'same',
        num_train=3,
        num_val=2,
        size=SIZE,
        seed=5,
        workers=2,
        advanced=lambda: steps.append(1),
    )
    assert len(steps) == 3 + 3 + 2
    for kind in ('img', 'ann'):
        for split in SPLITS:
            assert np.array_equal(read(folder, split, kind), read(tmp_path / 'same', split, kind))


def test_its_own_folder_is_replaced(tmp_path):
    generate_night_street(tmp_path, num_train=2, num_val=2, size=SIZE)
    generate_night_street(tmp_path, num_train=1, num_val=1, size=SIZE)
    assert len(list(tmp_path.glob('*/*/*.png'))) == 8


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / 'thesis.txt').write_text('precious')
    with pytest.raises(FileExistsError, match='not written by this generator.*empty or new folder'):
        generate_night_street(tmp_path, num_train=1, num_val=1, size=SIZE)
    assert [path.name for path in tmp_path.iterdir()] == ['thesis.txt']
    with pytest.raises(NotADirectoryError, match='thesis.txt'):
        generate_night_street(tmp_path / 'thesis.txt', num_train=1, num_val=1, size=SIZE)


@pytest.mark.parametrize('size', [(0, 64), (48,), 48, (48.0, 64), (16, 64)])
def test_a_bad_size_is_refused(tmp_path, size):
    with pytest.raises(ValueError, match=r'size has to be \(height, width\).*at least 32.*got'):
        generate_night_street(tmp_path / 'new', num_train=1, num_val=1, size=size)
    assert not (tmp_path / 'new').exists()


@pytest.mark.parametrize(
    ('argument', 'value'),
    [('num_train', 0), ('num_val', -1), ('num_val', 1.5), ('seed', -1), ('seed', 'a')],
)
def test_a_bad_number_is_refused(tmp_path, argument, value):
    arguments = dict(num_train=1, num_val=1, size=SIZE)
    arguments[argument] = value
    with pytest.raises(ValueError, match=f'{argument} has to be .*got {value!r}'):
        generate_night_street(tmp_path / 'new', **arguments)
    assert not (tmp_path / 'new').exists()


def test_an_unknown_time_is_refused():
    with pytest.raises(ValueError, match="'day' or 'night', got 'dusk'"):
        render_street((0,), SIZE, ('dusk',))


def test_srgb_curve():
    # IEC 61966-2-1: 0.0031308 is the end of the straight part, 0.214 the middle grey.
    values = srgb_encode(np.array([0, 0.0031308, 0.21404114, 1], np.float32))
    np.testing.assert_allclose(values, [0, 0.0404499, 0.5, 1], atol=1e-5)


def test_noise_has_the_stated_variance():
    radiance = np.full((256, 256, 3), 0.21404114, np.float32)
    picture = expose(radiance, np.random.default_rng(0), shot=1e-3, read=5e-3)
    decoded = ((picture / 255 + 0.055) / 1.055) ** 2.4
    assert decoded.mean() == pytest.approx(0.214, abs=1e-3)
    assert decoded.var() == pytest.approx(1e-3 * 0.21404114 + 5e-3**2, rel=0.05)


def test_only_what_is_brighter_than_white_glares():
    radiance = np.full((64, 64, 3), 0.2, np.float32)
    rng = np.random.default_rng(0)
    assert (expose(radiance, rng, 0, 0) == expose(radiance, rng, 0, 0)[0, 0]).all()
    radiance[32, 32] = 50
    picture = expose(radiance, rng, 0, 0)[..., 0].astype(int)
    assert picture[32, 32] == 255
    assert picture[32, 33] > picture[32, 36] > picture[0, 0]
