from __future__ import annotations

import numpy as np

from mmscllle.evaluation.metric_table import metrics_by_dataset, to_markdown


def test_prefixes_name_the_data_sets():
    metrics = {'DICM/NIQE': np.float64(3.5), 'a/b/PSNR': 20, 'DICM/PSNR': 10, 'brightness': 0.25}
    assert metrics_by_dataset(metrics) == {
        'DICM': {'NIQE': 3.5, 'PSNR': 10.}, 'a/b': {'PSNR': 20.}, '': {'brightness': 0.25}}


def test_table():
    rows = {('DICM', 'input'): dict(NIQE=3.51239, PSNR=20.), ('LIME', 'ours'): dict(NIQE=14.)}
    assert to_markdown(rows, ('data set', 'enhancer')) == (
        '| data set | enhancer |    NIQE |    PSNR |\n'
        '|----------|----------|---------|---------|\n'
        '| DICM     | input    |  3.5124 | 20.0000 |\n'
        '| LIME     | ours     | 14.0000 |       – |\n')
