from __future__ import annotations

import numpy as np
import pytest
import torch
from mmcv.transforms import Compose

from mmscllle.datasets.transforms import PackTripletInputs, WithoutPseudoLabels
from mmscllle.models.objective_inputs import ObjectiveInputs
from mmscllle.models.pseudo_labels import label_by, label_by_teacher
from mmscllle.registry import MODELS

VOID = torch.full((2, 32, 40), 255)


def test_unsure_pixels_are_void():
    scores = torch.zeros(1, 4, 1, 2)
    # Probabilities of class 2: 0.5 and 0.75.
    scores[0, 2] = torch.tensor([3.0, 9.0]).log()
    assert label_by(scores, 0.6).tolist() == [[[255, 2]]]
    assert label_by(scores).tolist() == [[[2, 2]]]


def test_pixels_that_a_flip_changes_are_void():
    low = torch.zeros(1, 3, 1, 4)
    low[..., 3] = 1

    def left_is_one(image):
        """Class 1 where the image is bright, or at the left border, whatever the image shows."""
        scores = torch.zeros(1, 2, 1, 4)
        scores[:, 1] = image.mean(dim=1) * 4 - 2
        scores[:, 1, :, 0] = 2
        return scores

    labels = label_by_teacher(low, left_is_one)
    # The first pixel is 1 as it is and 0 in the flipped image; the last one is 1 in both.
    assert labels.tolist() == [[[255, 0, 0, 1]]]


def test_the_teacher_labels_images_of_the_objective(objective_config, inputs):
    objective = MODELS.build({**objective_config, 'pseudo_labels': 'teacher'})
    given = VOID.clone()
    given[1, 3, 3] = 2

    def brighten(image):
        return objective.segmentor(image.clamp(min=0.01).sqrt())

    def get(teacher):
        known = ObjectiveInputs(objective, lambda low: (low, None), inputs, given, teacher=teacher)
        return known['labels']

    expected = label_by_teacher(inputs['low'][:1], brighten)
    found = get(brighten)
    assert torch.equal(found[:1], expected) and torch.equal(found[1], given[1])
    assert len(found[0].unique()) > 1
    with pytest.raises(ValueError, match='needs averaged weights; add .*AveragedWeightsHook'):
        get(None)
    with pytest.raises(ValueError, match="must be True, False or 'teacher', got 'student'"):
        MODELS.build({**objective_config, 'pseudo_labels': 'student'})


def test_marked_images_stay_void(objective_config, inputs):
    objective = MODELS.build(objective_config)
    known = ObjectiveInputs(objective, lambda low: (low, None), inputs, VOID, [True, False])
    labels = known['labels']
    assert (labels[0] == 255).all() and not (labels[1] == 255).any()


def test_the_mark_comes_from_the_pipeline(build_model, inputs):
    model = build_model(
        contrastive_brightness=None,
        contrastive_gram=None,
        feature_retention=None,
        color_constancy=None,
        illumination_smoothness=None,
    )
    image = np.zeros((32, 40, 3), np.uint8)
    pipeline = Compose([WithoutPseudoLabels(), lambda results: dict(anchor=results)])
    pack = PackTripletInputs()
    marked = pack(pipeline(dict(img=image, img_path='a.png')))['data_samples']
    plain = pack(dict(anchor=dict(img=image, img_path='a.png')))['data_samples']
    losses = model.loss(inputs, [marked, marked])
    assert all(loss == 0 for loss in losses.values())
    assert all(loss > 0 for loss in model.loss(inputs, [marked, plain]).values())


def test_the_teacher_is_the_averaged_enhancer_seen_by_all_segmentors(
    build_model, segmentor_config, second_segmentor, inputs
):
    two = [segmentor_config, {**segmentor_config, 'checkpoint': second_segmentor[1]}]
    model, averaged = (
        build_model(segmentor=two, pseudo_labels='teacher', segmentor_choice='all')
        for _ in range(2)
    )
    with torch.no_grad():
        averaged.enhancer.e_conv7.bias.sub_(0.3)
    model.teach_by(averaged)
    low = inputs['low']
    brightened = averaged.enhancer(low)[0]
    shares = [each(brightened).softmax(dim=1) for each in model.objective.judges.all()]
    torch.testing.assert_close(model.teacher(low).softmax(dim=1), sum(shares) / 2)
    assert not torch.equal(brightened, model.enhancer(low)[0])
    assert all(loss > 0 for loss in model.loss(inputs, None).values())
    assert model.state_dict().keys() == averaged.state_dict().keys()
