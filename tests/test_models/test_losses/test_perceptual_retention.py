from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from mmscllle.models import SCLLLEObjective
from mmscllle.models.losses import PerceptualRetentionLoss
from mmscllle.models.objective_inputs import ObjectiveInputs
from mmscllle.registry import MODELS


@MODELS.register_module()
class TwoTerms(nn.Module):
    """In mmagic's form: a loss with a network, which returns a tuple."""

    def __init__(self, style: bool = True) -> None:
        super().__init__()
        self.style = style
        self.layer = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor, gt: Tensor) -> tuple[Tensor, Tensor | None]:
        content = (self.layer(x) - self.layer(gt.detach())).square().mean()
        return content, (10 * x.mean() if self.style else None)


@pytest.fixture
def images() -> tuple[Tensor, Tensor]:
    low, enhanced = torch.rand(2, 2, 3, 8, 10)
    return low, enhanced.requires_grad_()


@pytest.mark.parametrize('style', [True, False])
def test_terms_are_summed_and_weighed(images, style):
    low, enhanced = images
    loss = PerceptualRetentionLoss(dict(type='mmscllle.TwoTerms', style=style), loss_weight=3.0)
    terms = loss.network(enhanced, low)
    expected = 3 * (terms[0] + (terms[1] if style else 0))
    torch.testing.assert_close(loss(low, enhanced), expected)


def test_a_loss_may_return_a_scalar(images):
    loss = PerceptualRetentionLoss(dict(type='mmscllle.FeatureRetentionLoss', loss_weight=2.0))
    expected = 2 * (images[0] - images[1]).square().mean()
    torch.testing.assert_close(loss(*images), expected)


def test_the_enhanced_image_learns_and_the_network_does_not(images):
    low, enhanced = images
    loss = PerceptualRetentionLoss(dict(type='mmscllle.TwoTerms'))
    loss(low.requires_grad_(), enhanced).backward()
    assert enhanced.grad.abs().sum() > 0 and low.grad is None
    assert not list(loss.parameters()) and not loss.state_dict()
    assert not loss.train().network.training


def inputs(objective, low, enhanced):
    return ObjectiveInputs(objective, lambda low: (enhanced, None), dict(low=low), None)


@pytest.mark.parametrize('feature_extractor', [None, dict(type='mmscllle.VGG16Features')])
def test_the_objective_hands_images_to_it(images, seeded_vgg, feature_extractor):
    if feature_extractor:
        feature_extractor['checkpoint'] = seeded_vgg
    objective = SCLLLEObjective(
        feature_retention=dict(
            type='mmscllle.PerceptualRetentionLoss', perceptual_loss=dict(type='mmscllle.TwoTerms')
        ),
        feature_extractor=feature_extractor,
    )
    low, enhanced = images
    losses = objective(inputs(objective, low, enhanced))
    assert list(losses) == ['loss_feature_retention']
    torch.testing.assert_close(
        losses['loss_feature_retention'], objective.feature_retention(low, enhanced)
    )


def test_a_feature_loss_with_a_network_of_its_own_gets_images(seeded_vgg):
    network = dict(type='mmscllle.VGG16Features', checkpoint=seeded_vgg)
    low, enhanced = torch.rand(2, 1, 3, 16, 16)
    own = SCLLLEObjective(
        feature_retention=dict(type='mmscllle.FeatureRetentionLoss', feature_extractor=network)
    )
    shared = SCLLLEObjective(
        feature_retention=dict(type='mmscllle.FeatureRetentionLoss'), feature_extractor=network
    )
    torch.testing.assert_close(
        *(objective(inputs(objective, low, enhanced)) for objective in (own, shared))
    )
