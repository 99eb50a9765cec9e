"""Which part of the chain learns, and from which losses."""

from __future__ import annotations

import copy

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch import nn

from mmscllle.models import EnhancedSegmentor
from mmscllle.models.enhancers import BilateralGridEnhancer
from mmscllle.models.frozen_segmentor import FrozenSegmentor
from mmscllle.models.segmentor_config import build_segmentor
from mmscllle.registry import MODELS

PARTS = ('enhancer', 'segmentor')
LEARNERS = dict(nothing=[], enhancer=['enhancer'], segmentor=['segmentor'], both=[*PARTS])
SEGMENTATION = {'segmentor.decode.loss_ce', 'segmentor.decode.acc_seg'}


def build(tiny_segmentor, **kwargs: object) -> EnhancedSegmentor:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = MODELS.build(
            dict(
                type='mmscllle.EnhancedSegmentor',
                enhancer=kwargs.pop('enhancer', dict(type='mmscllle.CurveEnhancer')),
                segmentor=tiny_segmentor[0],
                segmentor_checkpoint=tiny_segmentor[1],
                **kwargs,
            )
        )
        model.init_weights()
    return model


@pytest.fixture
def labelled(labelled):
    """As a pipeline packs them, with their sizes."""
    for sample in labelled:
        sample.set_metainfo(dict(img_shape=(32, 40), ori_shape=(32, 40)))
    return labelled


@pytest.fixture
def few_terms(segmentor_config) -> dict:
    return dict(
        type='mmscllle.SCLLLEObjective',
        contrastive_brightness=dict(type='mmscllle.ContrastiveLoss', loss_weight=10.0),
        color_constancy=dict(type='mmscllle.ColorConstancyLoss'),
        segmentor=segmentor_config,
    )


def changed(before: dict, after: dict) -> set[str]:
    return {name.split('.')[0] for name in before if not torch.equal(before[name], after[name])}


@pytest.mark.parametrize('learn', LEARNERS)
def test_parts_that_do_not_learn_stay_in_eval_mode(tiny_segmentor, learn):
    model = build(tiny_segmentor, learn=learn)
    for _ in range(2):
        for part in PARTS:
            module, learns = getattr(model, part), part in LEARNERS[learn]
            # All of them where nothing is trained, which `loss` refuses.
            assert {p.requires_grad for p in module.parameters()} == {learns or learn == 'nothing'}
            assert {m.training for m in module.modules()} == {learns}
        model.eval()
        assert not any(m.training for m in model.modules())
        model.train()


@pytest.mark.parametrize('learn', LEARNERS)
def test_what_is_frozen_in_the_segmentor_stays_so(tiny_segmentor, learn, monkeypatch):
    def freeze(config: object, key: str) -> nn.Module:
        network = build_segmentor(config, key)
        network.backbone.requires_grad_(False)
        return network

    monkeypatch.setattr('mmscllle.models.enhanced_segmentor_parts.build_segmentor', freeze)
    segmentor = build(tiny_segmentor, learn=learn).segmentor
    assert not any(p.requires_grad for p in segmentor.backbone.parameters())
    learns = 'segmentor' in LEARNERS[learn] or learn == 'nothing'
    assert {p.requires_grad for p in segmentor.decode_head.parameters()} == {learns}


@pytest.mark.parametrize('learn', LEARNERS)
def test_the_network_for_dusk_learns_with_the_segmentor_alone(tiny_segmentor, tmp_path, learn):
    small = dict(channels=(8, 8), knots=5)
    torch.save(BilateralGridEnhancer(**small).state_dict(), tmp_path / 'dusk.pth')
    enhancer = dict(type='mmscllle.DuskNightEnhancer', dusk_weights=str(tmp_path / 'dusk.pth'))
    dusk = build(tiny_segmentor, learn=learn, enhancer={**enhancer, **small}).enhancer.added_dusk
    assert {p.requires_grad for p in dusk.parameters()} == {learn == 'both'}


