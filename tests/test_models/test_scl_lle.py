from __future__ import annotations

import pytest
import torch
from mmengine.optim import OptimWrapper
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmscllle.models.scl_lle import stack_labels
from mmscllle.registry import MODELS


def gradients(model, inputs, samples) -> torch.Tensor:
    """Gradient of the sum of all losses for every parameter of the enhancer, as one vector."""
    model.zero_grad()
    sum(model(inputs, samples, mode='loss').values()).backward()
    return torch.cat([p.grad.flatten() for p in model.enhancer.parameters()])


def test_loss_mode_logs_seven_terms(build_model, inputs, labelled):
    losses = build_model()(inputs, labelled, mode='loss')
    assert len(losses) == 7 and all(name.startswith('loss_') for name in losses)
    assert all(value.dim() == 0 and value.isfinite() for value in losses.values())


def test_labels_come_from_the_samples(build_model, inputs, labelled):
    model = build_model()
    labels = torch.cat([sample.gt_sem_seg.data for sample in labelled])
    losses = model(inputs, labelled, mode='loss')
    enhanced = model(inputs)[0]
    torch.testing.assert_close(
        losses['loss_semantic_brightness'], model.objective.semantic_brightness(enhanced, labels)
    )
    torch.testing.assert_close(
        losses['loss_semantic_cross_entropy'],
        model.objective.semantic_cross_entropy(model.segmentor(enhanced), labels),
    )


@pytest.mark.parametrize(
    'samples', [None, [SegDataSample(), SegDataSample()]], ids=['no samples', 'no labels']
)
def test_images_without_labels_get_the_segmentors(build_model, inputs, samples):
    model = build_model()
    predicted = model.segmentor.predict(model(inputs)[0])
    pseudo = [SegDataSample(gt_sem_seg=PixelData(data=labels[None])) for labels in predicted]
    expected = model(inputs, pseudo, mode='loss')
    losses = model(inputs, samples, mode='loss')
    for name, value in losses.items():
        torch.testing.assert_close(value, expected[name])


def test_labels_of_a_mixed_batch(labelled):
    labels = stack_labels([labelled[0], SegDataSample()], (32, 40), torch.device('cpu'))
    assert labels.dtype == torch.int64
    assert torch.equal(labels[0], labelled[0].gt_sem_seg.data[0])
    assert (labels[1] == 255).all()


def test_cross_entropy_trains_the_enhancer_by_default(build_model, inputs, labelled):
    without = gradients(build_model(semantic_cross_entropy=None), inputs, labelled)
    default = gradients(build_model(), inputs, labelled)
    assert (default - without).norm() > 1e-3 * without.norm()
    only = dict(
        contrastive_brightness=None,
        contrastive_gram=None,
        semantic_brightness=None,
        feature_retention=None,
        color_constancy=None,
        illumination_smoothness=None,
    )
    assert gradients(build_model(**only), inputs, labelled).norm() > 0


def test_cross_entropy_teaches_nothing_when_detached(build_model, inputs, labelled):
    without = gradients(build_model(semantic_cross_entropy=None), inputs, labelled)
    model = build_model(detach_before_segmentor=True)
    assert torch.equal(gradients(model, inputs, labelled), without)
    assert model(inputs, labelled, mode='loss')['loss_semantic_cross_entropy'] > 0


@pytest.mark.parametrize('value', [0.0, 0.5, 1.0], ids=['black', 'grey', 'white'])
def test_flat_images_give_finite_gradients(build_model, value):
    flat = torch.full((2, 3, 32, 40), value)
    model = build_model()
    assert gradients(model, dict(low=flat, positive=flat, negative=flat), None).isfinite().all()


