from __future__ import annotations

import pytest
import torch
from torch.autograd import gradcheck

from mmscllle.models.enhancers import apply_curves
from mmscllle.models.enhancers.tone_curves import enlarge_curves, reduce_image


def test_one_curve_by_hand():
    image = torch.tensor([0.5, 0.2, 1.0]).view(1, 3, 1, 1)
    curves = torch.tensor([-1.0, 0.5, -0.3]).view(1, 3, 1, 1)
    expected = [0.5 - (0.25 - 0.5), 0.2 + 0.5 * (0.04 - 0.2), 1.0]
    torch.testing.assert_close(apply_curves(image, curves).flatten(), torch.tensor(expected))


def test_curves_are_applied_one_after_the_other():
    image = torch.rand(2, 3, 4, 5)
    curves = 2 * torch.rand(2, 24, 4, 5) - 1
    expected = image.clone()
    for i in range(8):
        r = curves[:, 3 * i : 3 * i + 3]
        expected = expected + r * (expected**2 - expected)
    torch.testing.assert_close(apply_curves(image, curves), expected)


def test_values_stay_in_range():
    for sign in (-1.0, 1.0):
        enhanced = apply_curves(torch.rand(1, 3, 16, 16), torch.full((1, 24, 16, 16), sign))
        assert enhanced.min() >= 0 and enhanced.max() <= 1


@pytest.mark.parametrize('downsample', [1, 2])
def test_gradient_of_the_curves(downsample):
    image = torch.rand(1, 3, 2, 3, dtype=torch.float64, requires_grad=True)
    size = reduce_image(image, downsample).shape[2:]
    curves = (torch.rand(1, 6, *size, dtype=torch.float64) - 0.5).requires_grad_()
    assert gradcheck(lambda x, r: apply_curves(x, r, downsample), (image, curves))


def test_number_of_curve_channels():
    with pytest.raises(ValueError, match=r'a multiple of 3 channels, got shape \(1, 8, 2, 2\)'):
        apply_curves(torch.rand(1, 3, 2, 2), torch.rand(1, 8, 2, 2))


def test_size_of_the_curves():
    with pytest.raises(
        ValueError,
        match=r'\(5, 8\) pixels at downsample=4 must be of size '
        r'\(2, 2\), got shape \(1, 6, 5, 8\)',
    ):
        apply_curves(torch.rand(1, 3, 5, 8), torch.rand(1, 6, 5, 8), 4)


def test_squares_at_the_edge_are_averaged_over_what_is_there():
    image = torch.arange(15.0).view(1, 1, 3, 5)
    expected = torch.tensor(
        [
            [(0 + 1 + 5 + 6) / 4, (2 + 3 + 7 + 8) / 4, (4 + 9) / 2],
            [(10 + 11) / 2, (12 + 13) / 2, 14],
        ]
    )
    torch.testing.assert_close(reduce_image(image, 2)[0, 0], expected)
    assert reduce_image(image, 1) is image


def test_enlarging_by_hand():
    # Centres of the squares lie at pixels 0.5 and 2.5; beyond them the values go on unchanged.
    curves = torch.tensor([0.0, 1.0]).view(1, 1, 1, 2)
    torch.testing.assert_close(
        enlarge_curves(curves, 2, (1, 4)).flatten(), torch.tensor([0.0, 0.25, 0.75, 1.0])
    )
    torch.testing.assert_close(
        enlarge_curves(curves, 2, (2, 3)), torch.tensor([[[[0.0, 0.25, 0.75]] * 2]])
    )


@pytest.mark.parametrize('downsample', [2, 3, 8])
def test_a_ramp_survives_the_way_there_and_back(downsample):
    ramp = torch.arange(48.0).expand(1, 1, 24, 48)
    back = enlarge_curves(reduce_image(ramp, downsample), downsample, (24, 48))
    inside = slice(downsample, -downsample)
    torch.testing.assert_close(back[..., inside], ramp[..., inside])
