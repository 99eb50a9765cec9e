from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from mmscllle.models.enhancers.image_border import crop_border, replicate_border


@pytest.mark.parametrize('size', [(1, 1), (1, 4), (5, 3)])
@pytest.mark.parametrize('width', [1, 7])
def test_outermost_pixels_are_repeated(size, width):
    image = torch.rand(2, 3, *size)
    found = replicate_border(image, width)
    assert torch.equal(found, functional.pad(image, (width,) * 4, mode='replicate'))
    assert torch.equal(crop_border(found, width), image)


def test_by_hand():
    found = replicate_border(torch.tensor([[[[1.0, 2.0]]]], dtype=torch.bfloat16), 1)
    assert found.dtype == torch.bfloat16 and found[0, 0].tolist() == [[1, 1, 2, 2]] * 3


def test_no_border():
    image = torch.rand(1, 3, 2, 2)
    assert replicate_border(image, 0) is image and crop_border(image, 0) is image
