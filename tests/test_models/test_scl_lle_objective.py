from __future__ import annotations

import pytest
import torch

from mmscllle.models import SCLLLEObjective
from mmscllle.models.objective_inputs import ObjectiveInputs
from mmscllle.registry import MODELS

TERMS = {
    'loss_contrastive_brightness',
    'loss_contrastive_gram',
    'loss_feature_retention',
    'loss_semantic_cross_entropy',
    'loss_semantic_brightness',
    'loss_color_constancy',
    'loss_illumination_smoothness',
}
VOID = torch.full((2, 32, 40), 255)


@pytest.fixture
def objective(objective_config):
    return MODELS.build(objective_config)


def compute(objective, images, enhanced, curves, labels):
    return objective(ObjectiveInputs(objective, lambda low: (enhanced, curves), images, labels))


@pytest.fixture
def batch(inputs):
    """Images, enhanced image, curves and labels."""
    generator = torch.Generator().manual_seed(2)
    enhanced = torch.rand(2, 3, 32, 40, generator=generator).requires_grad_()
    curves = torch.rand(2, 24, 32, 40, generator=generator).requires_grad_()
    return inputs, enhanced, curves, torch.randint(4, (2, 32, 40), generator=generator)


def test_every_term_against_its_own_loss(objective, batch):
    images, enhanced, curves, labels = batch
    losses = compute(objective, *batch)
    features = objective.feature_extractor
    expected = dict(
        loss_contrastive_brightness=objective.contrastive_brightness(
            enhanced, images['positive'], images['negative']
        ),
        loss_contrastive_gram=objective.contrastive_gram(
            *map(features.style, (enhanced, images['positive'], images['negative']))
        ),
        loss_feature_retention=objective.feature_retention(
            features.content(images['low']), features.content(enhanced)
        ),
        loss_semantic_cross_entropy=objective.semantic_cross_entropy(
            objective.segmentor(enhanced), labels
        ),
        loss_semantic_brightness=objective.semantic_brightness(enhanced, labels),
        loss_color_constancy=objective.color_constancy(enhanced),
        loss_illumination_smoothness=objective.illumination_smoothness(curves),
    )
    assert set(losses) == TERMS
    for name, value in expected.items():
        torch.testing.assert_close(losses[name], value)
        assert value.requires_grad


@pytest.mark.parametrize('term', sorted(name[5:] for name in TERMS))
def test_a_term_can_be_left_out_or_be_the_only_one(objective_config, batch, term):
    without = MODELS.build({**objective_config, term: None})
    assert set(compute(without, *batch)) == TERMS - {f'loss_{term}'}
    networks = {name: objective_config[name] for name in ('feature_extractor', 'segmentor')}
    alone = SCLLLEObjective(**{term: objective_config[term]}, **networks)
    assert set(compute(alone, *batch)) == {f'loss_{term}'}


@pytest.mark.parametrize(
    'term, network',
    [
        ('contrastive_gram', 'feature_extractor'),
        ('feature_retention', 'feature_extractor'),
        ('semantic_cross_entropy', 'segmentor'),
    ],
)
def test_a_term_without_its_network(objective_config, term, network):
    with pytest.raises(
        ValueError,
        match=rf'objective.{term} needs objective.{network}; give it, '
        rf'or set {term}=None',
    ):
        SCLLLEObjective(**{term: objective_config[term]})


def test_vgg_passes(objective_config, batch, seeded_vgg):
    objective_config['feature_extractor'] = dict(
        type='mmscllle.VGG16Features', checkpoint=seeded_vgg
    )
    objective = MODELS.build(objective_config)
    layers = objective.feature_extractor.network
    shallow, deep = [], []
    layers[0].register_forward_hook(lambda _, given, out: shallow.append((given[0], out)))
    layers[-2].register_forward_hook(lambda _, given, out: deep.append(out))
    images, enhanced = batch[:2]
    losses = compute(objective, *batch)

    seen = [given for given, _ in shallow]
    assert len(seen) == 4
    for image in (enhanced, *images.values()):
        assert sum(torch.equal(image, given) for given in seen) == 1
    with_gradient = [given for given, out in shallow if out.grad_fn is not None]
    assert len(with_gradient) == 1 and torch.equal(with_gradient[0], enhanced)
    # The content layer is only needed of the enhanced and the low image.
    assert [out.grad_fn is not None for out in deep] == [True, False]
    for name in ('loss_contrastive_gram', 'loss_feature_retention'):
        assert losses[name].isfinite() and losses[name].requires_grad


def test_one_pass_through_the_segmentor(objective, batch):
    passes = []
    objective.segmentor.register_forward_hook(lambda *_: passes.append(1))
    compute(objective, *batch)
    assert len(passes) == 1


def test_cross_entropy_reaches_the_image_unless_detached(objective_config, batch):
    objective = MODELS.build(objective_config)
    assert compute(objective, *batch)['loss_semantic_cross_entropy'].requires_grad
    detached = MODELS.build({**objective_config, 'detach_before_segmentor': True})
    losses = compute(detached, *batch)
    assert not losses['loss_semantic_cross_entropy'].requires_grad
    assert losses['loss_semantic_brightness'].requires_grad
    torch.testing.assert_close(
        losses['loss_semantic_cross_entropy'],
        compute(objective, *batch)['loss_semantic_cross_entropy'].detach(),
    )


def test_pseudo_labels_are_the_segmentors_predictions(objective, batch):
    images, enhanced, curves, labels = batch
    predicted = objective.segmentor.predict(enhanced)
    assert len(predicted.unique()) > 1
    expected = compute(objective, images, enhanced, curves, predicted)
    losses = compute(objective, images, enhanced, curves, VOID)
    for name in TERMS:
        torch.testing.assert_close(losses[name], expected[name])
    assert losses['loss_semantic_brightness'] > 0


def test_only_images_without_any_label_get_pseudo_labels(objective, batch):
    images, enhanced, curves, _ = batch
    labels = VOID.clone()
    labels[1, 5, 5] = 3
    filled = ObjectiveInputs(objective, lambda low: (enhanced, curves), images, labels)['labels']
    assert torch.equal(filled[0], objective.segmentor.predict(enhanced)[0])
    assert torch.equal(filled[1], labels[1])
    assert filled.dtype == torch.int64 and (labels[0] == 255).all()


def test_without_pseudo_labels_an_unlabelled_image_counts_for_nothing(objective_config, batch):
    objective = MODELS.build({**objective_config, 'pseudo_labels': False})
    losses = compute(objective, *batch[:3], VOID)
    assert losses['loss_semantic_cross_entropy'] == losses['loss_semantic_brightness'] == 0


def test_a_teacher_without_a_judge(objective_config):
    alone = dict(objective_config, segmentor=None, semantic_cross_entropy=None)
    with pytest.raises(ValueError, match="pseudo_labels='teacher' needs objective.segmentor"):
        MODELS.build(dict(alone, pseudo_labels='teacher'))


def test_train_mode_reaches_the_networks_in_no_way(objective):
    objective.train()
    assert objective.training
    for network in (objective.segmentor, objective.feature_extractor):
        assert not network.training and not network.network.training
    assert not objective.state_dict() and not list(objective.parameters())


def test_confidence_is_a_probability(objective_config):
    with pytest.raises(ValueError, match='confidence must be a probability, .* got 90'):
        MODELS.build(dict(objective_config, pseudo_label_confidence=90))
