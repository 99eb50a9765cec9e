import cv2
import numpy as np
import pytest
import torch

from mmscllle.evaluation.enhancer_comparison import (
    draw_rows,
    draw_sheet,
    measure,
    read_exposures,
    read_pictures,
    spread,
)
from mmscllle.evaluation.reference_scores import psnr
from mmscllle.models.enhancers import GammaEnhancer


@pytest.fixture
def folder(tmp_path):
    """Three pairs of noise: ``low`` and ``high``."""
    rng = np.random.default_rng(0)
    for name in ('low', 'high'):
        (tmp_path / name).mkdir()
        for number in range(3):
            picture = rng.integers(0, 256, (20, 24 + number, 3), dtype=np.uint8)
            cv2.imwrite(str(tmp_path / name / f'{number}.png'), picture)
    return tmp_path


def read(path):
    return torch.from_numpy(cv2.imread(str(path))[..., ::-1].copy()).permute(2, 0, 1) / 255


def test_measured_is_the_engines_result(folder):
    dataset = read_pictures(str(folder / 'low'), str(folder / 'high'))
    engine = GammaEnhancer(0.5).make_engine()
    steps = []
    metrics, pictures = measure(engine, dataset, 2, [1], lambda: steps.append(1))
    enhanced = [read(folder / f'low/{number}.png').sqrt() for number in range(2)]
    expected = [
        psnr(image, read(folder / f'high/{number}.png')) for number, image in enumerate(enhanced)
    ]
    assert metrics['PSNR'] == pytest.approx(np.mean(expected), abs=1e-4)
    assert metrics['reference_images'] == 2 and len(steps) == 2
    assert metrics['newly_clipped'] == 0 < metrics['clipped_high']
    ((index, picture),) = pictures.items()
    assert index == 1
    assert (picture == (enhanced[1] * 255).round().byte().permute(1, 2, 0).numpy()).all()


def test_without_references(folder):
    metrics, _ = measure(
        GammaEnhancer().make_engine(), read_pictures(str(folder / 'low')), 3, [], lambda: None
    )
    assert 'PSNR' not in metrics and metrics['noise'] > 10


def test_rows_of_the_sheet(folder):
    dataset = read_pictures(str(folder / 'low'), str(folder / 'high'))
    _, pictures = measure(GammaEnhancer().make_engine(), dataset, 3, [0, 2], lambda: None)
    rows, titles = draw_rows(dataset, [pictures], [0, 2])
    assert titles == ['low/0.png', 'low/2.png']
    low, enhanced, high = rows[1]
    assert (low == cv2.imread(str(folder / 'low/2.png'))[..., ::-1]).all()
    assert (enhanced == pictures[2]).all()
    assert (high == cv2.imread(str(folder / 'high/2.png'))[..., ::-1]).all()
    assert draw_sheet(rows, titles, ['gamma']).dtype == np.uint8
    rows, _ = draw_rows(read_pictures(str(folder / 'low')), [pictures], [0])
    assert len(rows[0]) == 2


def test_pairs_of_exposures(tmp_path):
    (tmp_path / 'a').mkdir()
    for level in (20, 120):
        shot = np.full((20, 24, 3), level, np.uint8)
        cv2.imwrite(str(tmp_path / 'a' / f'{level // 120:02}_{level:03}.png'), shot)
    assert read_exposures(str(tmp_path), 'val').get_data_info(0)['exposure'] == 'very_dark'
    with pytest.raises(ValueError, match="no shot in .* takes the role 'pair', split 'train'"):
        read_exposures(str(tmp_path), 'train')


@pytest.mark.parametrize(
    'count, wanted, expected', [(10, 4, [0, 3, 6, 9]), (3, 6, [0, 1, 2]), (5, 1, [0]), (5, 0, [])]
)
def test_drawn_pictures_are_evenly_apart(count, wanted, expected):
    assert spread(count, wanted) == expected
