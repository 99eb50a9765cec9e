from __future__ import annotations

import json
import math
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
import torch
from commands import load_tool

from mmscllle.models import CurveEnhancer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    return load_tool('compare_enhancers')


def write_grey(path: Path, level: int, size: tuple[int, int] = (20, 24)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((*size, 3), level, np.uint8))


@pytest.fixture
def night(tmp_path) -> str:
    """A folder of two pictures of the grey value 51 (0.2)."""
    for name in ('1.png', '2.png'):
        write_grey(tmp_path / 'night' / name, 51)
    return str(tmp_path / 'night')


@pytest.fixture
def bright(tmp_path) -> str:
    """A config of an enhancer that applies the curve r = -1 twice: x -> 2 x - x^2."""
    enhancer = CurveEnhancer(channels=4, iterations=2)
    for value in enhancer.parameters():
        torch.nn.init.zeros_(value)
    torch.nn.init.constant_(enhancer.e_conv7.bias, -20.0)
    torch.save(enhancer.state_dict(), tmp_path / 'bright.pth')
    (tmp_path / 'bright.py').write_text(
        "model = dict(type='mmscllle.SCLLLE', enhancer=dict(type='mmscllle.CurveEnhancer', "
        f"channels=4, iterations=2))\nload_from = '{tmp_path}/bright.pth'\n"
    )
    return str(tmp_path / 'bright.py')


def read_table(out_dir: Path) -> dict[tuple[str, str], dict[str, str]]:
    header, _, *lines = [
        [cell.strip() for cell in line.split('|')[1:-1]]
        for line in (out_dir / 'table.md').read_text().splitlines()
    ]
    assert header[:2] == ['pictures', 'enhancer']
    return {tuple(line[:2]): dict(zip(header[2:], line[2:], strict=True)) for line in lines}


def test_folders_without_references(tool, night, bright, tmp_path, capsys):
    write_grey(tmp_path / 'dusk/a.png', 102)
    out_dir = tmp_path / 'out'
    assert (
        tool.main(
            [
                night,
                str(tmp_path / 'dusk'),
                '--enhancer',
                f'bright={bright}',
                '--fast',
                '--baselines',
                'none',
                '--out-dir',
                str(out_dir),
            ]
        )
        == 0
    )
    assert (out_dir / 'table.md').read_text() in capsys.readouterr().out
    table = read_table(out_dir)
    assert list(table) == [
        (pictures, name)
        for pictures in ('night', 'dusk')
        for name in ('none', 'bright', 'bright (fast)')
    ]
    # 0.2 -> 0.36 -> 0.5904; 0.4 -> 0.64 -> 0.8704.
    for pictures, level in (('night', '0.5904'), ('dusk', '0.8704')):
        for name in ('bright', 'bright (fast)'):
            assert table[pictures, name]['brightness'] == level
    assert list(table['night', 'none']) == [
        'noise',
        'brightness',
        'clipped_high',
        'clipped_low',
        'newly_clipped',
    ]
    report = json.loads((out_dir / 'table.json').read_text())
    assert report['enhancers'] == [f'bright={bright}'] and report['images'] == dict(night=2, dusk=1)
    assert report['metrics'][1]['enhancer'] == 'bright'
    assert report['metrics'][1]['brightness'] == pytest.approx(0.5904, abs=1e-6)
    # Three rows of input | bright | bright (fast), which is not the input's column again.
    sheet = cv2.imread(str(out_dir / 'sheet.png'))
    size = 256 * round(24 * 256 / 20)
    assert [(sheet == level).all(axis=2).sum() for level in (51, 151, 102, 222)] == pytest.approx(
        [2 * size, 2 * 2 * size, size, 2 * size], rel=1e-3
    )


def test_references(tool, night, bright, tmp_path):
    for name in ('1.png', '2.png'):
        write_grey(tmp_path / 'day' / name, 153)
    out_dir = tmp_path / 'out'
    assert (
        tool.main(
            [
                night,
                '--reference',
                str(tmp_path / 'day'),
                '--enhancer',
                f'bright={bright}',
                '--limit',
                '1',
                '--pictures',
                '0',
                '--out-dir',
                str(out_dir),
            ]
        )
        == 0
    )
    table = read_table(out_dir)
    assert list(table) == [('night', name) for name in ('none', 'gamma', 'bright')]
    assert table['night', 'bright']['reference_images'] == '1'
    assert float(table['night', 'bright']['PSNR']) == pytest.approx(
        -20 * math.log10(0.6 - 0.5904), abs=1e-3
    )
    assert table['night', 'none']['PSNR_equal_brightness'] == '100.0000'
    assert not (out_dir / 'sheet.png').exists()


