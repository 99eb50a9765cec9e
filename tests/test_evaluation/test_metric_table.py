from __future__ import annotations

import numpy as np

from mmscllle.evaluation.metric_table import metrics_by_dataset, to_markdown


def test_prefixes_name_the_data_sets():
    metrics = {
        'DICM/NIQE': np.float64(3.5),
        'a/b/images': 20,
        'DICM/PSNR': 10.0,
        'brightness': 0.25,
    }
    found = metrics_by_dataset(metrics)
    assert found == {
        'DICM': {'NIQE': 3.5, 'PSNR': 10.0},
        'a/b': {'images': 20},
        '': {'brightness': 0.25},
    }
    assert type(found['a/b']['images']) is int and type(found['DICM']['NIQE']) is float


def test_table():
    rows = {('DICM', 'input'): dict(NIQE=3.51239, images=20), ('LIME', 'ours'): dict(NIQE=14.0)}
    assert to_markdown(rows, ('data set', 'enhancer')) == (
        '| data set | enhancer |    NIQE | images |\n'
        '|:---------|:---------|--------:|-------:|\n'
        '| DICM     | input    |  3.5124 |     20 |\n'
        '| LIME     | ours     | 14.0000 |      – |\n'
    )
