from __future__ import annotations

import pytest
import torch

from mmscllle.models.losses import SelfCorrelationLoss
from mmscllle.models.losses.self_correlation import self_correlation


def features(seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, 5, 6, 4, generator=generator, dtype=torch.float64)


def test_value_by_hand():
    a = torch.tensor([[[[1.0, 0.0]], [[0.0, 2.0]]]])
    b = torch.tensor([[[[3.0, 3.0]], [[0.0, 4.0]]]])
    assert self_correlation(a, (1, 2))[0].tolist() == [[1, 0], [0, 1]]
    # The cosine of (3, 0) and (3, 4) is 0.6: two of four entries differ by it.
    loss = SelfCorrelationLoss(loss_weight=2.0, size=(1, 2))
    assert loss(a, b, torch.ones(1, 3, 2, 2)).item() == pytest.approx(2 * 0.6 / 2)


def test_equals_a_plain_loop_over_places():
    found = self_correlation(features(0), (3, 2))
    places = features(0).reshape(2, 5, 3, 2, 2, 2).mean(dim=(3, 5)).flatten(2)
    for image in range(2):
        for i in range(6):
            for j in range(6):
                one, other = places[image, :, i], places[image, :, j]
                expected = one @ other / (one.norm() * other.norm())
                assert found[image, i, j].item() == pytest.approx(expected.item(), abs=1e-12)


def test_scale_of_the_features_does_not_matter():
    picture = torch.ones(2, 3, 4, 4)
    assert SelfCorrelationLoss()(features(0), 7 * features(0), picture).item() < 1e-12
    assert SelfCorrelationLoss()(features(0), features(1), picture).item() > 0.1


def test_an_image_without_a_reference_counts_for_nothing():
    picture = torch.ones(2, 3, 4, 4)
    both = SelfCorrelationLoss()(features(0), features(1), picture)
    picture[1] = 0
    first = SelfCorrelationLoss()(features(0)[:1], features(1)[:1], picture[:1])
    assert SelfCorrelationLoss()(features(0), features(1), picture).item() == pytest.approx(
        first.item() / 2
    )
    assert both > first / 2


def test_gradients():
    own = features(0).requires_grad_()
    reference = torch.ones(2, 3, 4, 4, dtype=torch.float64)
    loss = SelfCorrelationLoss(size=(3, 2))
    assert torch.autograd.gradcheck(lambda x: loss(x, features(1), reference), own)


def test_wrong_size():
    with pytest.raises(ValueError, match=r'size must be two positive numbers, got \(0, 4\)'):
        SelfCorrelationLoss(size=(0, 4))
