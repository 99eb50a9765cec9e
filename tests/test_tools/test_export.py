from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
import torch
from commands import load_tool

from mmscllle.models import CurveEnhancer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    return load_tool('export')


@pytest.fixture(scope='module')
def weights(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp('weights') / 'enhancer.pth'
    with torch.random.fork_rng():
        torch.manual_seed(0)
        enhancer = CurveEnhancer()
        enhancer.init_weights()
    torch.save(dict(state_dict=enhancer.state_dict()), path)
    return str(path)


@pytest.mark.parametrize(
    ('options', 'mode'),
    [
        ([], 'TorchScript, exact mode.'),
        (['--fast'], 'TorchScript, fast mode.'),
    ],
)
def test_export(tool, weights, tmp_path, capsys, options, mode):
    path = tmp_path / 'enhancer.pt'
    assert tool.main([str(path), '--weights', weights, *options]) == 0
    assert mode in capsys.readouterr().out
    enhancer, image = CurveEnhancer(), torch.rand(1, 3, 20, 30)
    enhancer.load_state_dict(torch.load(weights)['state_dict'])
    expected, _ = (enhancer.forward_fast if options else enhancer)(image)
    torch.testing.assert_close(torch.jit.load(str(path))(image), expected, rtol=0, atol=1e-4)


@pytest.mark.onedl
def test_export_to_onnx(tool, weights, tmp_path, capsys):
    pytest.importorskip('onnxruntime')
    assert tool.main([str(tmp_path / 'enhancer.onnx'), '--weights', weights]) == 0
    assert 'ONNX, exact mode. Opened again' in capsys.readouterr().out


def test_an_existing_file(tool, weights, tmp_path, capsys):
    path = tmp_path / 'enhancer.pt'
    path.write_bytes(b'mine')
    assert tool.main([str(path), '--weights', weights]) == 2
    assert 'allow overwriting with --overwrite' in capsys.readouterr().err
    assert path.read_bytes() == b'mine'
    assert tool.main([str(path), '--weights', weights, '--overwrite']) == 0


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (
            ['out.tflite'],
            'the suffix decides on the format: .onnx (ONNX) or .pt (TorchScript); got',
        ),
        (['out.pt', '--weights', 'none.pth'], "there is no checkpoint file 'none.pth'"),
        (
            ['out.pt', '--model', 'nobody'],
            "there is no config file 'nobody', nor a model of that name",
        ),
    ],
)
def test_wrong_arguments(tool, tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert tool.main(arguments) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
