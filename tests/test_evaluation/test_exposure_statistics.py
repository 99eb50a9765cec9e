import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmscllle.evaluation import ExposureStatistics
from mmscllle.evaluation.exposure_statistics import exposure_statistics, newly_clipped


def make_sample(image):
    sample = SegDataSample(metainfo={'img_path': 'night/a.png'})
    sample.enhanced = PixelData(data=image)
    return sample.to_dict()


def test_by_hand():
    # Four pixels: one has one channel at the top, one is black, one has a single black channel.
    pixels = [[1.0, 0.5, 0.0], [0.0, 0.0, 0.001], [0.0, 0.3, 0.3], [0.5, 0.5, 0.5]]
    image = torch.tensor(pixels).t().reshape(3, 2, 2)
    result = exposure_statistics(image)
    assert result['brightness'] == pytest.approx((0.5 + 0.001 / 3 + 0.2 + 0.5) / 4)
    assert result['clipped_high'] == 0.25
    assert result['clipped_low'] == 0.25


@pytest.mark.parametrize(
    ('value', 'high', 'low'),
    [(254.6 / 255, 1, 0), (254.4 / 255, 0, 0), (0.6 / 255, 0, 0), (0.4 / 255, 0, 1)],
)
def test_thresholds_are_those_of_8_bits(value, high, low):
    result = exposure_statistics(torch.full((3, 2, 2), value))
    assert (result['clipped_high'], result['clipped_low']) == (high, low)


def test_newly_clipped_by_hand():
    # Four pixels: clipped in both, burnt out, blackened, brightened from black.
    before = torch.tensor([[1.0, 0.9, 0.5], [0.5, 0.6, 0.7], [0.1, 0.1, 0.1], [0.0, 0.0, 0.0]]).t()[
        :, None
    ]
    after = torch.tensor([[1.0, 1.0, 0.9], [0.9, 1.0, 0.8], [0.0, 0.0, 0.0], [0.2, 0.2, 0.2]]).t()[
        :, None
    ]
    assert newly_clipped(after, before) == newly_clipped(after, before.flip(0)) == 0.5
    assert newly_clipped(before, before) == 0


def test_the_batch_tells_what_was_clipped_before():
    metric = ExposureStatistics()
    before = torch.full((3, 2, 2), 100, dtype=torch.uint8)
    before[0, 0, 0] = 255
    metric.process(dict(inputs=[before]), [make_sample(torch.ones(3, 2, 2))])
    assert metric.evaluate(1) == dict(
        brightness=1, clipped_high=1, clipped_low=0, newly_clipped=0.75
    )
    # A model that resizes has no pixel to compare with.
    metric.process(dict(inputs=[before]), [make_sample(torch.ones(3, 4, 4))])
    assert 'newly_clipped' not in metric.evaluate(1)


def test_images_have_equal_weight_whatever_their_size():
    metric = ExposureStatistics()
    metric.process(None, [make_sample(torch.zeros(3, 10, 10)), make_sample(torch.ones(3, 1, 1))])
    assert metric.evaluate(2) == {'brightness': 0.5, 'clipped_high': 0.5, 'clipped_low': 0.5}


def test_half_precision_image():
    metric = ExposureStatistics()
    metric.process(None, [make_sample(torch.full((3, 64, 64), 0.25, dtype=torch.float16))])
    assert metric.evaluate(1)['brightness'] == 0.25


def test_no_image_gives_no_value():
    assert ExposureStatistics().evaluate(0) == {}


def test_missing_enhanced_names_the_image():
    sample = SegDataSample(metainfo={'img_path': 'night/c.png'})
    with pytest.raises(ValueError, match=r'night/c\.png.*"enhanced"'):
        ExposureStatistics().process(None, [sample.to_dict()])
