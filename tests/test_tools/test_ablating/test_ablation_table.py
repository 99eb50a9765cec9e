from __future__ import annotations

from pathlib import Path

import pytest
from ablating.plan import Ablation
from ablating.table import to_markdown


def make(max_iters: int | None) -> Ablation:
    return Ablation(
        path=Path('configs/ablations/terms.py'),
        config=dict(train_cfg=dict(max_iters=2000)),
        seeds=[0, 1],
        columns=dict(PSNR='dark/PSNR', images='count'),
        rows=dict(base={}, no_one={'a': 1}, no_two={'b': 1}),
        max_iters=max_iters,
    )


RESULTS = {
    ('base', 0): {'dark/PSNR': 20.0, 'count': 3},
    ('base', 1): {'dark/PSNR': 21.0, 'count': 3},
    ('no_one', 1): {'dark/PSNR': 19.5, 'count': 4},
}


def test_by_hand():
    lines = to_markdown(make(None), RESULTS).splitlines()
    assert lines[0] == '## terms: 2,000 iterations, seeds 0, 1'
    cells = [[cell.strip() for cell in line.strip('|').split('|')] for line in lines[4:]]
    assert cells[0] == ['row', 'seeds', 'PSNR', 'difference', 'images', 'difference']
    assert cells[2] == [
        'base',
        '2',
        '20.500 (20.000 to 21.000)',
        '–',
        '3.000 (3.000 to 3.000)',
        '–',
    ]
    # From the base of the same seed.
    assert cells[3] == ['no one', '1 of 2, unfinished', '19.500', '-1.500', '4.000', '+1.000']
    assert cells[4] == ['no two', '0 of 2, unfinished', '–', '–', '–', '–']


def test_a_shortened_training_says_so():
    text = to_markdown(make(300), RESULTS)
    assert text.startswith('## terms: 300 iterations instead of 2,000, seeds 0, 1\n')


def test_a_metric_that_is_not_there():
    results = {('base', 0): {'SSIM': 0.5, 'NIQE': 4.0}}
    message = "ablation.columns.PSNR: base, seed 0 has no metric 'dark/PSNR', but SSIM, NIQE"
    with pytest.raises(ValueError, match=message):
        to_markdown(make(None), results)