@pytest.mark.parametrize('learn', ['enhancer', 'segmentor', 'both'])
def test_a_step_changes_what_learns_statistics_included(tiny_segmentor, inputs, labelled, learn):
    model = build(tiny_segmentor, learn=learn)
    optimizer = build_optim_wrapper(model, dict(optimizer=dict(type='Adam', lr=1e-3)))
    before = copy.deepcopy(model.state_dict())
    images = [(image * 255).byte() for image in inputs['low']]
    losses = model.train_step(dict(inputs=images, data_samples=labelled), optimizer)
    assert losses['loss'].isfinite()
    assert changed(before, model.state_dict()) == set(LEARNERS[learn])
    statistics = [name for name in before if 'running_' in name]
    moved = [not torch.equal(before[name], model.state_dict()[name]) for name in statistics]
    assert statistics and set(moved) == {'segmentor' in LEARNERS[learn]}


def test_norm_eval_keeps_the_statistics_and_trains_the_weights(tiny_segmentor, inputs, labelled):
    model = build(tiny_segmentor, learn='both', norm_eval=True)
    assert model.segmentor.decode_head.training
    optimizer = build_optim_wrapper(model, dict(optimizer=dict(type='Adam', lr=1e-3)))
    before = copy.deepcopy(model.state_dict())
    images = [(image * 255).byte() for image in inputs['low']]
    model.train_step(dict(inputs=images, data_samples=labelled), optimizer)
    after = model.state_dict()
    statistics = [name for name in before if 'running_' in name or 'num_batches' in name]
    assert statistics and all(torch.equal(before[name], after[name]) for name in statistics)
    norms = [name[: -len('running_mean')] + 'weight' for name in before if 'running_mean' in name]
    assert norms and not any(torch.equal(before[name], after[name]) for name in norms)


def test_nothing_cannot_be_trained(tiny_segmentor, inputs, labelled):
    with pytest.raises(ValueError, match="model.learn is 'nothing': there is nothing to train"):
        build(tiny_segmentor).loss(inputs['low'], labelled)


def test_unknown_learner(tiny_segmentor):
    with pytest.raises(ValueError, match=r"model.learn must be one of \['both', .*, got 'all'"):
        build(tiny_segmentor, learn='all')


def test_each_part_has_a_rate_of_its_own(tiny_segmentor):
    model = build(tiny_segmentor, learn='both')
    keys = dict(enhancer=dict(lr_mult=2.0), segmentor=dict(lr_mult=0.1))
    wrapper = build_optim_wrapper(
        model, dict(optimizer=dict(type='SGD', lr=1.0), paramwise_cfg=dict(custom_keys=keys))
    )
    rates = {
        id(parameter): group['lr']
        for group in wrapper.optimizer.param_groups
        for parameter in group['params']
    }
    for part, rate in (('enhancer', 2.0), ('segmentor', 0.1)):
        found = [rates[id(parameter)] for parameter in getattr(model, part).parameters()]
        assert found == pytest.approx([rate] * len(found))


def test_losses_are_those_of_the_segmentor_on_the_enhanced_image(tiny_segmentor, inputs, labelled):
    model = build(tiny_segmentor, learn='enhancer')
    losses = model.loss(inputs['low'], copy.deepcopy(labelled))
    assert set(losses) == SEGMENTATION
    enhanced, _ = model.enhancer(inputs['low'])
    network = model.segmentor
    mean, std = network.data_preprocessor.mean, network.data_preprocessor.std
    expected = network.loss((enhanced * 255 - mean) / std, labelled)
    torch.testing.assert_close(losses['segmentor.decode.loss_ce'], expected['decode.loss_ce'])


