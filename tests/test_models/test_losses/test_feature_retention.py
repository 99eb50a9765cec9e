from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from mmscllle.models.losses import FeatureRetentionLoss


def test_hand_value():
    low = torch.tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
    enhanced = torch.tensor([[[[1.0, 1.0], [2.0, 0.0]]]])
    assert FeatureRetentionLoss()(low, enhanced).item() == (1 + 9) / 4
    assert FeatureRetentionLoss(loss_weight=3.0)(low, enhanced).item() == 3 * 2.5


def test_against_numpy():
    low, enhanced = torch.rand(2, 2, 5, 3, 4, dtype=torch.float64)
    expected = np.square(low.numpy() - enhanced.numpy()).mean()
    np.testing.assert_allclose(FeatureRetentionLoss()(low, enhanced), expected)


def test_same_features_cost_nothing():
    features = torch.rand(2, 5, 3, 4)
    assert FeatureRetentionLoss()(features, features).item() == 0


class Doubled(nn.Module):
    def content(self, image: torch.Tensor) -> torch.Tensor:
        return 2 * image


def test_feature_extractor_is_applied_to_both():
    low, enhanced = torch.rand(2, 2, 3, 4, 4)
    loss = FeatureRetentionLoss(feature_extractor=Doubled())
    assert loss(low, enhanced).item() == pytest.approx(
        4 * FeatureRetentionLoss()(low, enhanced).item(), rel=1e-5
    )


def test_feature_extractor_from_a_config(seeded_vgg):
    loss = FeatureRetentionLoss(
        feature_extractor=dict(
            type='mmscllle.VGG16Features',
            checkpoint=seeded_vgg,
            style_layers=(),
            content_layer='relu2_2',
        )
    )
    low, enhanced = torch.rand(2, 1, 3, 8, 8)
    content = loss.feature_extractor.content
    expected = (content(low) - content(enhanced)).pow(2).mean()
    torch.testing.assert_close(loss(low, enhanced), expected)
