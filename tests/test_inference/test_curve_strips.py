from __future__ import annotations

import pytest
import torch

from mmscllle.inference.curve_strips import brighten_, enlarged_strips, full_strips
from mmscllle.models.enhancers import apply_curves
from mmscllle.models.enhancers.tone_curves import enlarge_curves, reduce_image


@pytest.mark.parametrize('strength', [0.0, 0.5, 1.0])
def test_in_place_as_out_of_place(strength):
    image, curves = torch.rand(2, 3, 5, 6), 2 * torch.rand(2, 24, 5, 6) - 1
    expected = apply_curves(image, strength * curves)
    brighten_(image, curves, strength)
    torch.testing.assert_close(image, expected)


def test_overshooting_by_hand():
    image = torch.tensor([0.5, 0.9, 0.2]).view(1, 3, 1, 1)
    curves = torch.tensor([-1.0, -1.0, -1.0] * 2).view(1, 6, 1, 1)
    brighten_(image, curves, 3.0)
    # 0.5 + 3 * 0.25 and 0.9 + 3 * 0.09 are above 1; 0.2 + 3 * 0.16 is 0.68, then above 1 as well.
    assert image.flatten().tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize('rows', [1, 4, 100])
def test_strips_of_full_size(rows):
    curves = torch.rand(1, 6, 10, 3)
    strips = list(full_strips(curves, rows))
    assert [first for first, _ in strips] == list(range(0, 10, rows))
    assert torch.equal(torch.cat([strip for _, strip in strips], dim=2), curves)


@pytest.mark.parametrize('size', [(1, 1), (5, 1), (1, 9), (17, 23), (32, 16)])
@pytest.mark.parametrize('downsample', [2, 3, 7, 8])
@pytest.mark.parametrize('rows', [1, 9, 100])
def test_enlarged_strips(size, downsample, rows):
    curves = torch.rand(2, 6, *reduce_image(torch.rand(1, 1, *size), downsample).shape[2:])
    expected, row = enlarge_curves(curves, downsample, size), 0
    for first, strip in enlarged_strips(curves, downsample, size, rows):
        assert first == row
        row += strip.shape[2]
        torch.testing.assert_close(strip, expected[:, :, first:row])
    assert row == size[0]
