import math

import pytest
import torch

from mmscllle.evaluation import NoiseLevel
from mmscllle.evaluation.noise import noise_level


def test_by_hand():
    # One pixel of 8 steps in a corner of the inner 2 x 2: responses 32, -16, -16 and 8.
    image = torch.zeros(3, 4, 4)
    image[:, 1, 1] = 8 / 255
    expected = math.sqrt(math.pi / 2) / (6 * 2 * 2) * (32 + 16 + 16 + 8)
    assert noise_level(image) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize('sigma', [2.0, 10.0])
def test_it_finds_the_noise_on_shades(sigma):
    y, x = torch.meshgrid(torch.linspace(0, 1, 200), torch.linspace(0, 1, 300), indexing='ij')
    shades = torch.stack([0.3 + 0.2 * x, 0.5 + 0.1 * y - 0.2 * x, 0.4 + 0.1 * x**2])
    noise = torch.randn(3, 200, 300, generator=torch.Generator().manual_seed(0)) * sigma / 255
    assert noise_level(shades) < 0.05
    assert noise_level(shades + noise) == pytest.approx(sigma, rel=0.02)


def test_metric(make_sample):
    metric = NoiseLevel()
    image = torch.rand(3, 20, 30, generator=torch.Generator().manual_seed(0))
    metric.process(None, [make_sample(image), make_sample(image / 2)])
    assert metric.evaluate(2) == {'noise': pytest.approx(0.75 * noise_level(image), rel=1e-5)}
    with pytest.raises(ValueError, match=r'night/a.png: image must be at least 3 x 3, got'):
        metric.process(None, [make_sample(torch.zeros(3, 2, 9))])
