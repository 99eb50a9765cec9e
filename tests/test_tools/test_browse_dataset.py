import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from commands import load_tool
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmscllle.utils.commands import UsageError

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / 'tools' / 'browse_dataset.py'
GAP = 8
PALETTE = [[200, 0, 0], [0, 200, 0]]
META = dict(classes=('road', 'car'), palette=PALETTE)

CONFIG = """
custom_imports = dict(imports=['mmscllle'])
default_scope = 'mmseg'
randomness = dict(seed=3)
load = [dict(type='mmscllle.LoadImage')]
train_dataloader = dict(
    batch_size=2, num_workers=0,
    sampler=dict(type='mmscllle.NumberedSampler', shuffle=True),
    dataset=dict(
        type='mmscllle.UnpairedLowLightDataset',
        anchors=[
            dict(type='mmscllle.CamVidDataset', img_suffix='.png', data_root='{root}',
                 data_prefix=dict(img_path='img', seg_map_path='ann'),
                 pipeline=[*load, dict(type='mmscllle.LoadLabelMap')])
        ],
        positive_folders='{root}/day', negative_folders='{root}/over',
        positive_pipeline=load, negative_pipeline=load,
        pipeline=[dict(type='mmscllle.PackTripletInputs')]))
val_dataloader = dict(
    batch_size=1, num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='mmscllle.LowLightImageDataset', data_root='{root}',
        data_prefix=dict(img_path='img', gt_path='ref'),
        pipeline=[*load, dict(type='mmscllle.LoadReference'),
                  dict(type='mmscllle.PackEnhanceInputs')]))
# Nothing of the model is built.
model = dict(type='NoSuchModel')
"""


@pytest.fixture
def config(tmp_path):
    # One flat colour per folder, BGR.
    for folder, value in (
        ('img', (0, 0, 40)),
        ('ref', (0, 0, 200)),
        ('day', (0, 150, 0)),
        ('over', (250, 250, 250)),
        ('ann', 3),
    ):
        (tmp_path / folder).mkdir()
        shape = (24, 32) if folder == 'ann' else (24, 32, 3)
        for number in range(3):
            picture = np.full(shape, value, np.uint8)
            cv2.imwrite(str(tmp_path / folder / f'{number}.png'), picture)
    path = tmp_path / 'small.py'
    path.write_text(CONFIG.replace('{root}', str(tmp_path)))
    return path


@pytest.fixture(scope='module')
def tool():
    return load_tool('browse_dataset')


def run(config, *arguments):
    # With -c the current folder, the checkout, is on the path.
    code = (
        f'import runpy, sys; sys.argv[0] = {str(TOOL)!r}; runpy.run_path({str(TOOL)!r}, '
        "run_name='__main__')"
    )
    result = subprocess.run(
        [sys.executable, '-c', code, str(config), *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def pictures(path, height=24):
    """Middle pixels of the pictures in the first row, RGB."""
    sheet = cv2.imread(str(path))[..., ::-1]
    rows = np.flatnonzero((sheet[:, GAP + 1] != 255).any(axis=1))
    # The first run of as many rows as a picture is high; titles are lower than that.
    start = next(row for row in rows if set(range(row, row + height)) <= set(rows))
    columns = range(GAP + 16, sheet.shape[1], 32 + GAP)
    return [sheet[start + height // 2, column].tolist() for column in columns]


def test_triplets_with_labels(config, tmp_path):
    out = tmp_path / 'deep' / 'sheet.png'
    assert f'wrote {out}' in run(config, '--out', out, '--count', 3)
    # 0.3 of the image and 0.7 of the road's (128, 64, 128).
    assert pictures(out) == [[40, 0, 0], [0, 150, 0], [250, 250, 250], [102, 45, 90]]


def test_validation_with_references_into_a_folder(config, tmp_path):
    run(
        config,
        '--out',
        tmp_path / 'sheets',
        '--split',
        'val',
        '--cfg-options',
        'val_dataloader.batch_size=2',
    )
    assert pictures(tmp_path / 'sheets' / 'browse_val.png') == [[40, 0, 0], [200, 0, 0]]


def item(labels=None, **more):
    sample = SegDataSample(metainfo=dict(img_path='a/street.png'))
    if labels is not None:
        sample.gt_sem_seg = PixelData(data=torch.full((1, 24, 32), labels))
    return dict(image=torch.full((3, 24, 32), 40, dtype=torch.uint8), **more), sample


def test_items_with_and_without_labels_share_a_sheet(tool):
    sheet = tool.draw_sheet([item(), item(labels=1)], META)
    assert sheet.shape[1] == 2 * 32 + 3 * GAP
    assert tool.draw_sheet([item()], META).shape[1] == 32 + 2 * GAP


def test_only_classes_that_occur_are_in_the_legend(tool):
    def colours(labels):
        sheet = tool.draw_sheet([item(labels=labels)], META)
        return [bool((sheet == colour).all(axis=2).any()) for colour in PALETTE]

    assert colours(0) == [True, False]
    assert colours(1) == [False, True]
    assert colours(255) == [False, False]


def test_labels_without_palette_are_refused(tool):
    with pytest.raises(ValueError, match='label 1 has no colour: the palette has 0 entries'):
        tool.draw_sheet([item(labels=1)], {})


def test_split_that_the_config_lacks(tool):
    from mmengine.config import Config

    with pytest.raises(UsageError, match='the config has no val_dataloader'):
        tool.read_items(Config(dict(val_dataloader=None)), 'val')


def test_count_below_one(tool, monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', ['browse_dataset.py', 'config.py', '--count', '0'])
    with pytest.raises(SystemExit):
        tool.parse_args()
    assert '--count must be at least 1, got 0' in capsys.readouterr().err
