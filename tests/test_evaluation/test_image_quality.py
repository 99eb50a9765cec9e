import logging
import math

import pytest
import torch
import torch.multiprocessing as mp
from mmengine.evaluator import Evaluator
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmscllle.evaluation import ImageQuality
from mmscllle.evaluation.reference_scores import color_error, match_brightness, psnr, ssim
from mmscllle.registry import METRICS


def make_sample(enhanced, reference=None, path='night/a.png'):
    sample = SegDataSample(metainfo={'img_path': path})
    sample.enhanced = PixelData(data=enhanced)
    if reference is not None:
        sample.reference = PixelData(data=reference)
    return sample


def evaluate(*samples):
    metric = ImageQuality()
    metric.process(None, [sample.to_dict() for sample in samples])
    return metric.evaluate(len(samples))


def test_means_by_hand():
    # Mean squared errors 0.01 and 0.0001 give 20 and 40 dB; the metric averages decibels.
    first = make_sample(torch.full((3, 8, 9), 0.5), torch.full((3, 8, 9), 0.6))
    second = make_sample(torch.full((3, 8, 9), 0.5), torch.full((3, 8, 9), 0.51))
    result = evaluate(first, second)
    assert result['PSNR'] == pytest.approx(30, abs=1e-3)
    assert result['reference_images'] == 2
    # Both are the reference but for its brightness.
    assert result['PSNR_equal_brightness'] == 100
    assert result['color_error'] == pytest.approx(0, abs=1e-3)


def test_each_value_is_that_of_its_function():
    image, reference = torch.rand(2, 3, 10, 12, generator=torch.Generator().manual_seed(0))
    image = image / 4
    matched = match_brightness(image, reference)
    assert evaluate(make_sample(image, reference)) == dict(
        reference_images=1,
        PSNR=psnr(image, reference),
        SSIM=ssim(image, reference),
        PSNR_equal_brightness=psnr(matched, reference),
        color_error=color_error(matched, reference),
    )


def test_pairs_of_stacks_have_rows():
    samples = [
        make_sample(torch.full((3, 8, 9), 0.5), torch.full((3, 8, 9), 0.5 + error))
        for error in (0.1, 0.01, 0.1)
    ]
    for sample, exposure in zip(samples, ('very_dark', 'dark', 'dark'), strict=True):
        sample.set_metainfo(dict(exposure=exposure))
    result = evaluate(*samples)
    assert result['very_dark/PSNR'] == pytest.approx(20, abs=1e-3)
    assert result['dark/PSNR'] == pytest.approx(30, abs=1e-3)
    assert result['PSNR'] == pytest.approx(80 / 3, abs=1e-3)
    assert (result['reference_images'], result['dark/reference_images']) == (3, 2)


def test_samples_without_reference_do_not_count():
    with_reference = make_sample(torch.zeros(3, 8, 8), torch.full((3, 8, 8), 0.1))
    result = evaluate(make_sample(torch.ones(3, 8, 8)), with_reference)
    assert result['reference_images'] == 1
    assert result['PSNR'] == pytest.approx(20, abs=1e-3)


def test_no_reference_at_all_is_logged_once(monkeypatch):
    messages = []
    monkeypatch.setattr(
        'mmscllle.evaluation.image_quality.print_log',
        lambda message, logger, level: messages.append((message, level)),
    )
    metric = ImageQuality()
    for _ in range(2):
        metric.process(None, [make_sample(torch.zeros(3, 8, 8)).to_dict()])
        assert metric.evaluate(1) == {'reference_images': 0}
    assert len(messages) == 1
    assert 'no data sample has a "reference"' in messages[0][0]
    assert messages[0][1] == logging.WARNING


def test_image_below_the_ssim_window_counts_for_psnr_only():
    small = make_sample(torch.zeros(3, 6, 20), torch.full((3, 6, 20), 0.1))
    result = evaluate(small)
    assert set(result) == {'reference_images', 'PSNR', 'PSNR_equal_brightness', 'color_error'}
    assert result['PSNR'] == pytest.approx(20, abs=1e-3)


def test_nan_is_reported():
    result = evaluate(make_sample(torch.full((3, 8, 8), math.nan), torch.zeros(3, 8, 8)))
    assert math.isnan(result['PSNR'])


def test_size_mismatch_names_the_image():
    sample = make_sample(torch.zeros(3, 8, 8), torch.zeros(3, 8, 9), path='night/b.png')
    with pytest.raises(ValueError, match=r'night/b\.png.*\(8, 8\).*\(8, 9\)'):
        evaluate(sample)


def test_missing_enhanced_names_the_image():
    with pytest.raises(ValueError, match=r'night/c\.png.*"enhanced"'):
        evaluate(SegDataSample(metainfo={'img_path': 'night/c.png'}))


def test_grey_image_is_refused():
    with pytest.raises(ValueError, match=r'"enhanced" must be \(3, H, W\), got \(1, 8, 8\)'):
        evaluate(make_sample(torch.zeros(1, 8, 8)))


def test_evaluator_builds_it_from_the_registry_beside_exposure_statistics():
    metrics = [
        METRICS.build(dict(type='mmscllle.ImageQuality')),
        METRICS.build(dict(type='mmscllle.ExposureStatistics')),
    ]
    evaluator = Evaluator(metrics)
    evaluator.process([make_sample(torch.full((3, 8, 8), 0.5), torch.full((3, 8, 8), 0.6))])
    assert set(evaluator.evaluate(1)) == {
        'PSNR',
        'SSIM',
        'PSNR_equal_brightness',
        'color_error',
        'reference_images',
        'brightness',
        'clipped_high',
        'clipped_low',
    }


def evaluate_on_rank(rank, folder):
    torch.distributed.init_process_group(
        'gloo', init_method=f'file://{folder}/store', rank=rank, world_size=2
    )
    metric = ImageQuality(collect_device='cpu', collect_dir=f'{folder}/collect')
    # 3 images on 2 ranks: the sampler repeats the first one as the fourth. Rank 1 has seen
    # image 1, which has no reference, and the repeated one, which must not count twice.
    errors = {0: [0.1, 0.01], 1: [None, 0.1]}[rank]
    for error in errors:
        reference = None if error is None else torch.full((3, 8, 8), 0.5 + error)
        sample = make_sample(torch.full((3, 8, 8), 0.5), reference)
        metric.process(None, [sample.to_dict()])
    result = metric.evaluate(3)
    assert result['reference_images'] == 2
    assert result['PSNR'] == pytest.approx(30, abs=1e-3)
    torch.distributed.destroy_process_group()


def test_two_ranks(tmp_path):
    mp.spawn(evaluate_on_rank, args=(str(tmp_path),), nprocs=2)
