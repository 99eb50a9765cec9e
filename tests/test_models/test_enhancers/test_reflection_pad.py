from __future__ import annotations

import pytest
import torch
from torch import nn

from mmscllle.models.enhancers.reflection_pad import ReflectionPad


@pytest.mark.parametrize('size', [(2, 2), (2, 5), (7, 3)])
def test_equals_torchs(size):
    x = torch.rand(2, 4, *size)
    assert torch.equal(ReflectionPad()(x), nn.ReflectionPad2d(1)(x))


def test_a_single_pixel_is_repeated():
    row = torch.tensor([[[[1., 2., 3.]]]])
    assert ReflectionPad()(row)[0, 0].tolist() == [[2., 1., 2., 3., 2.]] * 3
    assert ReflectionPad()(row[..., :1])[0, 0].tolist() == [[1.] * 3] * 3
