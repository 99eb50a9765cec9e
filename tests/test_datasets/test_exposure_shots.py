import cv2
import numpy as np
import pytest

from mmscllle.datasets.exposure_shots import Shot, measure_mean, read_stacks


def write_grey(path, level, size=(32, 48)):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((*size, 3), level, np.uint8))
    return str(path)


def test_means_are_those_of_the_names(tmp_path):
    # The pixels of the dark shot say otherwise, so a measured mean would show.
    dark, bright = (
        write_grey(tmp_path / '007' / name, level)
        for name, level in (('00_015.png', 50), ('01_120.png', 123))
    )
    assert read_stacks(str(tmp_path)) == {'007': [Shot(dark, 15), Shot(bright, 120)]}


def test_numbers_that_are_no_means_are_found_by_the_brightest_shot(tmp_path):
    # The shutter: 1/15 to 1/250 of a second.
    for name, level in (('00_015.png', 200), ('01_060.png', 90), ('02_250.png', 20)):
        write_grey(tmp_path / 'trip' / name, level)
    assert [shot.mean for shot in read_stacks(str(tmp_path))['trip']] == [20, 90, 200]


def test_a_damaged_brightest_shot_leaves_it_to_the_names(tmp_path):
    dark = write_grey(tmp_path / '007/00_015.png', 15)
    (tmp_path / '007/01_120.png').write_bytes(b'')
    assert read_stacks(str(tmp_path))['007'][0] == Shot(dark, 15)


def test_sice_is_measured_and_sorted_from_dark_to_bright(tmp_path):
    bright, dark = (
        write_grey(tmp_path / '2' / f'{i}.JPG', level) for i, level in ((1, 200), (2, 20))
    )
    other = write_grey(tmp_path / '10' / '1.JPG', 99)
    write_grey(tmp_path / 'Label' / '2.JPG', 120)
    write_grey(tmp_path / '.thumbnails' / '2.JPG', 120)
    stacks = read_stacks(str(tmp_path))
    assert list(stacks) == ['10', '2']
    assert stacks['10'] == [Shot(other, pytest.approx(99, abs=0.5))]
    assert stacks['2'] == [
        Shot(dark, pytest.approx(20, abs=0.5)),
        Shot(bright, pytest.approx(200, abs=0.5)),
    ]


@pytest.mark.parametrize(
    'names',
    [
        ('00_120.png', '01_015.png'),
        ('01_015.png', '02_120.png'),
        ('00_015.png', '01_300.png'),
        ('00_015.png', 'x.png'),
    ],
    ids=['darker later', 'not from 00', 'above 255', 'another name'],
)
def test_names_that_only_look_alike_are_measured(tmp_path, names):
    for name in names:
        write_grey(tmp_path / 'trip' / name, 77)
    assert [shot.mean for shot in read_stacks(str(tmp_path))['trip']] == [77, 77]


def test_the_mean_is_that_of_luma(tmp_path):
    image = np.zeros((64, 64, 3), np.uint8)
    image[:32] = 10, 100, 200  # BGR
    cv2.imwrite(str(tmp_path / 'x.png'), image)
    luma = 0.299 * 200 + 0.587 * 100 + 0.114 * 10
    assert measure_mean(str(tmp_path / 'x.png')) == pytest.approx(luma / 2, abs=0.5)


def test_names_of_the_shared_shots_tell_what_is_measured(shared):
    stacks = read_stacks(str(shared / 'data/exposures'))
    assert len(stacks) == 163
    errors = [
        measure_mean(shot.path) - shot.mean
        for stack in list(stacks.values())[::8]
        for shot in stack
    ]
    assert len(errors) > 100 and np.abs(errors).max() < 1


def test_folders_that_hold_no_stacks_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="data_root: there is no folder '.*nowhere'"):
        read_stacks(str(tmp_path / 'nowhere'))
    with pytest.raises(ValueError, match='holds no folder; give one that has a folder of shots'):
        read_stacks(str(tmp_path))
    (tmp_path / '000').mkdir()
    with pytest.raises(ValueError, match="data_root: no image in '.*000'"):
        read_stacks(str(tmp_path))


def test_a_damaged_shot_is_named(tmp_path):
    (tmp_path / '1').mkdir()
    (tmp_path / '1' / '1.jpg').write_bytes(b'no image')
    with pytest.raises(OSError, match="1.jpg' is damaged or no image"):
        read_stacks(str(tmp_path))


@pytest.mark.parametrize('suffix', ['.png', '.jpg'])
def test_every_row_counts_for_the_mean(tmp_path, suffix):
    # At an eighth of the size OpenCV takes few pixels of a PNG file.
    image = np.zeros((128, 128), np.uint8)
    image[::8] = 200
    cv2.imwrite(str(tmp_path / f'x{suffix}'), image)
    assert measure_mean(str(tmp_path / f'x{suffix}')) == pytest.approx(25, abs=1)
