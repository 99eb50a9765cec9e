from __future__ import annotations

import importlib.util

import pytest
import torch

from mmscllle.export import export_enhancer, files
from mmscllle.models import CurveEnhancer
from mmscllle.registry import MODELS

# The example that is traced has other sizes.
SIZES = [(1, 1, 1), (1, 5, 40), (4, 16, 24), (2, 33, 70)]


@pytest.fixture(scope='module', params=['zeros', 'replicate'])
def enhancer(request) -> CurveEnhancer:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        enhancer = CurveEnhancer(channels=4, iterations=2, padding_mode=request.param)
        for parameter in enhancer.parameters():
            torch.nn.init.normal_(parameter, std=0.12)
    return enhancer


def compare(enhancer, run, fast):
    for count, height, width in SIZES:
        image = torch.rand(count, 3, height, width)
        expected = (enhancer.forward_fast if fast else enhancer)(image)[0]
        torch.testing.assert_close(run(image), expected, rtol=0, atol=1e-4)


@pytest.mark.onedl
@pytest.mark.parametrize('fast', [False, True])
def test_onnx(enhancer, tmp_path, fast):
    onnxruntime = pytest.importorskip('onnxruntime')
    path = tmp_path / 'new folder' / 'enhancer.onnx'
    assert export_enhancer(enhancer, path, fast) <= 1e-4
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    (image,), (enhanced,) = session.get_inputs(), session.get_outputs()
    assert (image.name, enhanced.name) == ('image', 'enhanced')
    assert image.shape == enhanced.shape[:1] + [3] + enhanced.shape[2:]
    assert all(isinstance(size, str) for size in (image.shape[0], *image.shape[2:]))
    compare(enhancer, lambda x: torch.from_numpy(session.run(None, dict(image=x.numpy()))[0]), fast)


@pytest.mark.parametrize('fast', [False, True])
def test_torchscript(enhancer, tmp_path, fast):
    path = tmp_path / 'enhancer.pt'
    assert export_enhancer(enhancer, path, fast) <= 1e-4
    compare(enhancer, torch.jit.load(str(path)), fast)


NIGHT = dict(denoise_scales=3, leave_bright=(0.12, 0.28))
OTHERS = {
    'BilateralGridEnhancer': dict(type='mmscllle.BilateralGridEnhancer'),
    'with denoising': dict(type='mmscllle.BilateralGridEnhancer', **NIGHT),
    'DuskNightEnhancer': dict(
        type='mmscllle.DuskNightEnhancer',
        dusk_weights='mmscllle://scl-lle-paired',
        white_balance=1.0,
        **NIGHT,
    ),
    **{name: dict(type=f'mmscllle.{name}') for name in ('ZeroDCEPlusPlus', 'SCI', 'IAT')},
    **{name: dict(type=f'mmscllle.{name}') for name in ('PairLIE', 'CLIPLIT')},
}


# The export itself compares the results at several sizes; here they are smaller.
@pytest.mark.parametrize('suffix', ['.pt', pytest.param('.onnx', marks=pytest.mark.onedl)])
@pytest.mark.parametrize('name', OTHERS)
def test_other_enhancers(tmp_path, monkeypatch, name, suffix):
    monkeypatch.setattr(files, 'SHAPES', [(count, 3, *size) for count, *size in SIZES])
    monkeypatch.setattr(files, 'EXAMPLE_SHAPE', (2, 3, 20, 31))
    if suffix == '.onnx':
        pytest.importorskip('onnxruntime')
    path = tmp_path / f'enhancer{suffix}'
    export_enhancer(MODELS.build(OTHERS[name]), path)
    assert path.stat().st_size > 1000


def test_a_file_is_replaced_only_if_allowed(enhancer, tmp_path):
    path = tmp_path / 'enhancer.pt'
    path.write_bytes(b'mine')
    with pytest.raises(FileExistsError, match=r"enhancer.pt' exists; choose another name"):
        export_enhancer(enhancer, path)
    assert path.read_bytes() == b'mine'
    export_enhancer(enhancer, path, overwrite=True)
    compare(enhancer, torch.jit.load(str(path)), fast=False)


@pytest.mark.parametrize(
    ('result', 'message'),
    [
        (lambda image: image, r'differ from those of the enhancer by \d.*, more than 1e-04'),
        (lambda image: image * float('nan'), 'differ from those of the enhancer by nan'),
        (
            lambda image: image[:1],
            r'for images of shape \(2, 3, 65, 97\) .* gives \(1, 3, 65, 97\)',
        ),
    ],
)
def test_what_differs_leaves_no_file(enhancer, tmp_path, monkeypatch, result, message):
    wrong = files.FORMATS['.pt']._replace(read=lambda path: result)
    monkeypatch.setitem(files.FORMATS, '.pt', wrong)
    with pytest.raises(ValueError, match=message):
        export_enhancer(enhancer, tmp_path / 'enhancer.pt')
    assert not list(tmp_path.iterdir())


def test_unknown_suffix(enhancer, tmp_path):
    with pytest.raises(ValueError, match=r'\.onnx \(ONNX\) or \.pt \(Torch.*got .*\.tflite'):
        export_enhancer(enhancer, tmp_path / 'enhancer.tflite')


def test_missing_library(enhancer, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: None)
    with pytest.raises(
        ImportError,
        match=r'ONNX needs onnx and onnxruntime: '
        r"pip install 'mmscllle\[export\]'",
    ):
        export_enhancer(enhancer, tmp_path / 'enhancer.onnx')
    assert not list(tmp_path.iterdir())


def test_random_numbers_and_the_enhancer_are_left_alone(enhancer, tmp_path):
    enhancer.train()
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    export_enhancer(enhancer, tmp_path / 'enhancer.pt')
    assert torch.equal(torch.rand(1), expected)
    assert enhancer.training and all(p.requires_grad for p in enhancer.parameters())
