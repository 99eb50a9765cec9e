from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from mmscllle.models.losses import ColorConstancyLoss
from mmscllle.models.losses.color_constancy import color_constancy


def flat_image(red: float, green: float, blue: float) -> torch.Tensor:
    return torch.tensor([red, green, blue]).view(1, 3, 1, 1).repeat(1, 1, 2, 2)


def test_hand_value():
    image = flat_image(0.1, 0.3, 0.6)
    # Only the means of the channels count.
    image[:, :, 0] += 0.1
    image[:, :, 1] -= 0.1
    expected = math.sqrt(0.04**2 + 0.25**2 + 0.09**2)
    assert ColorConstancyLoss()(image).item() == pytest.approx(expected, rel=1e-5)
    assert ColorConstancyLoss(loss_weight=8.0)(image).item() == pytest.approx(
        8 * expected, rel=1e-5
    )


def test_against_numpy():
    image = torch.rand(3, 3, 5, 7, dtype=torch.float64)
    means = image.numpy().mean(axis=(2, 3))
    expected = [math.sqrt((r - g) ** 4 + (r - b) ** 4 + (g - b) ** 4) for r, g, b in means]
    np.testing.assert_allclose(color_constancy(image), expected)
    np.testing.assert_allclose(color_constancy(image, reference_form=True), expected)


def test_grey_is_the_minimum_with_gradient_zero():
    image = torch.full((2, 3, 4, 4), 0.5, requires_grad=True)
    loss = ColorConstancyLoss()(image)
    loss.backward()
    assert loss.item() == 0
    assert not image.grad.any()


def test_reference_form_has_no_finite_gradient_on_grey():
    image = torch.full((1, 3, 4, 4), 0.5, requires_grad=True)
    loss = ColorConstancyLoss(reference_form=True)(image)
    loss.backward()
    assert loss.item() == 0
    assert not image.grad.isfinite().any()


def test_both_forms_have_the_same_gradient_on_colour():
    grads = []
    for reference_form in (False, True):
        image = flat_image(0.2, 0.5, 0.7).requires_grad_()
        ColorConstancyLoss(reference_form=reference_form)(image).backward()
        grads.append(image.grad)
    torch.testing.assert_close(*grads)