def test_bfloat16_autocast(build_model, inputs, labelled):
    model = build_model()
    exact = model(inputs, labelled, mode='loss')
    with torch.autocast('cpu', dtype=torch.bfloat16):
        losses = model(inputs, labelled, mode='loss')
        sum(losses.values()).backward()
    for name, value in losses.items():
        assert value.dtype == torch.float32
        assert value.item() == pytest.approx(exact[name].item(), rel=0.1, abs=0.02)
    assert all(p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize('given', [torch.rand(2, 3, 32, 40), {}], ids=['tensor', 'empty'])
def test_training_needs_images_by_name(build_model, given):
    with pytest.raises(ValueError, match='low, positive and negative .* UnpairedLowLightDataset'):
        build_model().loss(given, None)


def test_training_needs_what_the_terms_take(build_model, inputs):
    del inputs['negative']
    with pytest.raises(
        ValueError,
        match="objective.contrastive_brightness: it takes 'negative', "
        'which is .* the data set, which gives low, positive; take another, as an '
        'UnpairedLowLightDataset, or set the term to None',
    ):
        build_model().loss(inputs, None)


def test_training_needs_an_objective(build_model, inputs):
    model = build_model(objective=False)
    assert model.segmentor is None
    with pytest.raises(ValueError, match='model.objective is None'):
        model(inputs, mode='loss')


def test_tensor_mode(build_model, inputs):
    model = build_model()
    enhanced, curves = model(inputs)
    assert enhanced.shape == (2, 3, 32, 40) and curves.shape == (2, 24, 32, 40)
    torch.testing.assert_close(model(inputs['low'], mode='tensor')[0], enhanced)
    torch.testing.assert_close(model.enhancer(inputs['low'])[1], curves)


def test_predict_mode(build_model, inputs, labelled):
    model = build_model()
    samples = [labelled[0], SegDataSample(metainfo=dict(img_path='dark.png'))]
    with torch.no_grad():
        found = model(inputs['low'], samples, mode='predict')
        expected = model(inputs)[0]
    assert found[1].img_path == 'dark.png'
    for sample, image in zip(found, expected, strict=True):
        assert sample.enhanced.data.shape == (3, 32, 40)
        assert sample.enhanced.data.dtype == torch.float32
        torch.testing.assert_close(sample.enhanced.data, image)
    # The segmentor's view is of use where there is a ground truth to compare it with.
    assert torch.equal(found[0].pred_sem_seg.data, model.segmentor.predict(expected[:1]))
    assert 'pred_sem_seg' not in found[1]


def test_predict_images_of_unequal_sizes(build_model):
    model = build_model()
    images = [torch.rand(3, 32, 40), torch.rand(3, 33, 47)]
    with torch.no_grad():
        found = model(images, mode='predict')
        for sample, image in zip(found, images, strict=True):
            torch.testing.assert_close(sample.enhanced.data, model.enhancer(image[None])[0][0])


def test_predictions_are_in_0_1_as_those_of_engines(build_model, monkeypatch):
    model = build_model()
    wild = torch.tensor([-1.0, 0.5, 3.0, torch.nan]).expand(1, 3, 32, 4)
    monkeypatch.setattr(model.enhancer, 'forward', lambda image: (wild, wild))
    given = [SegDataSample(gt_sem_seg=PixelData(data=torch.zeros(1, 32, 4)))]
    for images in (torch.zeros(1, 3, 32, 4), [torch.zeros(3, 32, 4)]):
        (sample,) = model(images, given, mode='predict')
        expected = torch.tensor([0, 0.5, 1, torch.nan]).expand(3, 32, 4)
        torch.testing.assert_close(sample.enhanced.data, expected, equal_nan=True)
        seen = model.segmentor.predict(expected[None])
        assert torch.equal(sample.pred_sem_seg.data, seen)
    assert torch.equal(model(torch.zeros(1, 3, 32, 4))[0][..., 2], wild[..., 2])


def test_predict_without_an_objective(build_model, inputs, labelled):
    found = build_model(objective=False)(inputs['low'], labelled, mode='predict')
    assert 'enhanced' in found[0] and 'pred_sem_seg' not in found[0]


def test_unknown_mode(build_model, inputs):
    with pytest.raises(ValueError, match="'loss', 'predict' or 'tensor', got 'train'"):
        build_model()(inputs, mode='train')


def test_train_step_and_test_step_take_files_as_they_are_loaded(build_model, labelled):
    model = build_model()
    loaded = {
        name: [torch.randint(256, (3, 32, 40), dtype=torch.uint8) for _ in range(2)]
        for name in ('low', 'positive', 'negative')
    }
    optimizer = OptimWrapper(
        torch.optim.Adam(model.parameters(), lr=1e-4), clip_grad=dict(max_norm=0.1)
    )
    before = [p.clone() for p in model.parameters()]
    logged = model.train_step(dict(inputs=loaded, data_samples=labelled), optimizer)
    assert logged['loss'].item() == pytest.approx(
        sum(value.item() for name, value in logged.items() if name != 'loss'), rel=1e-5
    )
    assert not any(torch.equal(p, old) for p, old in zip(model.parameters(), before, strict=True))
    unequal = [torch.zeros(3, 8, 9, dtype=torch.uint8), torch.zeros(3, 9, 8, dtype=torch.uint8)]
    found = model.test_step(dict(inputs=unequal, data_samples=[SegDataSample() for _ in unequal]))
    assert [sample.enhanced.shape for sample in found] == [(8, 9), (9, 8)]


def test_gradient_accumulation(build_model, labelled):
    model = build_model()
    loaded = {
        name: torch.randint(256, (2, 3, 32, 40), dtype=torch.uint8)
        for name in ('low', 'positive', 'negative')
    }
    optimizer = OptimWrapper(torch.optim.SGD(model.parameters(), lr=1.0), accumulative_counts=2)
    optimizer.initialize_count_status(model, 0, 2)
    before = model.enhancer.e_conv1.weight.clone()
    expected = []
    for step in range(2):
        twin = build_model()
        sum(
            twin.loss(model.data_preprocessor(dict(inputs=loaded))['inputs'], labelled).values()
        ).backward()
        expected.append(twin.enhancer.e_conv1.weight.grad)
        model.train_step(dict(inputs=loaded, data_samples=labelled), optimizer)
        assert torch.equal(model.enhancer.e_conv1.weight, before) == (step == 0)
        loaded = {name: 255 - image for name, image in loaded.items()}
    torch.testing.assert_close(
        before - model.enhancer.e_conv1.weight, sum(expected) / 2, rtol=1e-3, atol=1e-5
    )


def test_data_preprocessor_can_be_replaced():
    model = MODELS.build(
        dict(
            type='mmscllle.SCLLLE',
            enhancer=dict(type='mmscllle.CurveEnhancer'),
            data_preprocessor=dict(type='mmscllle.EnhanceDataPreprocessor', bgr_to_rgb=False),
        )
    )
    assert not model.data_preprocessor.bgr_to_rgb


def test_training_for_the_fast_mode_adds_a_term(build_model, inputs, labelled):
    model = build_model(
        extra_terms=dict(
            fast_consistency=dict(type='mmscllle.FastConsistencyLoss', loss_weight=3.0)
        )
    )
    losses, expected = (each(inputs, labelled, mode='loss') for each in (model, build_model()))
    difference = model.enhancer(inputs['low'])[0] - model.enhancer.forward_fast(inputs['low'])[0]
    assert difference.abs().max() > 1e-6
    torch.testing.assert_close(losses.pop('loss_fast_consistency'), 3 * difference.square().mean())
    torch.testing.assert_close(losses, expected)
