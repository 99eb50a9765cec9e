from __future__ import annotations

from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
from commands import load_tool

TOOL = Path(__file__).resolve().parents[2] / 'tools' / 'dataset_converters' / 'sice_pairs.py'


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    return load_tool('dataset_converters/sice_pairs')


def write(path: Path, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((30, 40, 3), value, np.uint8))


@pytest.fixture
def sice(tmp_path) -> Path:
    """Two sequences, of seven and of nine images; brightness tells them apart."""
    for number, count in ((2, 7), (10, 9)):
        for index in range(1, count + 1):
            write(tmp_path / f'SICE/{number}/{index}.JPG', 10 * number + index)
        write(tmp_path / f'SICE/Label/{number}.{"JPG" if number == 2 else "PNG"}', 200 + number)
    (tmp_path / 'SICE/2/Thumbs.db').touch()
    return tmp_path / 'SICE'


def test_dark_images_and_references_are_written(tool, sice, tmp_path):
    assert tool.main([str(sice), str(tmp_path / 'out'), '--size', '20', '10']) == 0
    images = {
        str(path.relative_to(tmp_path / 'out')): cv2.imread(str(path))
        for path in (tmp_path / 'out').rglob('*.png')
    }
    assert {image.shape for image in images.values()} == {(10, 20, 3)}
    expected = {'high/002.png': 202, 'high/010.png': 210}
    expected.update({f'low/002_{index}.png': 20 + index for index in (1, 2, 3)})
    expected.update({f'low/010_{index}.png': 100 + index for index in (1, 2, 3, 4)})
    assert set(images) == set(expected)
    for name, value in expected.items():
        assert abs(images[name].mean() - value) < 1.5


def test_a_missing_reference_is_named(tool, sice, tmp_path, capsys):
    (sice / 'Label/10.PNG').unlink()
    assert tool.main([str(sice), str(tmp_path / 'out')]) == 2
    message = capsys.readouterr().err
    assert "SICE/10' has no reference '" in message and "Label/10'" in message
    assert not (tmp_path / 'out').exists()


def test_there_must_be_references_and_sequences(tool, tmp_path, capsys):
    arguments = [str(tmp_path / 'SICE'), str(tmp_path / 'out')]
    assert tool.main(arguments) == 2
    assert "SICE/Label'" in capsys.readouterr().err
    (tmp_path / 'SICE/Label').mkdir(parents=True)
    assert tool.main(arguments) == 2
    assert 'there are no sequences 1, 2, ... in' in capsys.readouterr().err


def test_a_file_that_is_no_image_is_named(tool, sice, tmp_path, capsys):
    (sice / '2/1.JPG').write_text('text')
    assert tool.main([str(sice), str(tmp_path / 'out')]) == 2
    assert "2/1.JPG' is no image" in capsys.readouterr().err
