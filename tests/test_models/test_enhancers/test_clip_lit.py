from __future__ import annotations

import pytest
import torch
from torch import nn

from mmscllle.models.enhancers import CLIPLIT
from mmscllle.models.enhancers.clip_lit import AveragePool


@pytest.mark.parametrize('bins', [1, 2, 3, 6])
@pytest.mark.parametrize('size', [(1, 1), (2, 7), (12, 18), (37, 53)])
def test_pooling_equals_torchs(bins, size):
    x = torch.rand(2, 4, *size, dtype=torch.float64)
    torch.testing.assert_close(AveragePool(bins)(x), nn.AdaptiveAvgPool2d(bins)(x))


def test_the_image_is_divided_by_one_light_map():
    enhancer, image = CLIPLIT(), torch.rand(1, 3, 9, 7)
    light = enhancer.estimate_light(image)
    assert light.shape == (1, 1, 9, 7)
    torch.testing.assert_close(enhancer(image)[0], (image / light).clamp(0, 1))


def test_untrained_it_leaves_the_image_nearly_as_it_is():
    image = torch.rand(1, 3, 24, 24)
    torch.testing.assert_close(CLIPLIT()(image)[0], image, rtol=0, atol=0.02)


def test_where_there_is_no_light_black_stays_black():
    enhancer, image = CLIPLIT(), torch.zeros(1, 3, 8, 8)
    enhancer.cond_add1.bias.data.fill_(-10)
    image[..., 4:] = 1 / 255
    enhanced, _ = enhancer(image)
    assert enhanced[..., :4].eq(0).all() and enhanced[..., 4:].eq(1).all()
    enhanced.sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in enhancer.parameters())
