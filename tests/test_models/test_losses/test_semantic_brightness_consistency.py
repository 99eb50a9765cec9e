from __future__ import annotations

import numpy as np
import pytest
import torch

from mmscllle.models.losses import SemanticBrightnessConsistencyLoss
from mmscllle.models.losses.semantic_brightness_consistency import semantic_brightness_consistency

BRIGHTNESS = torch.tensor([[0.1, 0.3], [0.5, 0.9]])
IMAGE = torch.stack((BRIGHTNESS - 0.1, BRIGHTNESS, BRIGHTNESS + 0.1))[None]
LABELS = torch.tensor([[[0, 0], [7, 7]]])


def by_class_loop(image: np.ndarray, labels: np.ndarray) -> float:
    """The paper's term of one image, class by class."""
    brightness = image.mean(axis=0)
    total = 0.0
    for q in set(labels[labels != 255]):
        mine = brightness[labels == q]
        total += np.square(mine - mine.mean()).sum() / brightness.size
    return total


def as_released(images: np.ndarray, labels: np.ndarray) -> float:
    """The released code's term of a batch: masks (N, H, W) broadcast against (N, 1, H, W)."""
    brightness = images.mean(axis=1, keepdims=True)
    total = 0.0
    for q in range(35):
        mine = brightness * (labels == q)
        deviation = mine[mine != 0] - mine.mean()
        total += np.square(deviation).sum() / mine.size
    return total


def random_batch(n: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    images = rng.random((n, 3, 6, 5))
    images[0, :, :2, :2] = 0
    labels = rng.choice([0, 1, 3, 34, 255], (n, 6, 5))
    return torch.from_numpy(images), torch.from_numpy(labels)


def test_hand_value():
    # Class 0: mean 0.2, class 7: mean 0.7.
    expected = (2 * 0.1**2 + 2 * 0.2**2) / 4
    assert SemanticBrightnessConsistencyLoss()(IMAGE, LABELS).item() == pytest.approx(expected)
    weighted = SemanticBrightnessConsistencyLoss(loss_weight=2.0)
    assert weighted(IMAGE, LABELS).item() == pytest.approx(2 * expected)


def test_hand_value_of_the_reference_form():
    # Centres are sums over all four pixels: 0.4 / 4 and 1.4 / 4.
    expected = (0 + 0.2**2 + 0.15**2 + 0.55**2) / 4
    loss = SemanticBrightnessConsistencyLoss(reference_form=True)
    assert loss(IMAGE, LABELS).item() == pytest.approx(expected)


def test_void_pixels_count_in_the_area_alone():
    labels = torch.tensor([[[0, 255], [0, 255]]])
    expected = 2 * 0.2**2 / 4
    assert SemanticBrightnessConsistencyLoss()(IMAGE, labels).item() == pytest.approx(expected)


def test_void_is_void_beside_another_ignored_label():
    labels = torch.tensor([[[0, 255], [7, 255]]])
    loss = SemanticBrightnessConsistencyLoss(ignore_index=0)
    assert loss(IMAGE, labels) == 0
    labels[0, 0, 0] = 7
    # Of 0.1 and 0.5.
    assert loss(IMAGE, labels).item() == pytest.approx(2 * 0.2**2 / 4)


def test_against_a_loop_over_classes():
    images, labels = random_batch(3)
    expected = [by_class_loop(*pair) for pair in zip(images.numpy(), labels.numpy(), strict=True)]
    np.testing.assert_allclose(semantic_brightness_consistency(images, labels), expected)


def test_reference_form_against_the_released_code():
    images, labels = random_batch(3)
    expected = [as_released(images[n : n + 1].numpy(), labels[n : n + 1].numpy()) for n in range(3)]
    np.testing.assert_allclose(
        semantic_brightness_consistency(images, labels, reference_form=True), expected
    )


@pytest.mark.parametrize('n', [1, 2, 3])
def test_batch_mixing_against_the_released_code(n):
    images, labels = random_batch(n)
    loss = SemanticBrightnessConsistencyLoss(reference_form=True, mix_batch=True)
    np.testing.assert_allclose(loss(images, labels), as_released(images.numpy(), labels.numpy()))


def test_batch_mixing_differs_from_the_mean_over_images():
    images, labels = random_batch(2)
    images[1] *= 0.2
    mixed = SemanticBrightnessConsistencyLoss(reference_form=True, mix_batch=True)
    apart = SemanticBrightnessConsistencyLoss(reference_form=True)
    assert abs(mixed(images, labels) / apart(images, labels) - 1) > 1e-3


def test_one_brightness_a_class_is_the_minimum():
    image = (
        torch.where(LABELS == 0, torch.tensor(0.2), torch.tensor(0.8))[:, None]
        .repeat(1, 3, 1, 1)
        .requires_grad_()
    )
    loss = SemanticBrightnessConsistencyLoss()(image, LABELS)
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-12)
    torch.testing.assert_close(image.grad, torch.zeros_like(image))
    reference = SemanticBrightnessConsistencyLoss(reference_form=True)
    assert reference(image, LABELS).item() > 0.05