def test_terms_of_the_objective_are_added(tiny_segmentor, few_terms, inputs, labelled):
    model = build(tiny_segmentor, learn='both', objective=few_terms)
    losses = model.loss(inputs, labelled)
    terms = {'loss_contrastive_brightness', 'loss_color_constancy'}
    assert set(losses) == SEGMENTATION | terms
    total, logged = model.parse_losses(losses)
    parts = [value for name, value in losses.items() if 'loss' in name]
    assert len(parts) == 3
    torch.testing.assert_close(total, sum(parts))
    total.backward()
    assert all(p.grad is not None for p in model.enhancer.parameters())
    assert all(p.grad is not None for p in model.segmentor.decode_head.parameters())


def test_every_term_of_the_paper(tiny_segmentor, objective_config, inputs, labelled):
    model = build(tiny_segmentor, learn='both', objective=objective_config)
    losses = model.loss(inputs, labelled)
    assert len(losses) == 2 + 7
    assert not any(name.startswith('objective') for name in model.state_dict())


def test_images_without_labels_get_those_of_the_objectives_segmentor(
    tiny_segmentor, few_terms, inputs, labelled
):
    model = build(tiny_segmentor, learn='enhancer', objective=few_terms)
    del labelled[1].gt_sem_seg
    enhanced, _ = model.enhancer(inputs['low'])
    pseudo = model.objective.segmentor.predict(enhanced)[1:]
    filled = copy.deepcopy(labelled)
    filled[1].gt_sem_seg = PixelData(data=pseudo)
    name = 'segmentor.decode.loss_ce'
    torch.testing.assert_close(model.loss(inputs, labelled)[name], model.loss(inputs, filled)[name])


@pytest.mark.parametrize(
    ('missing', 'cross_entropy', 'passes'),
    [
        ((), False, []),
        ((1,), False, [(1, False)]),
        ((0, 1), False, [(2, False)]),
        ((), True, [(2, True)]),
        ((1,), True, [(2, True)]),
    ],
)
def test_no_pass_of_the_fixed_segmentor_that_nobody_uses(
    tiny_segmentor, few_terms, inputs, labelled, missing, cross_entropy, passes
):
    few_terms['semantic_brightness'] = dict(type='mmscllle.SemanticBrightnessConsistencyLoss')
    if cross_entropy:
        few_terms['semantic_cross_entropy'] = dict(type='mmscllle.SemanticCrossEntropyLoss')
    model = build(tiny_segmentor, learn='both', objective=few_terms)
    found = []
    model.objective.segmentor.register_forward_hook(
        lambda _, images, scores: found.append((len(images[0]), scores.requires_grad))
    )
    for index in missing:
        del labelled[index].gt_sem_seg
    model.loss(inputs, labelled)
    assert found == passes


def test_contrastive_terms_need_triplets(tiny_segmentor, few_terms, inputs, labelled):
    model = build(tiny_segmentor, learn='both', objective=few_terms)
    with pytest.raises(ValueError, match="contrastive_brightness: it takes 'positive', which"):
        model.loss(inputs['low'], labelled)


def test_unequal_sizes_with_an_objective(tiny_segmentor, few_terms, labelled):
    model = build(tiny_segmentor, learn='both', objective=few_terms)
    images = [torch.rand(3, 32, 40), torch.rand(3, 40, 32)]
    with pytest.raises(ValueError, match='model.objective needs training images of one size'):
        model.loss(images, labelled)


def test_training_pads_to_the_size_of_the_segmentor(tiny_segmentor, inputs, labelled):
    model = build(tiny_segmentor, learn='both')
    model.segmentor.data_preprocessor.size = (48, 64)
    model.segmentor.data_preprocessor.size_divisor = None
    batch = model.prepare(inputs['low'], labelled, training=True)
    assert batch['inputs'].shape == (2, 3, 48, 64)
    labels = torch.stack([sample.gt_sem_seg.data for sample in batch['data_samples']])
    assert (labels[:, :, 32:] == 255).all() and (labels[..., 40:] == 255).all()
    assert set(model.loss(inputs['low'], labelled)) == SEGMENTATION


