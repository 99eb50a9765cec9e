from __future__ import annotations

import pytest
import torch

from mmscllle.models.losses import FastConsistencyLoss


def test_hand_value():
    exact = torch.zeros(1, 3, 1, 2)
    fast = torch.zeros(1, 3, 1, 2)
    fast[0, 0, 0] = torch.tensor([0.1, -0.2])
    expected = (0.1**2 + 0.2**2) / 6
    assert FastConsistencyLoss()(exact, fast).item() == pytest.approx(expected)
    assert FastConsistencyLoss(loss_weight=3.0)(exact, fast).item() == pytest.approx(3 * expected)


def test_gradient_of_both_images():
    torch.manual_seed(0)
    images = [torch.rand(2, 3, 4, 5, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    assert torch.autograd.gradcheck(FastConsistencyLoss(), images)


def test_half_precision_is_summed_in_float32():
    exact = torch.rand(1, 3, 64, 64).bfloat16()
    fast = (exact.float() + 0.01).bfloat16()
    found = FastConsistencyLoss()(exact, fast)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, (exact.float() - fast.float()).square().mean())
