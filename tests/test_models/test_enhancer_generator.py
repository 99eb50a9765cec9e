from __future__ import annotations

import pytest
import torch
from mmengine.runner import load_checkpoint
from torch import nn

from mmscllle.models import SCLLLE, CurveEnhancer, EnhancerGenerator
from mmscllle.registry import MODELS
from mmscllle.utils.weights import load_weights


def build(kind: str) -> EnhancerGenerator:
    return MODELS.build(dict(type='mmscllle.EnhancerGenerator', enhancer=dict(type=kind)))


def test_it_gives_the_enhanced_image_alone():
    generator, image = build('mmscllle.CurveEnhancer'), torch.rand(2, 3, 8, 10)
    for parameter in generator.parameters():
        nn.init.normal_(parameter, std=0.1)
    enhanced = generator(image)
    assert enhanced.shape == image.shape and not torch.equal(enhanced, image)
    assert torch.equal(enhanced, generator.enhancer(image)[0])


def test_an_enhancer_without_weights_serves_as_well():
    image = torch.rand(1, 3, 8, 10)
    assert torch.equal(build('mmscllle.IdentityEnhancer')(image), image)


def test_the_enhancer_is_initialised_by_its_owner():
    generator = build('mmscllle.CurveEnhancer')
    generator.init_weights()
    assert generator.enhancer.e_conv5.weight.std().item() == pytest.approx(0.02, rel=0.1)


@pytest.fixture
def edit_model_checkpoint(tmp_path) -> tuple[str, dict[str, torch.Tensor]]:
    """A checkpoint as mmagic's BaseEditModel writes it, and the enhancer's weights in it."""
    weights = CurveEnhancer().state_dict()
    saved = {f'generator.enhancer.{name}': value for name, value in weights.items()}
    torch.save(dict(state_dict=saved), tmp_path / 'edit_model.pth')
    return str(tmp_path / 'edit_model.pth'), dict(weights)


@pytest.mark.parametrize(
    'load',
    [load_checkpoint, lambda model, path: load_weights(model, path, 'weights', part='enhancer')],
    ids=['load_checkpoint', 'EnhancedSegmentor'],
)
def test_a_checkpoint_of_mmagics_model_loads_into_the_enhancer(edit_model_checkpoint, load):
    path, weights = edit_model_checkpoint
    enhancer = CurveEnhancer()
    load(enhancer, path)
    assert all(torch.equal(value, weights[name]) for name, value in enhancer.state_dict().items())


def test_a_checkpoint_of_mmagics_model_loads_into_scl_lle(edit_model_checkpoint):
    path, weights = edit_model_checkpoint
    model = SCLLLE(dict(type='mmscllle.CurveEnhancer'))
    load_checkpoint(model, path, strict=True)
    for name, value in model.enhancer.state_dict().items():
        assert torch.equal(value, weights[name])
