from __future__ import annotations

import pytest
import torch

from mmscllle.models.losses import CrossExposureLoss, ReconstructionLoss


def shots(n=2):
    """Two enhanced shots, and the two shots, of which the second is brighter."""
    generator = torch.Generator().manual_seed(0)
    enhanced, enhanced_second = torch.rand(2, n, 3, 9, 10, generator=generator).double().unbind()
    low = 0.1 * enhanced
    return enhanced.requires_grad_(), enhanced_second.requires_grad_(), low, 2 * low


def gradients(value, *images):
    return torch.autograd.grad(value, images)


def test_value_is_the_shared_distance():
    a, b, low, second = shots()
    distance = ReconstructionLoss(similarity_weight=0.2).distance
    expected = (0.7 * distance(a, b) + 0.3 * distance(b, a)).mean()
    loss = CrossExposureLoss(2.0, similarity_weight=0.2)
    torch.testing.assert_close(loss(a, b, low, second), 2 * expected)
    assert CrossExposureLoss()(a, a, low, second).item() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize('second_is_brighter', [True, False])
def test_the_brighter_shot_teaches_more(second_is_brighter):
    a, b, low, second = shots()
    if not second_is_brighter:
        low, second = second, low
    loss = CrossExposureLoss(brighter_share=0.9)
    of_a, of_b = gradients(loss(a, b, low, second), a, b)
    share = 0.9 if second_is_brighter else 0.1
    (towards_b,) = gradients(share * loss.distance(a, b.detach()).mean(), a)
    (towards_a,) = gradients((1 - share) * loss.distance(b, a.detach()).mean(), b)
    torch.testing.assert_close(of_a, towards_b, rtol=1e-6, atol=1e-9)
    torch.testing.assert_close(of_b, towards_a, rtol=1e-6, atol=1e-9)


def test_each_image_has_its_own_brighter_shot():
    a, b, low, second = shots()
    mixed = torch.stack((low[0], second[1])), torch.stack((second[0], low[1]))
    loss = CrossExposureLoss(brighter_share=1.0)
    of_a, of_b = gradients(loss(a, b, *mixed), a, b)
    assert of_a[0].any() and not of_a[1].any() and not of_b[0].any() and of_b[1].any()


def test_images_without_a_second_shot_count_for_nothing():
    a, b, low, second = shots(3)
    second[1] = 0
    loss = CrossExposureLoss()
    value = loss(a, b, low, second)
    alone = [loss(a[n : n + 1], b[n : n + 1], low[n : n + 1], second[n : n + 1]) for n in (0, 2)]
    torch.testing.assert_close(value, sum(alone) / 3)
    for gradient, expected in zip(
        gradients(value, a, b), gradients(sum(alone) / 3, a, b), strict=True
    ):
        torch.testing.assert_close(gradient, expected)
        assert not gradient[1].any() and gradient[0].any()


@pytest.mark.parametrize('share', [-0.1, 1.1])
def test_share_out_of_range(share):
    with pytest.raises(ValueError, match=rf'brighter_share must be in \[0, 1\], got {share}'):
        CrossExposureLoss(brighter_share=share)