def test_stacks_of_exposures(tool, tmp_path):
    for scene in range(7):
        for number, mean in enumerate((20, 51, 120)):
            write_grey(tmp_path / f'stacks/{scene}/{number:02}_{mean:03}.png', mean)
    out_dir = tmp_path / 'out'
    assert (
        tool.main(
            [str(tmp_path / 'stacks'), '--exposures', '--split', 'val', '--out-dir', str(out_dir)]
        )
        == 0
    )
    table = read_table(out_dir)
    assert [(*key, row['reference_images']) for key, row in table.items()] == [
        (pictures, name, count)
        for pictures, count in (('stacks', '4'), ('stacks, very dark', '2'), ('stacks, dark', '2'))
        for name in ('none', 'gamma')
    ]
    for pictures, mean in (('stacks, very dark', 20), ('stacks, dark', 51)):
        assert float(table[pictures, 'none']['PSNR']) == pytest.approx(
            -20 * math.log10((120 - mean) / 255), abs=1e-3
        )
    sheet = cv2.imread(str(out_dir / 'sheet.png'))
    assert all((sheet == level).all(axis=2).any() for level in (20, 51, 120))


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['nowhere'], "FOLDER: data_prefix.img_path: there is no folder 'nowhere'"),
        (['{night}', '--enhancer', 'a'], "--enhancer: got 'a'; write NAME=SOURCE"),
        (
            ['{night}', '--enhancer', 'a=no.pth'],
            "--enhancer a=no.pth: there is no checkpoint file 'no.pth'",
        ),
        (['{night}', '--enhancer', 'gamma=no.pth'], "--enhancer: the name 'gamma' is given twice"),
        (
            ['{night}', '--baselines', 'gamma', '--enhancer', 'none=no.pth'],
            "--enhancer: 'none' is the row of the pictures as they are; rename it",
        ),
        (['{night}', '{night}'], "FOLDER: '{night}' is given twice"),
        (
            ['{night}', '--reference', 'a', '--reference', 'b'],
            '--reference: 1 FOLDERs need as many, got 2',
        ),
        (['{night}', '--baselines'], '--enhancer: nothing to compare'),
        (
            ['{night}', '--baselines', 'best'],
            "--baselines: there is no 'best'; choose from none, gamma, clahe",
        ),
        (['{night}', '--reference', 'a', 'b'], '--reference: 1 FOLDERs need as many, got 2'),
        (
            ['{night}', '--reference', 'a', '--exposures'],
            '--reference: stacks of exposures have their references in them',
        ),
        (['{night}', '--split', 'val'], '--split: it chooses among scenes'),
        (['{night}', '--exposures'], "FOLDER: data_root: '{night}' holds no folder"),
        (['{night}', '--limit', '0'], '--limit: must be at least 1, got 0'),
        (
            ['{night}', '--fast', '--baselines', 'none', 'gamma'],
            '--fast: there is no fast mode of none, gamma; leave it out',
        ),
        (['{night}', '--device', 'tpu'], "--device: must be cpu or cuda, got 'tpu'"),
    ],
)
def test_wrong_use_is_answered_in_a_line(tool, night, arguments, message, tmp_path, capsys):
    arguments = [part.format(night=night) for part in arguments]
    assert tool.main([*arguments, '--out-dir', str(tmp_path / 'out')]) == 2
    assert f'compare_enhancers.py: error: {message}'.format(night=night) in capsys.readouterr().err


def test_a_damaged_picture_is_named(tool, night, tmp_path, capsys):
    (Path(night) / '2.png').write_bytes(b'no picture')
    assert tool.main([night, '--out-dir', str(tmp_path / 'out')]) == 2
    assert f"error: FOLDER night, none: image '{night}/2.png' is damaged" in capsys.readouterr().err


def test_folders_of_one_name_go_by_their_paths(tool, night, tmp_path):
    write_grey(tmp_path / 'other/night/1.png', 99)
    other = str(tmp_path / 'other/night')
    assert tool.main([night, other, '--baselines', 'none', '--out-dir', str(tmp_path / 'out')]) == 0
    assert list(read_table(tmp_path / 'out')) == [(night, 'none'), (other, 'none')]


def test_a_flat_picture_is_left_out_of_niqe_and_named(tool, tmp_path, capfd):
    write_grey(tmp_path / 'night/flat.png', 51, (96, 192))
    texture = np.random.default_rng(0).integers(20, 90, (96, 192, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / 'night/texture.png'), texture)
    night, out_dir = str(tmp_path / 'night'), tmp_path / 'out'
    assert tool.main([night, '--baselines', 'none', '--out-dir', str(out_dir)]) == 0
    row = read_table(out_dir)['night', 'none']
    assert math.isfinite(float(row['NIQE'])) and row['flat_images'] == '1'
    printed = ''.join(capfd.readouterr())
    assert printed.count('NIQE: 1 of 2 images are left out of the mean') == 1
    assert f'{night}/flat.png' in printed
