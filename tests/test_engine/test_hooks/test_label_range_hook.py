"""An evaluation is stopped at a label beyond the classes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.evaluation import IoUMetric
from mmseg.structures import SegDataSample

from mmscllle.engine.hooks import LabelRangeHook
from mmscllle.evaluation import NIQE


def evaluate(label: int, metric: object, when: str = 'test') -> None:
    """End an iteration of a test, or a validation, on a label map of 0 and ``label``."""
    sample = SegDataSample(metainfo=dict(img_path='a.jpg', seg_map_path='ann/a.png'))
    sample.gt_sem_seg = PixelData(data=torch.tensor([[[0, label]]]))
    metric.dataset_meta = dict(classes=('sky', 'road'))
    loop = SimpleNamespace(evaluator=SimpleNamespace(metrics=[metric]))
    runner = SimpleNamespace(**{f'{when}_loop': loop})
    getattr(LabelRangeHook(), f'after_{when}_iter')(runner, 0, None, [sample])


@pytest.mark.parametrize('when', ['val', 'test'])
def test_the_file_and_the_label_are_named(when):
    message = r"'ann/a.png': the label map has the label 7, outside of the 2 classes \(0 to 1; 255"
    with pytest.raises(ValueError, match=message):
        evaluate(7, IoUMetric(), when)


def test_what_the_metric_ignores_passes():
    evaluate(1, IoUMetric())
    evaluate(255, IoUMetric())
    evaluate(7, IoUMetric(ignore_index=7))
    with pytest.raises(ValueError, match='label 255, outside of the 2 classes'):
        evaluate(255, IoUMetric(ignore_index=0))


def test_other_metrics_take_no_labels():
    evaluate(7, NIQE())
    evaluate(7, IoUMetric(format_only=True, output_dir='.'))


def test_loops_and_samples_without_labels():
    runner = SimpleNamespace(test_loop=SimpleNamespace(evaluators=[]))
    LabelRangeHook().after_test_iter(runner, 0)
    metric = IoUMetric()
    metric.dataset_meta = dict(classes=('sky',))
    runner.test_loop.evaluator = SimpleNamespace(metrics=[metric])
    LabelRangeHook().after_test_iter(runner, 0, None, [SegDataSample()])
