from __future__ import annotations

import pytest
import torch
from torch.autograd import gradcheck

from mmscllle.models.losses import ReconstructionLoss
from mmscllle.models.losses.structural_similarity import structural_similarity

ONLY_DIFFERENCE = dict(square_weight=0, similarity_weight=0, equalized_weight=0)


def images(n=3, size=(12, 15), dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(2, n, 3, *size, generator=generator, dtype=dtype).unbind()


def flat(value):
    return torch.full((1, 3, 8, 8), value, dtype=torch.float64)


def test_hand_values():
    enhanced, reference = flat(0.5), flat(0.25)
    assert ReconstructionLoss(**ONLY_DIFFERENCE)(enhanced, reference).item() == pytest.approx(0.25)
    # 0.25 + 2 * 0.0625 + 0.5 (1 - 0.2501 / 0.3126) + 0.5 |0.5 * 0.5 - 0.25|
    expected = 0.25 + 0.125 + 0.5 * (1 - 0.2501 / 0.3126)
    assert ReconstructionLoss()(enhanced, reference).item() == pytest.approx(expected)
    assert ReconstructionLoss(3.0)(enhanced, reference).item() == pytest.approx(3 * expected)


def test_against_the_equation():
    enhanced, reference = images()
    expected = 0
    for a, b in zip(enhanced, reference, strict=True):
        ratio = b.mean() / a.mean()
        expected += (
            (a - b).abs().mean()
            + 0.7 * ((a - b) ** 2).mean()
            + 0.3 * (1 - structural_similarity(a[None], b[None], stride=4)[0])
            + 0.2 * (ratio * a - b).abs().mean()
        )
    loss = ReconstructionLoss(square_weight=0.7, similarity_weight=0.3, equalized_weight=0.2)
    torch.testing.assert_close(loss(enhanced, reference), expected / 3)


def test_the_last_term_is_blind_to_brightness():
    _, reference = images()
    loss = ReconstructionLoss(square_weight=0, similarity_weight=0, equalized_weight=9)
    nearly = loss.distance(0.5 * reference, reference)
    torch.testing.assert_close(nearly, (0.5 * reference).flatten(1).mean(dim=1))
    assert ReconstructionLoss()(reference, reference).item() == pytest.approx(0, abs=1e-12)


def test_gradient_in_float64():
    enhanced, reference = images(2, (8, 9))
    loss = ReconstructionLoss(equalized_weight=0)
    assert gradcheck(lambda x: loss(x, reference), enhanced.requires_grad_())


def test_the_ratio_of_the_means_is_a_constant():
    enhanced, reference = images(1)
    enhanced.requires_grad_()
    loss = ReconstructionLoss(square_weight=0, similarity_weight=0, equalized_weight=1)
    loss(enhanced, reference).backward()
    ratio = reference.mean() / enhanced.detach().mean()
    difference = enhanced.detach() - reference
    equalized = ratio * enhanced.detach() - reference
    expected = (difference.sign() + ratio * equalized.sign()) / enhanced.numel()
    torch.testing.assert_close(enhanced.grad, expected)


def test_images_without_a_reference_count_for_nothing():
    enhanced, reference = images()
    reference[1] = 0
    enhanced.requires_grad_()
    loss = ReconstructionLoss()
    value = loss(enhanced, reference)
    value.backward()
    alone = [loss(enhanced[n : n + 1], reference[n : n + 1]) for n in (0, 2)]
    torch.testing.assert_close(value, sum(alone) / 3)
    gradients = torch.autograd.grad(sum(alone) / 3, enhanced)[0]
    torch.testing.assert_close(enhanced.grad, gradients)
    assert not enhanced.grad[1].any() and enhanced.grad[0].any() and enhanced.grad[2].any()


@pytest.mark.parametrize('value', [0.0, 1.0])
def test_finite_on_flat_images(value):
    enhanced = torch.full((2, 3, 9, 9), value, requires_grad=True)
    result = ReconstructionLoss()(enhanced, torch.rand(2, 3, 9, 9))
    result.backward()
    assert result.isfinite() and enhanced.grad.isfinite().all()


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16], ids=['fp16', 'bf16'])
def test_half_precision_is_summed_in_float32(dtype):
    enhanced, reference = (image.to(dtype) for image in images(1, (200, 200), torch.float32))
    value = ReconstructionLoss()(enhanced, reference)
    assert value.dtype == torch.float32
    torch.testing.assert_close(value, ReconstructionLoss()(enhanced.float(), reference.float()))


def test_images_smaller_than_a_window():
    with pytest.raises(ValueError, match='at least 7 x 7 pixels, got 5 x 15'):
        ReconstructionLoss()(*images(1, (5, 15)))
