from __future__ import annotations

import numpy as np
import pytest
import torch

from mmscllle.models.losses import IlluminationSmoothnessLoss
from mmscllle.models.losses.illumination_smoothness import total_variation


def test_hand_value():
    curves = torch.tensor([[[[0.0, 1.0], [3.0, 7.0]]]])
    # Down: 3, 6 over (2 - 1) * 2 pixels; right: 1, 4 over 2 * (2 - 1).
    expected = 2 * ((9 + 36) / 2 + (1 + 16) / 2)
    assert IlluminationSmoothnessLoss()(curves).item() == expected
    assert IlluminationSmoothnessLoss(loss_weight=200.0)(curves).item() == 200 * expected


def test_channels_add_up():
    curves = torch.tensor([[[[0.0, 1.0], [3.0, 7.0]]]]).repeat(1, 24, 1, 1)
    assert IlluminationSmoothnessLoss()(curves).item() == pytest.approx(24 * 62)


def test_against_numpy():
    curves = torch.rand(2, 6, 5, 7, dtype=torch.float64)
    array = curves.numpy()
    expected = [
        2
        * (
            np.square(np.diff(image, axis=1)).sum() / (4 * 7)
            + np.square(np.diff(image, axis=2)).sum() / (5 * 6)
        )
        for image in array
    ]
    np.testing.assert_allclose(total_variation(curves), expected)


@pytest.mark.parametrize('shape', [(1, 1), (1, 5), (5, 1)])
def test_a_direction_with_one_pixel_adds_nothing(shape):
    curves = torch.rand(2, 24, *shape, requires_grad=True)
    loss = IlluminationSmoothnessLoss()(curves)
    loss.backward()
    line = curves.detach().numpy().reshape(2, 24, -1)
    pairs = max(line.shape[2] - 1, 1)
    expected = np.mean([2 * np.square(np.diff(image, axis=1)).sum() / pairs for image in line])
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    assert curves.grad.isfinite().all()


def test_constant_curves_are_smooth():
    assert IlluminationSmoothnessLoss()(torch.full((2, 24, 4, 4), -0.3)).item() == 0
