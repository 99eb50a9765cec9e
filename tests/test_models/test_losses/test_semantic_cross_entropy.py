from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from mmscllle.models.losses import SemanticCrossEntropyLoss
from mmscllle.models.losses.semantic_cross_entropy import semantic_cross_entropy


def test_hand_value():
    logits = torch.tensor([[0.0, math.log(3)], [0.0, 0.0]]).view(1, 2, 1, 2)
    labels = torch.tensor([[[0, 1]]])
    # Probabilities of the true classes: 1/2 and 1/4.
    expected = (math.log(2) + math.log(4)) / 2
    assert SemanticCrossEntropyLoss()(logits, labels).item() == pytest.approx(expected)
    weighted = SemanticCrossEntropyLoss(loss_weight=3.0)
    assert weighted(logits, labels).item() == pytest.approx(3 * expected)


def test_against_a_loop_over_pixels():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3, 5, 4, 6)) * 3
    labels = rng.choice([0, 2, 4, 255], (3, 4, 6))
    expected = []
    for scores, truth in zip(logits, labels, strict=True):
        values = []
        for y, x in zip(*np.nonzero(truth != 255), strict=True):
            pixel = scores[:, y, x]
            values.append(np.log(np.exp(pixel).sum()) - pixel[truth[y, x]])
        expected.append(np.mean(values))
    logits, labels = torch.from_numpy(logits), torch.from_numpy(labels)
    np.testing.assert_allclose(semantic_cross_entropy(logits, labels), expected)
    np.testing.assert_allclose(SemanticCrossEntropyLoss()(logits, labels), np.mean(expected))


def test_class_weights_by_hand():
    logits = torch.tensor([[0.0, math.log(3)], [0.0, 0.0]]).view(1, 2, 1, 2)
    labels = torch.tensor([[[0, 1]]])
    expected = (3 * math.log(2) + 1 * math.log(4)) / (3 + 1)
    loss = SemanticCrossEntropyLoss(class_weight=[3.0, 1.0])
    assert loss(logits, labels).item() == pytest.approx(expected)
    assert not loss.state_dict()


def test_class_weights_leave_void_out_and_keep_images_apart():
    torch.manual_seed(0)
    logits = torch.randn(3, 4, 5, 6, dtype=torch.float64)
    labels = torch.randint(4, (3, 5, 6))
    labels[0, :2], labels[2] = 255, 255
    weight = [0.5, 1.0, 2.0, 4.0]
    found = SemanticCrossEntropyLoss(class_weight=weight)(logits, labels)
    # torch's own weighted mean is that of one image.
    expected = (
        sum(
            torch.nn.functional.cross_entropy(
                logits[i : i + 1],
                labels[i : i + 1],
                ignore_index=255,
                weight=torch.tensor(weight, dtype=torch.float64),
            )
            for i in (0, 1)
        )
        / 3
    )
    torch.testing.assert_close(found, expected)


def test_class_weights_of_another_number_of_classes():
    loss = SemanticCrossEntropyLoss(class_weight=[1.0, 2.0])
    with pytest.raises(ValueError, match='class_weight has 2 values for 3 classes'):
        loss(torch.randn(1, 3, 4, 5), torch.zeros(1, 4, 5).long())


def test_all_void_gives_zero_and_gradient_zero():
    logits = torch.randn(2, 5, 4, 6, requires_grad=True)
    loss = SemanticCrossEntropyLoss()(logits, torch.full((2, 4, 6), 255))
    loss.backward()
    assert loss.item() == 0
    assert not logits.grad.any()


def test_labels_with_a_channel_or_of_another_type():
    logits, labels = torch.randn(2, 5, 4, 6), torch.randint(5, (2, 4, 6))
    expected = SemanticCrossEntropyLoss()(logits, labels)
    torch.testing.assert_close(SemanticCrossEntropyLoss()(logits, labels[:, None]), expected)
    torch.testing.assert_close(SemanticCrossEntropyLoss()(logits, labels.byte()), expected)


def test_another_ignored_label():
    logits, labels = torch.randn(2, 5, 4, 6), torch.randint(1, 5, (2, 4, 6))
    labels[:, 0] = 0
    void = torch.where(labels == 0, torch.tensor(255), labels)
    torch.testing.assert_close(
        SemanticCrossEntropyLoss(ignore_index=0)(logits, labels),
        SemanticCrossEntropyLoss()(logits, void),
    )


@pytest.mark.parametrize('weight', [None, [1.0, 2.0, 3.0, 4.0, 5.0]])
def test_void_is_void_beside_another_ignored_label(weight):
    logits, labels = torch.randn(2, 5, 4, 6), torch.randint(5, (2, 4, 6))
    labels[:, 0] = 255
    torch.testing.assert_close(
        SemanticCrossEntropyLoss(ignore_index=0, class_weight=weight)(logits, labels),
        SemanticCrossEntropyLoss(class_weight=weight)(logits, labels.masked_fill(labels == 0, 255)),
    )


def test_labels_of_another_size():
    with pytest.raises(ValueError, match=r'labels of shape \(2, 4, 5\) do not fit logits of shape'):
        SemanticCrossEntropyLoss()(torch.randn(2, 5, 4, 6), torch.zeros(2, 4, 5).long())
