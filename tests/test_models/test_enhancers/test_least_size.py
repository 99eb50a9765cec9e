from __future__ import annotations

import pytest
import torch

from mmscllle.models.enhancers.least_size import at_least_two_pixels


@pytest.mark.parametrize('size', [(2, 2), (2, 5), (7, 3)])
def test_larger_images_stay(size):
    image = torch.rand(2, 3, *size)
    assert torch.equal(at_least_two_pixels(image), image)


def test_a_single_row_or_column_is_repeated():
    row = torch.tensor([[[[1.0, 2.0, 3.0]]]])
    assert at_least_two_pixels(row)[0, 0].tolist() == [[1.0, 2.0, 3.0]] * 2
    assert at_least_two_pixels(row.mT)[0, 0].tolist() == [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]
    assert at_least_two_pixels(row[..., :1])[0, 0].tolist() == [[1.0, 1.0]] * 2
