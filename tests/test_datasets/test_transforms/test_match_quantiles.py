import cv2
import numpy as np
import pytest

from mmscllle.datasets.transforms import MatchQuantiles
from mmscllle.datasets.transforms.match_quantiles import count_levels, match_quantiles

rng = np.random.default_rng(0)
DARK = rng.integers(0, 90, size=(32, 40, 3), dtype=np.uint8)
DAY = rng.integers(60, 250, size=(40, 48, 3), dtype=np.uint8)


def test_counts_the_pixels_of_each_level():
    image = np.array([[[0, 7, 255], [0, 7, 254]]], np.uint8)
    counts = count_levels(image)
    assert counts.shape == (3, 256) and counts.sum(axis=1).tolist() == [2, 2, 2]
    assert counts[0, 0] == 2 and counts[1, 7] == 2 and counts[2, 254] == counts[2, 255] == 1


def test_the_whole_way_gives_the_other_quantiles():
    found = match_quantiles(DARK, count_levels(DAY), 1.0)
    shares = np.linspace(0.05, 0.95, 10)
    for channel in range(3):
        wanted = np.quantile(DAY[..., channel], shares)
        assert np.quantile(found[..., channel], shares) == pytest.approx(wanted, abs=4)


@pytest.mark.parametrize('share', [0.0, 0.3, 1.0])
def test_moves_a_part_of_the_way_level_by_level(share):
    # Four pixels, of ranks 1/8, 3/8, 5/8, 7/8, go to the four others of these ranks.
    image = np.repeat(np.array([10, 20, 30, 40], np.uint8)[None, :, None], 3, axis=2)
    other = np.repeat(np.array([50, 90, 130, 210], np.uint8)[None, :, None], 3, axis=2)
    found = match_quantiles(image, count_levels(other), share)
    wanted = np.rint((1 - share) * image + share * other.astype(float))
    assert np.array_equal(found, wanted)


def test_channels_are_moved_by_themselves():
    found = match_quantiles(DARK, count_levels(np.dstack([DARK[..., :2], DARK[..., 2] + 100])), 1)
    assert np.array_equal(found[..., :2], DARK[..., :2])
    assert np.abs(found[..., 2].astype(int) - DARK[..., 2] - 100).max() <= 1


def test_pictures_of_the_folder_count_alike(tmp_path):
    for index, (size, value) in enumerate([((8, 8), 40), ((80, 80), 200)]):
        assert cv2.imwrite(str(tmp_path / f'{index}.png'), np.full((*size, 3), value, np.uint8))
    transform = MatchQuantiles(str(tmp_path))
    low_and_high = np.array([[[5, 5, 5], [9, 9, 9]]], np.uint8)
    found = transform(dict(img=low_and_high))['img']
    assert found[0, :, 0].tolist() == [40, 200]


def test_of_many_pictures_some_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr('mmscllle.datasets.transforms.match_quantiles.MOST_PICTURES', 2)
    for index in range(4):
        value = np.full((4, 4, 3), 50 * index, np.uint8)
        assert cv2.imwrite(str(tmp_path / f'{index}.png'), value)
    levels = np.flatnonzero(MatchQuantiles(str(tmp_path)).counts[0])
    assert levels.tolist() == [0, 100]


def test_wrong_input(tmp_path):
    with pytest.raises(FileNotFoundError, match='MatchQuantiles.folder: there is no folder'):
        MatchQuantiles(str(tmp_path / 'no'))
    with pytest.raises(ValueError, match='MatchQuantiles.folder: no image'):
        MatchQuantiles(str(tmp_path))
    assert cv2.imwrite(str(tmp_path / '0.png'), DAY)
    with pytest.raises(ValueError, match=r'share must be in \[0, 1\], got 1.5'):
        MatchQuantiles(str(tmp_path), share=1.5)
    (tmp_path / '0.png').write_bytes(b'no picture')
    with pytest.raises(OSError, match='0.png'):
        MatchQuantiles(str(tmp_path))
