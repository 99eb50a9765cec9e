"""The authors' implementation, number by number, in reference form."""

from __future__ import annotations

import pytest
import torch
from mmengine.runner import load_checkpoint

from mmscllle.models import CurveEnhancer, VGG16Features
from mmscllle.models.enhancers import apply_curves
from mmscllle.models.losses import (
    ColorConstancyLoss,
    ContrastiveLoss,
    FeatureRetentionLoss,
    IlluminationSmoothnessLoss,
    SemanticBrightnessConsistencyLoss,
)
from mmscllle.models.losses.contrastive import (
    brightness_distance,
    gram_distance,
    gram_matrices,
)
from mmscllle.models.losses.semantic_brightness_consistency import semantic_brightness_consistency

pytestmark = pytest.mark.shared


@pytest.fixture(scope='module')
def enhancer(shared):
    enhancer = CurveEnhancer()
    load_checkpoint(enhancer, str(shared / 'checkpoints/scl_lle_reference.pth'), 'cpu', strict=True)
    return enhancer


@pytest.fixture(scope='module')
def vgg(seeded_vgg):
    return VGG16Features(seeded_vgg)


def close(value, expected, rtol=1e-5):
    torch.testing.assert_close(value, expected, rtol=rtol, atol=0)


def test_enhanced_image_and_curves(enhancer, golden):
    enhanced, curves = enhancer(golden['low'])
    torch.testing.assert_close(enhanced, golden['enhanced'], rtol=0, atol=1e-6)
    torch.testing.assert_close(curves, golden['curves'], rtol=0, atol=1e-6)
    half = apply_curves(golden['low'], curves[:, :12])
    torch.testing.assert_close(half, golden['half'], rtol=0, atol=1e-6)


def test_zero_dce_weights_load_the_same_way(shared, golden):
    enhancer = CurveEnhancer()
    load_checkpoint(
        enhancer, str(shared / 'checkpoints/zero_dce_reference.pth'), 'cpu', strict=True
    )
    enhanced, _ = enhancer(golden['low'])
    assert (enhanced - golden['enhanced']).abs().max() > 0.01
    assert enhanced.mean() > golden['low'].mean()


def test_distances(golden, vgg):
    enhanced, positive, negative = golden['enhanced'], golden['positive'], golden['negative']
    close(brightness_distance(enhanced, positive).mean(), golden['brightness_pos'])
    close(brightness_distance(enhanced, negative).mean(), golden['brightness_neg'])
    anchor = gram_matrices(vgg.style(enhanced))
    for image, name in ((positive, 'gram_pos'), (negative, 'gram_neg')):
        close(gram_distance(anchor, gram_matrices(vgg.style(image))).sum(), golden[name])


def reference_terms(golden, vgg):
    """The weighted terms of ``total`` as functions of (enhanced, curves)."""
    positive, negative = golden['positive'], golden['negative']
    brightness = ContrastiveLoss('brightness', 0.3, 10.0, reference_form=True)
    gram = ContrastiveLoss('gram', 0.04, 5.0, feature_extractor=vgg, reference_form=True)
    semantic = SemanticBrightnessConsistencyLoss(reference_form=True)
    retention = FeatureRetentionLoss(feature_extractor=vgg)
    color = ColorConstancyLoss(8.0, reference_form=True)
    smoothness = IlluminationSmoothnessLoss(200.0)
    return {
        'contrastive_brightness': lambda e, c: brightness(e, positive, negative),
        'contrastive_gram': lambda e, c: gram(e, positive, negative),
        'segexp': lambda e, c: semantic(e, golden['labels']),
        'perceptual': lambda e, c: retention(golden['low'], e),
        'color': lambda e, c: color(e),
        'tv': lambda e, c: smoothness(c),
    }


def test_every_loss(golden, vgg):
    weights = dict(contrastive_brightness=10, contrastive_gram=5, color=8, tv=200)
    for name, term in reference_terms(golden, vgg).items():
        value = term(golden['enhanced'], golden['curves']) / weights.get(name, 1)
        close(value, golden['segexp_per_image'].mean() if name == 'segexp' else golden[name])
    close(
        semantic_brightness_consistency(golden['enhanced'], golden['labels'], reference_form=True),
        golden['segexp_per_image'],
    )


def test_total_and_its_gradient(enhancer, golden, vgg):
    enhancer.zero_grad()
    enhanced, curves = enhancer(golden['low'])
    total = sum(term(enhanced, curves) for term in reference_terms(golden, vgg).values())
    close(total.detach(), golden['total'])
    total.backward()
    for name, parameter in enhancer.named_parameters():
        expected = golden[f'grad.{name}']
        error = (parameter.grad - expected).norm() / expected.norm()
        assert error < 1e-4, f'{name}: relative error {error:.1e}'
