"""The configs for mmagic's runner parts, run on small photographs."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmagic_runs import read_metrics, write_photograph

from mmscllle.models import CurveEnhancer, IdentityEnhancer

pytestmark = pytest.mark.openmmlab
LOL = 'curve-enhancer_lol-v1_20k'


def read(path: Path) -> np.ndarray:
    """BGR in [0, 255], (H, W, 3)."""
    return cv2.imread(str(path)).astype(np.float32)


def enhance(image: np.ndarray, checkpoint: str) -> np.ndarray:
    """What the enhancer of a checkpoint makes of ``image``, BGR in [0, 255], (H, W, 3)."""
    enhancer = CurveEnhancer()
    enhancer.load_state_dict(torch.load(checkpoint))
    rgb = torch.from_numpy(image[..., ::-1].copy()).permute(2, 0, 1) / 255
    with torch.no_grad():
        enhanced = enhancer(rgb[None])[0][0]
    return enhanced.permute(1, 2, 0).numpy()[..., ::-1] * 255


def niqe(image: np.ndarray) -> float:
    from mmagic.evaluation.metrics.niqe import niqe

    return float(niqe(image, crop_border=0, input_order='HWC', convert_to='gray'))


def test_unpaired_sets_have_a_row_each(make_runner, photographs, checkpoint):
    runner = make_runner('curve-enhancer_unpaired', load_from=checkpoint)
    runner.test()
    found = read_metrics(runner)
    folders = dict(
        DICM='lowlight/dicm',
        LIME='lowlight/lime',
        MEF='lowlight/mef',
        NPE='lowlight/npe',
        VV='lowlight/vv',
        SICE='SICE/part2/low',
    )
    for name, folder in folders.items():
        images = [
            enhance(read(path), checkpoint) for path in (photographs / 'data' / folder).iterdir()
        ]
        expected = np.mean([niqe(image) for image in images])
        assert found[f'{name}/NIQE'] == pytest.approx(expected, rel=1e-3)
    table = (Path(runner.log_dir) / 'metrics.md').read_text().splitlines()
    assert [line.split()[1] for line in table[2:]] == list(folders)
    assert [cell.strip() for cell in table[0].split('|')[1:-1]] == ['data set', 'NIQE']


def test_pairs_are_compared_and_drawn(make_runner, photographs, checkpoint):
    from skimage.metrics import peak_signal_noise_ratio, structural_similarity

    runner = make_runner(LOL, load_from=checkpoint)
    runner.test()
    found = read_metrics(runner)
    folder = photographs / 'data/LOL/eval15'
    pairs = [
        (enhance(read(path), checkpoint), read(folder / 'high' / path.name))
        for path in (folder / 'low').iterdir()
    ]
    expected = dict(
        PSNR=[peak_signal_noise_ratio(high, low, data_range=255) for low, high in pairs],
        MAE=[np.abs(high - low).mean() / 255 for low, high in pairs],
        NIQE=[niqe(low) for low, _ in pairs],
    )
    for name, values in expected.items():
        assert found[f'LOL-v1/{name}'] == pytest.approx(np.mean(values), rel=1e-3)
    ssim = [
        structural_similarity(
            high,
            low,
            data_range=255,
            channel_axis=-1,
            gaussian_weights=True,
            use_sample_covariance=False,
        )
        for low, high in pairs
    ]
    assert found['LOL-v1/SSIM'] == pytest.approx(np.mean(ssim), abs=0.02)
    pictures = sorted(Path(runner.log_dir).glob('vis_data/vis_image/*.png'))
    assert [path.name for path in pictures] == ['1_0.png', '2_0.png']
    low, enhanced, high = np.split(read(pictures[0]), 3, axis=1)
    assert np.array_equal(low, read(folder / 'low/1.png'))
    assert np.abs(enhanced - enhance(low, checkpoint)).max() <= 0.51
    assert np.array_equal(high, read(folder / 'high/1.png'))


def test_images_of_a_sequence_share_their_reference(make_runner, photographs):
    runner = make_runner(
        'curve-enhancer_sice', **{'model.generator.enhancer.type': 'mmscllle.IdentityEnhancer'}
    )
    runner.test()
    assert isinstance(runner.model.generator.enhancer, IdentityEnhancer)
    low = photographs / 'data/SICE/part2/low'
    reference = read(photographs / 'data/SICE/part2/high/001.png')
    expected = np.mean([np.abs(read(path) - reference).mean() / 255 for path in low.iterdir()])
    assert read_metrics(runner)['SICE/MAE'] == pytest.approx(expected, rel=1e-4)


def test_training_on_pairs(make_runner, photographs, checkpoint):
    runner = make_runner(
        LOL,
        load_from=checkpoint,
        **{
            'train_cfg.max_iters': 4,
            'train_cfg.val_interval': 4,
            'train_dataloader.batch_size': 2,
            'train_dataloader.dataset.pipeline.3.gt_patch_size': 64,
            'default_hooks.checkpoint.interval': 4,
            'default_hooks.logger.interval': 1,
            'optim_wrapper.optimizer.lr': 1e-3,
            'randomness': dict(seed=0),
        },
    )
    runner.train()
    lines = (Path(runner.log_dir) / 'vis_data/scalars.json').read_text().splitlines()
    losses = [json.loads(line)['loss'] for line in lines if '"loss"' in line]
    assert len(losses) == 4 and losses[-1] < losses[0]
    assert any('LOL-v1/PSNR' in line for line in lines)
    saved = CurveEnhancer()
    saved.load_state_dict(
        torch.load(Path(runner.work_dir) / 'iter_4.pth', map_location='cpu')['state_dict']
    )
    given = torch.load(checkpoint)
    assert not torch.equal(saved.e_conv7.bias, given['e_conv7.bias'])
    again = make_runner(LOL, load_from=str(Path(runner.work_dir) / 'iter_4.pth'))
    again.load_or_resume()
    assert torch.equal(again.model.generator.enhancer.e_conv7.bias, saved.e_conv7.bias)


def test_an_untrained_start_is_the_papers(make_runner):
    runner = make_runner(LOL)
    runner.model.init_weights()
    weights = runner.model.generator.enhancer.e_conv5.weight
    assert weights.std().item() == pytest.approx(0.02, rel=0.1)


def test_an_image_too_small_for_niqe_is_named(make_runner, photographs, checkpoint):
    write_photograph(photographs / 'data/lowlight/mef/small.png', 0, size=(95, 300))
    runner = make_runner('curve-enhancer_unpaired', load_from=checkpoint)
    with pytest.raises(ValueError, match="mef/small.png' of 95 x 300 .* too small for NIQE"):
        runner.test()


def test_the_check_is_needed():
    with pytest.raises(IndexError, match='axis 1 is out of bounds'):
        niqe(255 * np.random.default_rng(0).random((95, 300, 3)).astype(np.float32))