def test_synchronised_batch_norm_becomes_plain_without_a_gpu(tiny_segmentor):
    kinds = {type(module) for module in build(tiny_segmentor).modules()}
    assert (nn.SyncBatchNorm in kinds) == torch.cuda.is_available()


def test_unlabelled_images_need_an_objective(tiny_segmentor, inputs):
    samples = [SegDataSample(metainfo=dict(img_path=f'{i}.png')) for i in range(2)]
    with pytest.raises(ValueError, match=r"no labels for \['0.png', '1.png'\]: .*objective"):
        build(tiny_segmentor, learn='both').loss(inputs['low'], samples)


@pytest.mark.parametrize('change', [dict(pseudo_labels=False), dict(segmentor=None)])
def test_unlabelled_images_need_a_judge(tiny_segmentor, few_terms, inputs, labelled, change):
    """A void label map would train on nothing."""
    model = build(tiny_segmentor, learn='both', objective={**few_terms, **change})
    losses = model.loss(inputs, labelled)
    assert losses['segmentor.decode.loss_ce'] > 0
    del labelled[1].gt_sem_seg
    labelled[1].set_metainfo(dict(img_path='1.png'))
    with pytest.raises(ValueError, match=r"no labels for \['1.png'\]: .*segmentor and pseudo_l"):
        model.loss(inputs, labelled)
    labelled[1].set_metainfo(dict(pseudo_labels=False))
    model.loss(inputs, labelled)
    assert (labelled[1].gt_sem_seg.data == 255).all()


def test_an_objective_without_a_segmentor_of_its_own_is_judged_by_a_copy(tiny_segmentor):
    objective = dict(
        type='mmscllle.SCLLLEObjective',
        color_constancy=dict(type='mmscllle.ColorConstancyLoss'),
        segmentor=dict(type='mmscllle.FrozenSegmentor', num_classes=4),
    )
    model = build(tiny_segmentor, learn='both', objective=objective)
    images = torch.rand(1, 3, 32, 40)
    expected = FrozenSegmentor(*tiny_segmentor)(images)
    with torch.no_grad():
        for parameter in model.segmentor.parameters():
            parameter.add_(0.1)
    torch.testing.assert_close(model.objective.segmentor(images), expected)
    with pytest.raises(ValueError, match='copy of model.segmentor, whose weights are missing'):
        build((tiny_segmentor[0], None), learn='both', objective=objective)


def test_the_averaged_chain_labels_what_has_no_labels(tiny_segmentor, few_terms, inputs, labelled):
    """Labels are what the averaged chain sees in both views, and marked images stay void."""
    terms = {**few_terms, 'pseudo_labels': 'teacher'}
    model, averaged = (build(tiny_segmentor, learn='both', objective=terms) for _ in range(2))
    with torch.no_grad():
        averaged.enhancer.e_conv7.bias.sub_(0.3)
    marked = SegDataSample(metainfo=dict(img_shape=(32, 40), ori_shape=(32, 40)))
    marked.set_metainfo(dict(pseudo_labels=False))
    unlabelled = SegDataSample(metainfo=dict(img_shape=(32, 40), ori_shape=(32, 40)))
    with pytest.raises(ValueError, match='needs averaged weights; add .*AveragedWeightsHook'):
        model.loss(inputs, [unlabelled, marked])
    model.teach_by(averaged)
    model.loss(inputs, [unlabelled, marked])
    low = inputs['low'][:1]
    seen = [averaged.predict(view)[0].pred_sem_seg.data for view in (low, low.flip(3))]
    agreed = seen[0] == seen[1].flip(2)
    found = unlabelled.gt_sem_seg.data
    assert torch.equal(found[agreed], seen[0][agreed]) and (found[~agreed] == 255).all()
    assert agreed.any() and (marked.gt_sem_seg.data == 255).all()