def test_only_the_reference_form_changes_with_brightness():
    ours, reference = (
        SemanticBrightnessConsistencyLoss(reference_form=form) for form in (False, True)
    )
    brighter = IMAGE + 0.1
    assert ours(brighter, LABELS).item() == pytest.approx(ours(IMAGE, LABELS).item(), rel=1e-4)
    assert reference(brighter, LABELS) > reference(IMAGE, LABELS) * 1.1


def test_reference_form_holds_the_centre_constant():
    image = IMAGE.double().requires_grad_()
    SemanticBrightnessConsistencyLoss(reference_form=True)(image, LABELS).backward()
    centre = torch.tensor([[0.1, 0.1], [0.35, 0.35]], dtype=torch.float64)
    expected = 2 * (BRIGHTNESS.double() - centre) / 4 / 3
    torch.testing.assert_close(image.grad[0], expected.expand(3, 2, 2), rtol=1e-5, atol=1e-7)


def test_reference_form_drops_exact_zeros():
    image = IMAGE.clone()
    image[:, :, 0, 0] = 0
    # Class 0 keeps one pixel of 0.3, centre 0.3 / 4.
    expected = ((0.3 - 0.075) ** 2 + 0.15**2 + 0.55**2) / 4
    loss = SemanticBrightnessConsistencyLoss(reference_form=True)
    assert loss(image, LABELS).item() == pytest.approx(expected)


@pytest.mark.parametrize(
    'kwargs', [{}, dict(reference_form=True), dict(reference_form=True, mix_batch=True)]
)
def test_all_void_gives_zero_and_gradient_zero(kwargs):
    image = torch.rand(2, 3, 4, 4, requires_grad=True)
    loss = SemanticBrightnessConsistencyLoss(**kwargs)(image, torch.full((2, 4, 4), 255))
    loss.backward()
    assert loss.item() == 0
    assert not image.grad.any()


@pytest.mark.parametrize(
    'kwargs', [{}, dict(reference_form=True), dict(reference_form=True, mix_batch=True)]
)
@pytest.mark.parametrize('dtype', [torch.uint8, torch.int32, torch.int64])
def test_labels_of_any_integer_type_with_or_without_a_channel(kwargs, dtype):
    images, labels = random_batch(2)
    loss = SemanticBrightnessConsistencyLoss(**kwargs)
    expected = loss(images, labels)
    torch.testing.assert_close(loss(images, labels.to(dtype)), expected)
    torch.testing.assert_close(loss(images, labels[:, None].to(dtype)), expected)


@pytest.mark.parametrize('ignored', [0, -1, 3])
def test_another_ignored_label(ignored):
    images, labels = random_batch(2)
    loss = SemanticBrightnessConsistencyLoss()
    labels[labels == ignored] = 17
    renamed = torch.where(labels == 255, torch.full_like(labels, ignored), labels)
    other = SemanticBrightnessConsistencyLoss(ignore_index=ignored)
    torch.testing.assert_close(other(images, renamed), loss(images, labels))


def test_names_of_classes_do_not_matter():
    images, labels = random_batch(2)
    renamed = labels.clone()
    renamed[labels == 0], renamed[labels == 1] = 200, 12
    loss = SemanticBrightnessConsistencyLoss()
    torch.testing.assert_close(loss(images, renamed), loss(images, labels))


@pytest.mark.parametrize('mix_batch', [False, True])
def test_labels_of_another_size(mix_batch):
    loss = SemanticBrightnessConsistencyLoss(mix_batch=mix_batch)
    with pytest.raises(ValueError, match='labels of shape .* do not fit'):
        loss(torch.rand(2, 3, 4, 4), torch.zeros(2, 4, 5, dtype=torch.long))
