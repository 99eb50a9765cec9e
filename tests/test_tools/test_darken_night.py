from __future__ import annotations

from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
from commands import load_tool

TOOL = Path(__file__).resolve().parents[2] / 'tools' / 'dataset_converters' / 'darken_night.py'


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    return load_tool('dataset_converters/darken_night')


@pytest.fixture
def days(tmp_path) -> Path:
    folder = tmp_path / 'days'
    folder.mkdir()
    for index in range(3):
        assert cv2.imwrite(str(folder / f'{index}.png'), np.full((48, 64, 3), 200, np.uint8))
    return folder


def read(folder: Path) -> np.ndarray:
    return np.array([cv2.imread(str(folder / f'{index}.jpg')) for index in range(3)], float)


def test_pictures_are_dark_uneven_noisy_and_of_a_colour(tool, days, tmp_path, capsys):
    assert tool.main([str(days), str(tmp_path / 'a')]) == 0
    assert '3 pictures' in capsys.readouterr().out
    found = read(tmp_path / 'a')
    # 200 is 0.578 of linear light: sRGB of 0.04 to 0.12 of that is 40 to 71.
    light = tool.decode(found / 255).mean(axis=(1, 2, 3)) / 0.578
    assert (light > 0.03).all() and (light < 0.13).all()
    assert (found.std(axis=(1, 2)) > 1).all()
    assert (np.ptp(found.mean(axis=(1, 2)), axis=1) > 1).all()


def test_the_seed_and_the_name_decide(tool, days, tmp_path):
    for name, seed in (('a', 0), ('b', 0), ('c', 1)):
        assert tool.main([str(days), str(tmp_path / name), '--seed', str(seed)]) == 0
    first, again, other = (read(tmp_path / name) for name in 'abc')
    assert (first == again).all() and (first != other).any()
    assert (first[0] != first[1]).any()
    (days / '0.png').unlink()
    assert tool.main([str(days), str(tmp_path / 'd')]) == 0
    assert (cv2.imread(str(tmp_path / 'd/1.jpg')) == first[1]).all()


def test_exposure(tool, days, tmp_path):
    assert tool.main([str(days), str(tmp_path / 'a'), '--exposure', '0.5', '0.5']) == 0
    light = tool.decode(read(tmp_path / 'a') / 255).mean()
    assert light == pytest.approx(0.5 * 0.578, rel=0.15)


def test_a_deep_grey_picture_is_refused(tool, days, tmp_path, capsys):
    """Pillow would make it white."""
    cv2.imwrite(str(days / '1.png'), np.full((48, 64), 5000, np.uint16))
    assert tool.main([str(days), str(tmp_path / 'a')]) == 2
    assert "1.png' has more than 8 bits a pixel: make it 8 bits" in capsys.readouterr().err


def test_pictures_that_would_become_one_file_are_refused(tool, days, tmp_path, capsys):
    (days / '1.jpg').write_bytes((days / '1.png').read_bytes())
    assert tool.main([str(days), str(tmp_path / 'out')]) == 2
    assert "1.jpg' and '" in (error := capsys.readouterr().err)
    assert 'would both become 1.jpg: rename one' in error and not (tmp_path / 'out').exists()


def test_wrong_input(tool, days, tmp_path, capsys):
    for arguments, message in (
        ([str(tmp_path / 'none'), str(tmp_path / 'out')], 'there is no folder'),
        ([str(days), str(days)], 'OUT is the folder of the pictures'),
        (
            [str(days), str(tmp_path / 'out'), '--exposure', '0.2', '0.1'],
            '--exposure must be two ascending positive numbers, got 0.2 0.1',
        ),
        ([str(days), str(tmp_path / 'out'), '--seed', '-1'], '--seed must not be negative'),
    ):
        assert tool.main(arguments) == 2
        assert message in capsys.readouterr().err
    (days / '1.png').write_bytes(b'')
    assert tool.main([str(days), str(tmp_path / 'out')]) == 2
    assert '1.png' in capsys.readouterr().err
    (tmp_path / 'empty').mkdir()
    assert tool.main([str(tmp_path / 'empty'), str(tmp_path / 'out')]) == 2
    assert 'no picture (.jpg, .jpeg, .png)' in capsys.readouterr().err
