"""The tutorials' enhancer and loss, in files outside the package, go everywhere that ours go."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import load_checkpoint

from mmscllle.apis import EnhanceInferencer
from mmscllle.command_line.enhance import main as enhance
from mmscllle.registry import MODELS

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / 'tests' / 'test_tools'), str(ROOT / 'tests' / 'test_docs')]

from commands import load_tool, run  # noqa: E402
from pages import DOCS, read_files  # noqa: E402
from training_config import write_training_config  # noqa: E402

BASE = "'mmscllle::scl_lle/scl-lle_fcn-r18_night-street-128x176_160.py'"


@pytest.fixture(scope='module')
def folder(tmp_path_factory, tiny_segmentor) -> Path:
    """The tutorials' files, and a training of four steps in place of the quick start's 160."""
    folder = tmp_path_factory.mktemp('own')
    tiny = write_training_config(folder, tiny_segmentor)
    files = read_files(DOCS / 'tutorials' / 'bring-your-own-loss.md')
    assert {'my_enhancer.py', 'glow.py', 'my_loss.py', 'glow_exposure.py'} <= set(files)
    assert BASE in files['glow.py']
    for name, text in files.items():
        (folder / name).write_text(text.replace(BASE, repr(str(tiny))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('PYTHONPATH', str(folder))
        patch.syspath_prepend(str(folder))
        yield folder
    for name in ('Glow', 'ExposureLoss'):
        MODELS.module_dict.pop(name, None)
    for name in ('my_enhancer', 'my_loss'):
        sys.modules.pop(name, None)


@pytest.fixture(scope='module')
def trained(folder) -> Path:
    """The folder of a finished training with both."""
    run(
        sys.executable,
        ROOT / 'tools/train.py',
        folder / 'glow_exposure.py',
        '--work-dir',
        folder / 'trained',
    )
    return folder / 'trained'


@pytest.fixture(scope='module')
def checkpoint(trained) -> str:
    return str(trained / 'iter_4.pth')


@pytest.fixture(scope='module')
def glow(folder, checkpoint) -> str:
    """A config that names the trained weights."""
    (folder / 'trained.py').write_text(f"_base_ = './glow.py'\nload_from = {checkpoint!r}\n")
    return str(folder / 'trained.py')


def scalars(folder: Path) -> list[dict]:
    newest = sorted(folder.glob('*/vis_data/scalars.json'))[-1]
    lines = map(json.loads, newest.read_text().splitlines())
    return [line for line in lines if 'loss' in line]


def test_train(trained, checkpoint):
    lines = scalars(trained)
    assert len(lines) == 4 and all(line['loss_exposure'] > 0 for line in lines)
    # The term that is about curves is left out.
    assert 'loss_illumination_smoothness' not in lines[0]
    weights = torch.load(checkpoint, map_location='cpu', weights_only=False)['state_dict']
    assert sorted(weights) == [
        f'enhancer.net.{layer}.{kind}' for layer in (0, 2) for kind in ('bias', 'weight')
    ]


def test_resume(folder, trained, checkpoint):
    run(
        sys.executable,
        ROOT / 'tools/train.py',
        folder / 'glow_exposure.py',
        '--work-dir',
        folder / 'resumed',
        '--resume',
        checkpoint,
        '--cfg-options',
        'train_cfg.max_iters=6',
        'train_cfg.val_interval=6',
    )
    assert [line['iter'] for line in scalars(folder / 'resumed')] == [5, 6]


def test_test(folder, checkpoint):
    output = run(
        sys.executable,
        ROOT / 'tools/test.py',
        folder / 'glow_exposure.py',
        checkpoint,
        '--work-dir',
        folder / 'tested',
    )
    assert 'brightness' in output and 'mIoU' in output


def test_ahead_of_a_segmentor(folder, checkpoint, tiny_segmentor):
    config = Config.fromfile(str(folder / 'glow_exposure.py'))
    objective = dict(type='SCLLLEObjective', extra_terms=config.model.objective.extra_terms)
    chain = MODELS.build(
        dict(
            type='mmscllle.EnhancedSegmentor',
            enhancer=dict(type='Glow'),
            segmentor=tiny_segmentor[0],
            segmentor_checkpoint=tiny_segmentor[1],
            learn='both',
            objective=objective,
        )
    )
    chain.init_weights()
    load_checkpoint(chain, checkpoint, 'cpu', strict=True)
    image = torch.rand(2, 3, 32, 40)
    (enhanced,) = chain.enhance(image)[0][:1].unbind()
    sample = chain.predict(image)[0]
    torch.testing.assert_close(sample.enhanced.data, enhanced)
    losses = chain.loss(image, [_label(sample) for sample in chain.predict(image)])
    assert set(losses) > {'loss_exposure', 'segmentor.decode.loss_ce'}
    chain.parse_losses(losses)[0].backward()
    assert all(weight.grad.any() for weight in chain.enhancer.parameters())


def _label(sample):
    sample.gt_sem_seg = sample.pred_sem_seg
    return sample


def test_inferencer(folder, glow, checkpoint):
    image = np.random.default_rng(0).integers(90, size=(30, 40, 3), dtype=np.uint8)
    network = MODELS.build(Config.fromfile(glow).model.enhancer)
    state = torch.load(checkpoint, map_location='cpu', weights_only=False)['state_dict']
    network.load_state_dict({name[len('enhancer.') :]: value for name, value in state.items()})
    pixels = torch.from_numpy(image[..., ::-1].copy()).permute(2, 0, 1)[None] / 255
    expected = network(pixels)[0].detach().permute(1, 2, 0).numpy()[..., ::-1] * 255
    for options in (
        dict(model=glow),
        dict(model=glow, tile=16),
        dict(model=str(folder / 'glow.py'), weights=checkpoint),
    ):
        enhancer = EnhanceInferencer(device='cpu', show_progress=False, **options)
        found = enhancer(image)['predictions']
        np.testing.assert_allclose(found, expected, atol=0.51)
    np.testing.assert_array_equal(enhancer(image, strength=0)['predictions'], image)


def test_command_line_on_an_image_and_a_video(folder, glow, checkpoint):
    from fractions import Fraction

    from mmscllle.video import Frame, VideoFormat, create_video, open_video

    noise = np.random.default_rng(0).integers(60, size=(6, 24, 32, 3), dtype=np.uint8)
    (folder / 'in').mkdir()
    cv2.imwrite(str(folder / 'in/a.png'), noise[0])
    with create_video(folder / 'in/b.mp4', VideoFormat(24, 32, Fraction(12))) as writer:
        for number, image in enumerate(noise):
            writer.write(Frame(image, Fraction(number, 12)))
    assert (
        enhance(
            [
                str(folder / 'in'),
                '--out-dir',
                str(folder / 'out'),
                '--model',
                glow,
                '--curves',
                '--compare',
                '--strength',
                '1.2',
                '--device',
                'cpu',
            ]
        )
        == 0
    )
    assert cv2.imread(str(folder / 'out/a.png')).mean() > 1.1 * noise[0].mean()
    reader = open_video(folder / 'out/b.mp4')
    assert sum(1 for _ in reader) == 6
    reader.close()
    # There are no curves to plot.
    assert not (folder / 'out/curves').exists() and (folder / 'out/compare/a.png.png').exists()


def test_dark_eval(folder, glow, checkpoint, tiny_segmentor):
    chain = folder / 'chain.py'
    chain.write_text(
        "default_scope = 'mmseg'\ncustom_imports = dict(imports=['my_enhancer'])\n"
        "model = dict(type='mmscllle.EnhancedSegmentor', enhancer=dict(type='Glow'), "
        f'segmentor={tiny_segmentor[0]!r})\n'
    )
    data = folder / 'data'
    assert (
        load_tool('dark_eval').main(
            [
                str(chain),
                tiny_segmentor[1],
                '--img-dir',
                str(data / 'img'),
                '--ann-dir',
                str(data / 'ann'),
                '--enhancer',
                f'config={glow}',
                f'checkpoint={checkpoint}',
                '--baselines',
                '--device',
                'cpu',
                '--limit',
                '2',
                '--out-dir',
                str(folder / 'dark'),
                '--pictures',
                '0',
            ]
        )
        == 0
    )
    first, second = json.loads((folder / 'dark/dark_eval.json').read_text())['methods']
    assert first['failed'] == 0 and first['mIoU'] == second['mIoU']


def test_export(folder, glow):
    assert load_tool('export').main([str(folder / 'glow.pt'), '--model', glow]) == 0
    exported = torch.jit.load(str(folder / 'glow.pt'))
    assert exported(torch.rand(1, 3, 9, 11)).shape == (1, 3, 9, 11)


def test_benchmark(folder):
    assert (
        load_tool('benchmark').main(
            [
                '--models',
                str(folder / 'glow.py'),
                '--sizes',
                '24x16',
                '--modes',
                'eager',
                'tiled',
                'fast',
                '--precisions',
                'float32',
                '--seconds',
                '0',
                '--repetitions',
                '2',
                '--threads',
                '1',
                '--out-dir',
                str(folder / 'benchmark'),
            ]
        )
        == 0
    )
    rows = json.loads((folder / 'benchmark/benchmark.json').read_text())['rows']
    # It has no fast mode.
    assert [row['mode'] for row in rows] == ['eager', 'tiled']
    assert all(row['ms'] > 0 for row in rows)
