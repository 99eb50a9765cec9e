import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmscllle.evaluation.image_metric import ImageMetric


class Level(ImageMetric):
    """The mean where it is below 0.9, and that of the image before."""

    def measure(self, sample, original):
        level = sample['enhanced']['data'].mean().item()
        values = dict(level=level) if level < 0.9 else {}
        return values if original is None else dict(values, before=original.mean().item())


def grey(level):
    return torch.full((3, 4, 5), level)


def test_means_over_all_images_and_over_those_of_each_exposure(make_sample):
    metric = Level()
    metric.process(
        None,
        [make_sample(grey(0.1), exposure='dark'), make_sample(grey(0.4), exposure='very_dark')],
    )
    metric.process(None, [make_sample(grey(0.3), exposure='dark'), make_sample(grey(0.6))])
    assert metric.evaluate(4) == pytest.approx(
        {'level': 0.35, 'dark/level': 0.2, 'very_dark/level': 0.4}
    )


def test_a_value_that_is_not_defined_is_left_out(make_sample):
    metric = Level(prefix='LOL')
    metric.process(None, [make_sample(grey(0.95)), make_sample(grey(0.5))])
    assert metric.evaluate(2) == {'LOL/level': 0.5}
    metric.process(None, [make_sample(grey(0.95))])
    assert metric.evaluate(1) == {}


def test_the_image_before_enhancement_comes_from_the_batch():
    sample = SegDataSample(enhanced=PixelData(data=grey(0.5)))
    for inputs, expected in (
        ([grey(51.0).byte()], 0.2),
        (grey(51.0).byte()[None], 0.2),
        ([grey(0.2)], None),
    ):
        evaluator = Evaluator([Level()])
        evaluator.process([sample], dict(inputs=inputs))
        assert evaluator.evaluate(1).get('before') == (
            None if expected is None else pytest.approx(expected)
        )
