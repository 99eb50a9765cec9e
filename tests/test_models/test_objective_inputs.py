"""Losses of one's own, and what they are given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from mmscllle.models import GammaEnhancer, SCLLLEObjective
from mmscllle.models.objective_inputs import ObjectiveInputs
from mmscllle.registry import MODELS


class Records(nn.Module):
    """Returns the mean of what it takes, and keeps it."""

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, *given: torch.Tensor) -> torch.Tensor:
        self.given = given
        return self.loss_weight * sum(value.float().mean() for value in given)


class SecondExposure(nn.Module):
    """Two exposures of a scene should be enhanced alike."""

    def forward(self, enhanced, enhanced_second, low, second, margin=0.1):
        return (enhanced - enhanced_second).abs().mean() - margin * (low - second).abs().mean()


class Nothing(nn.Module):
    """Does not say what it takes."""

    def forward(self, *, loss_weight=1.0):
        return torch.zeros(())


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    for kind in (Records, SecondExposure, Nothing):
        MODELS.register_module(module=kind)
    yield
    for kind in (Records, SecondExposure, Nothing):
        MODELS.module_dict.pop(kind.__name__)


class Halve(nn.Module):
    """An enhancer that counts its calls."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, image):
        self.calls += 1
        return image / 2, image[:, :1]


IMAGES = dict(
    zip(
        ('low', 'positive', 'negative', 'second'),
        torch.rand(4, 2, 3, 32, 40, generator=torch.Generator().manual_seed(0)),
        strict=True,
    )
)


def take(monkeypatch, *names, images=IMAGES, enhancer=None, labels=None, **config):
    """The loss of an objective with one extra term that takes ``names``, and the term."""
    monkeypatch.setattr(Records, 'takes', names, raising=False)
    objective = SCLLLEObjective(extra_terms=dict(mine=dict(type='Records')), **config)
    inputs = ObjectiveInputs(objective, enhancer or Halve(), images, labels)
    return objective(inputs)['loss_mine'], objective.extra_terms['mine'].given


def test_a_loss_takes_the_arguments_of_its_forward():
    objective = SCLLLEObjective(extra_terms=dict(two=dict(type='SecondExposure'), off=None))
    losses = objective(ObjectiveInputs(objective, Halve(), IMAGES, None))
    difference = (IMAGES['low'] - IMAGES['second']).abs().mean()
    assert list(losses) == ['loss_two']
    torch.testing.assert_close(losses['loss_two'], 0.5 * difference - 0.1 * difference)


def test_images_and_what_the_enhancer_makes_of_them(monkeypatch):
    _, given = take(monkeypatch, 'low', 'negative', 'enhanced', 'curves', 'enhanced_positive')
    for found, expected in zip(
        given,
        (
            IMAGES['low'],
            IMAGES['negative'],
            IMAGES['low'] / 2,
            IMAGES['low'][:, :1],
            IMAGES['positive'] / 2,
        ),
        strict=True,
    ):
        assert torch.equal(found, expected)


def test_each_quantity_is_computed_once_and_only_if_wanted(monkeypatch):
    enhancer = Halve()
    take(monkeypatch, 'low', 'negative', enhancer=enhancer)
    assert enhancer.calls == 0
    take(monkeypatch, 'enhanced', 'curves', 'enhanced', enhancer=enhancer)
    assert enhancer.calls == 1
    take(monkeypatch, 'enhanced', 'enhanced_second', enhancer=enhancer)
    assert enhancer.calls == 3


def test_images_that_are_not_there_are_not_enhanced(monkeypatch):
    enhancer = nn.Conv2d(3, 3, 1)
    sizes = []
    enhancer.register_forward_hook(
        lambda _, inputs, output: (sizes.append(len(inputs[0])), (output, inputs[0][:, :0]))[1]
    )
    second = IMAGES['second'].clone()
    second[0] = 0
    _, (enhanced,) = take(
        monkeypatch, 'enhanced_second', enhancer=enhancer, images=dict(IMAGES, second=second)
    )
    assert sizes == [1] and not enhanced[0].any()
    torch.testing.assert_close(enhanced[1:], enhancer(second[1:])[0])
    enhanced.sum().backward()
    assert enhancer.weight.grad.any()
    sizes.clear()
    _, (enhanced,) = take(
        monkeypatch,
        'enhanced_second',
        enhancer=enhancer,
        images=dict(IMAGES, second=torch.zeros_like(second)),
    )
    assert sizes == [] and not enhanced.any() and enhanced.shape == second.shape


