"""tools/compare_enhancers.py on metrics of our own; tests/test_mmagic has mmagic's."""
from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
import torch

from mmscllle.models import CurveEnhancer

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
_base_ = '{root}/configs/_base_/default_runtime.py'
model = dict(
    type='mmscllle.SCLLLE', enhancer=dict(type='mmscllle.CurveEnhancer', channels=4, iterations=2))
test_dataloader = dict(
    batch_size=1, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='mmscllle.LowLightImageDataset', data_root='{data}',
        data_prefix=dict(img_path='images'),
        pipeline=[dict(type='mmscllle.LoadImage'), dict(type='mmscllle.PackEnhanceInputs')]))
test_evaluator = dict(type='mmscllle.ExposureStatistics', prefix='night')
test_cfg = dict(type='TestLoop')
"""


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        'compare_enhancers', ROOT / 'tools' / 'compare_enhancers.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def config(tmp_path) -> str:
    """A config over one image of the grey value 51 (0.2)."""
    (tmp_path / 'images').mkdir()
    cv2.imwrite(str(tmp_path / 'images/1.png'), np.full((8, 10, 3), 51, np.uint8))
    (tmp_path / 'night.py').write_text(CONFIG.format(root=ROOT, data=tmp_path))
    return str(tmp_path / 'night.py')


@pytest.fixture
def checkpoint(tmp_path) -> str:
    """An enhancer that applies the curve r = -1 twice: x -> 2 x - x^2."""
    enhancer = CurveEnhancer(channels=4, iterations=2)
    for value in enhancer.parameters():
        torch.nn.init.zeros_(value)
    torch.nn.init.constant_(enhancer.e_conv7.bias, -20.)
    torch.save(enhancer.state_dict(), tmp_path / 'bright.pth')
    return str(tmp_path / 'bright.pth')


def test_table(tool, config, checkpoint, tmp_path, capsys):
    out_dir = tmp_path / 'out'
    assert tool.main([config, '--enhancer', f'bright={checkpoint}', '--out-dir', str(out_dir)]) == 0
    table = (out_dir / 'table.md').read_text()
    assert table in capsys.readouterr().out
    header, _, *rows = [[cell.strip() for cell in line.split('|')[1:-1]]
                        for line in table.splitlines()]
    assert header == ['data set', 'enhancer', 'brightness', 'clipped_high', 'clipped_low']
    # 0.2 -> 0.36 -> 0.5904
    assert rows == [['night', 'input', '0.2000', '0.0000', '0.0000'],
                    ['night', 'bright', '0.5904', '0.0000', '0.0000']]
    report = json.loads((out_dir / 'table.json').read_text())
    assert report['enhancers'] == dict(bright=checkpoint)
    assert report['metrics']['bright']['night/brightness'] == pytest.approx(0.5904, abs=1e-6)


@pytest.mark.parametrize(('arguments', 'message'), [
    (['missing.py'], "CONFIG: there is no config file 'missing.py'"),
    (['{config}', '--enhancer', 'bright'], "--enhancer: got 'bright'; write NAME=CHECKPOINT"),
    (['{config}', '--enhancer', 'a=no.pth'], "--enhancer a: there is no checkpoint file 'no.pth'"),
    (['{config}', '--enhancer', 'a={config}'], "--enhancer a: '{config}' is not a checkpoint"),
    (['{config}', '--enhancer', 'input={config}'], "--enhancer: the name 'input' is taken"),
    (['{config}', '--cfg-options', 'model.type=Nothing'], "CONFIG: KeyError: 'Nothing is not in"),
])
def test_wrong_use_is_answered_in_a_line(tool, config, arguments, message, tmp_path, capsys):
    arguments = [part.format(config=config) for part in arguments]
    assert tool.main([*arguments, '--out-dir', str(tmp_path / 'out')]) == 2
    error = f'compare_enhancers.py: error: {message}'.format(config=config)
    assert error in capsys.readouterr().err


def test_a_checkpoint_that_does_not_fit(tool, config, tmp_path, capsys):
    torch.save(CurveEnhancer().state_dict(), tmp_path / 'wide.pth')
    arguments = ['--enhancer', f'wide={tmp_path / "wide.pth"}', '--out-dir', str(tmp_path / 'out')]
    assert tool.main([config, *arguments]) == 2
    assert "wide.pth' does not fit the model (0 weights missing, 1" in capsys.readouterr().err
    assert not list((tmp_path / 'out/input').glob('*/*.json'))


def test_a_model_without_an_enhancer(tool, config, tmp_path, capsys):
    Path(config).write_text(Path(config).read_text().replace(
        "type='mmscllle.SCLLLE', enhancer=", 'network='))
    assert tool.main([config, '--out-dir', str(tmp_path / 'out')]) == 2
    assert 'CONFIG: its model has neither generator.enhancer' in capsys.readouterr().err
