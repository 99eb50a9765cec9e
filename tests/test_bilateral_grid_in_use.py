"""The enhancer that sees the whole picture, everywhere that an enhancer goes."""

from __future__ import annotations

import importlib.util
import json
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from mmscllle.apis import EnhanceInferencer
from mmscllle.command_line.enhance import main as enhance
from mmscllle.command_line.enhance import parse_args
from mmscllle.command_line.runner import EnhanceRun
from mmscllle.models.enhancers import BilateralGridEnhancer
from mmscllle.registry import MODELS
from mmscllle.video import Frame, VideoFormat, create_video, open_video

ROOT = Path(__file__).resolve().parents[1]
DARK = cv2.resize(np.random.default_rng(0).integers(90, size=(5, 6, 3), dtype=np.uint8), (48, 40))
OPTIONS = dict(type='mmscllle.BilateralGridEnhancer', channels=(4, 6), knots=6)


@pytest.fixture(scope='module')
def network() -> BilateralGridEnhancer:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return MODELS.build(OPTIONS).eval().requires_grad_(False)


@pytest.fixture(scope='module')
def config(network, tmp_path_factory) -> str:
    """A config that names the network's weights."""
    folder = tmp_path_factory.mktemp('enhancer')
    torch.save(dict(state_dict=network.state_dict()), folder / 'grid.pth')
    (folder / 'grid.py').write_text(
        f'model = dict(enhancer={OPTIONS!r})\nload_from = {str(folder / "grid.pth")!r}\n'
    )
    return str(folder / 'grid.py')


@pytest.mark.parametrize('fast', [False, True])
def test_inferencer(network, config, fast):
    pixels = torch.from_numpy(DARK[..., ::-1].copy()).permute(2, 0, 1)[None] / 255
    expected = 255 * network(pixels)[0][0].permute(1, 2, 0).numpy()[..., ::-1]
    inferencer = EnhanceInferencer(config, device='cpu', show_progress=False, fast=fast)
    found = inferencer(DARK)['predictions']
    assert expected.mean() > 1.2 * DARK.mean()
    np.testing.assert_allclose(found, expected, atol=1.6 if fast else 0.51)
    np.testing.assert_array_equal(inferencer(DARK, strength=0)['predictions'], DARK)


def test_command_line_on_an_image_and_a_video(config, tmp_path):
    (tmp_path / 'in').mkdir()
    cv2.imwrite(str(tmp_path / 'in/a.png'), DARK)
    with create_video(tmp_path / 'in/b.mp4', VideoFormat(40, 48, Fraction(12))) as writer:
        for number in range(4):
            writer.write(Frame(DARK, Fraction(number, 12)))
    assert (
        enhance(
            [
                str(tmp_path / 'in'),
                '--out-dir',
                str(tmp_path / 'out'),
                '--model',
                config,
                '--curves',
                '--fast',
                '--device',
                'cpu',
            ]
        )
        == 0
    )
    assert cv2.imread(str(tmp_path / 'out/a.png')).mean() > 1.2 * DARK.mean()
    assert len(list((tmp_path / 'out/curves').iterdir())) == 2
    reader = open_video(tmp_path / 'out/b.mp4')
    frames = [frame.image for frame in reader]
    reader.close()
    assert len(frames) == 4 and frames[-1].mean() > 1.2 * DARK.mean()


@pytest.mark.skipif(importlib.util.find_spec('numba') is None, reason='needs numba')
@pytest.mark.parametrize(
    'options, few, many',
    [([], False, True), (['--fast'], True, True), (['--no-fast'], False, False)],
)
def test_many_pictures_are_fast_unless_told_otherwise(config, options, few, many):
    args = parse_args(['x', '--device', 'cpu', '--model', config, *options])
    run = EnhanceRun(args, photographs=19)
    assert (run.enhancer.engine.kernel is not None) == few
    assert (run._frame_enhancer().engine.kernel is not None) == many
    assert (EnhanceRun(args, photographs=20).enhancer.engine.kernel is not None) == many


def test_a_fast_mode_that_is_only_close_is_not_taken_unasked():
    args = parse_args(['x', '--device', 'cpu', '--model', 'scl-lle-curves'])
    for photographs in (1, 20):
        run = EnhanceRun(args, photographs)
        assert run._frame_enhancer().engine is run.enhancer.engine
        # It is not reduced.
        assert run.enhancer.engine.downsample == 1


def test_ahead_of_a_segmentor(network, config, tiny_segmentor, tmp_path):
    chain = dict(
        type='mmscllle.EnhancedSegmentor',
        enhancer=OPTIONS,
        segmentor=tiny_segmentor[0],
        segmentor_checkpoint=tiny_segmentor[1],
        learn='both',
    )
    model = MODELS.build(chain)
    model.enhancer.load_state_dict(network.state_dict())
    image = torch.rand(2, 3, 32, 40)
    samples = model.predict(image)
    torch.testing.assert_close(samples[0].enhanced.data, network(image)[0][0])
    for sample in samples:
        sample.gt_sem_seg = sample.pred_sem_seg
    model.parse_losses(model.loss(image, samples))[0].backward()
    assert model.enhancer.curves.weight.grad.any()

    for name, content in (('img/a.png', DARK), ('ann/a.png', DARK[..., 0] % 4)):
        (tmp_path / name).parent.mkdir()
        cv2.imwrite(str(tmp_path / name), content)
    (tmp_path / 'chain.py').write_text(f"default_scope = 'mmseg'\nmodel = {chain!r}\n")
    spec = importlib.util.spec_from_file_location('dark_eval', ROOT / 'tools/dark_eval.py')
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert (
        tool.main(
            [
                str(tmp_path / 'chain.py'),
                tiny_segmentor[1],
                '--img-dir',
                str(tmp_path / 'img'),
                '--ann-dir',
                str(tmp_path / 'ann'),
                '--enhancer',
                f'grid={config}',
                '--baselines',
                '--device',
                'cpu',
                '--out-dir',
                str(tmp_path / 'out'),
                '--pictures',
                '0',
            ]
        )
        == 0
    )
    (method,) = json.loads((tmp_path / 'out/dark_eval.json').read_text())['methods']
    assert method['failed'] == 0