def test_scores_labels_and_features(monkeypatch, objective_config):
    networks = {name: objective_config[name] for name in ('segmentor', 'feature_extractor')}
    labels = torch.full((2, 32, 40), 255)
    labels[1, 3] = 2
    enhanced = IMAGES['low'] / 2
    _, (scores, filled, style, content) = take(
        monkeypatch, 'scores', 'labels', 'low_style', 'enhanced_content', labels=labels, **networks
    )
    segmentor, extractor = map(MODELS.build, networks.values())
    torch.testing.assert_close(scores, segmentor(enhanced))
    assert torch.equal(filled[0], segmentor.predict(enhanced)[0])
    assert torch.equal(filled[1], labels[1])
    torch.testing.assert_close(style, extractor.style(IMAGES['low'])[0])
    torch.testing.assert_close(content, extractor.content(enhanced))


@pytest.fixture(autouse=True)
def first_style_layer(monkeypatch):
    """Terms of these tests take tensors, and the style is a tuple of them."""
    forward = Records.forward
    monkeypatch.setattr(
        Records,
        'forward',
        lambda self, *given: forward(
            self, *(value[0] if isinstance(value, tuple) else value for value in given)
        ),
    )


def test_the_fast_mode(monkeypatch):
    enhancer = MODELS.build(dict(type='mmscllle.CurveEnhancer')).requires_grad_(False)
    _, (fast,) = take(monkeypatch, 'fast', enhancer=enhancer)
    torch.testing.assert_close(fast, enhancer.forward_fast(IMAGES['low'])[0])
    with pytest.raises(ValueError, match='objective.extra_terms.mine: GammaEnhancer has no fast m'):
        take(monkeypatch, 'fast', enhancer=GammaEnhancer())


def test_terms_are_weighted_and_logged_as_the_others(monkeypatch):
    monkeypatch.setattr(Records, 'takes', ('enhanced',), raising=False)
    objective = SCLLLEObjective(
        color_constancy=dict(type='mmscllle.ColorConstancyLoss'),
        extra_terms=dict(mine=dict(type='Records', loss_weight=4.0)),
    )
    losses = objective(ObjectiveInputs(objective, Halve(), IMAGES, None))
    assert list(losses) == ['loss_color_constancy', 'loss_mine']
    torch.testing.assert_close(losses['loss_mine'], 2 * IMAGES['low'].mean())


def test_an_enhancer_without_curves_and_a_term_that_takes_them():
    term = dict(type='mmscllle.IlluminationSmoothnessLoss')
    objective = SCLLLEObjective(illumination_smoothness=term)
    with pytest.raises(
        ValueError,
        match='objective.illumination_smoothness: it takes curves, and '
        'the GammaEnhancer has none; set the term to None, or skip_without_curves',
    ):
        objective(ObjectiveInputs(objective, GammaEnhancer(), IMAGES, None))
    term['skip_without_curves'] = True
    objective = SCLLLEObjective(
        illumination_smoothness=term, color_constancy=dict(type='mmscllle.ColorConstancyLoss')
    )
    for enhancer, count in ((GammaEnhancer(), 1), (Halve(), 2)):
        assert len(objective(ObjectiveInputs(objective, enhancer, IMAGES, None))) == count


@pytest.mark.parametrize(
    ('names', 'message'),
    [
        (
            ('brightness',),
            "objective.extra_terms.mine: it takes 'brightness', which is no name in "
            'ObjectiveInputs and not given by the data set, which gives '
            'low, positive, negative, second',
        ),
        (('enhanced_third',), "it takes 'enhanced_third'"),
    ],
)
def test_names_that_nothing_has(monkeypatch, names, message):
    with pytest.raises(ValueError, match=message):
        take(monkeypatch, *names)


@pytest.mark.parametrize(
    ('names', 'network'),
    [
        (('scores',), 'segmentor'),
        (('low_style',), 'feature_extractor'),
        (('enhanced', 'enhanced_content'), 'feature_extractor'),
    ],
)
def test_networks_that_are_not_there(monkeypatch, names, network):
    with pytest.raises(
        ValueError,
        match=f'objective.extra_terms.mine needs objective.{network}; give it, or set mine=None',
    ):
        take(monkeypatch, *names)


def test_a_loss_says_what_it_takes_under_a_name_of_its_own():
    with pytest.raises(ValueError, match='objective.extra_terms.mine: Nothing does not say what'):
        SCLLLEObjective(extra_terms=dict(mine=dict(type='Nothing')))
    with pytest.raises(ValueError, match='objective.extra_terms.color_constancy: the paper has'):
        SCLLLEObjective(
            color_constancy=dict(type='mmscllle.ColorConstancyLoss'),
            extra_terms=dict(color_constancy=dict(type='SecondExposure')),
        )
