"""What holds for all losses alike."""

from __future__ import annotations

import pytest
import torch
from torch.autograd import gradcheck

from mmscllle.models.losses import (
    ColorConstancyLoss,
    ContrastiveLoss,
    FeatureRetentionLoss,
    IlluminationSmoothnessLoss,
    SemanticBrightnessConsistencyLoss,
    SemanticCrossEntropyLoss,
)


class Case:
    """A loss as a function of (x, other, another image, labels), x being what is learned."""

    def __init__(self, loss, call):
        self.loss, self.call = loss, call

    def __call__(self, x, a, b, labels):
        return self.call(self.loss, x, a, b, labels)


def triplet(loss, x, a, b, labels):
    return loss(x, a, b)


def triplet_of_features(loss, x, a, b, labels):
    return loss([x, x[..., ::2, ::2]], [a, a[..., ::2, ::2]], [b, b[..., ::2, ::2]])


def labelled(loss, x, a, b, labels):
    return loss(x, labels)


def alone(loss, x, a, b, labels):
    return loss(x)


# Margins of 1 keep the hinges open.
OURS = dict(
    brightness=Case(ContrastiveLoss('brightness', 1.0), triplet),
    gram=Case(ContrastiveLoss('gram', 1.0), triplet_of_features),
    semantic_brightness=Case(SemanticBrightnessConsistencyLoss(), labelled),
    cross_entropy=Case(SemanticCrossEntropyLoss(), labelled),
    retention=Case(FeatureRetentionLoss(), lambda loss, x, a, b, labels: loss(a, x)),
    color=Case(ColorConstancyLoss(), alone),
    smoothness=Case(IlluminationSmoothnessLoss(), alone),
)
REFERENCE = dict(
    brightness_reference=Case(ContrastiveLoss('brightness', 1.0, reference_form=True), triplet),
    gram_reference=Case(ContrastiveLoss('gram', 1.0, reference_form=True), triplet_of_features),
    semantic_brightness_reference=Case(
        SemanticBrightnessConsistencyLoss(reference_form=True), labelled
    ),
    semantic_brightness_mixed=Case(
        SemanticBrightnessConsistencyLoss(reference_form=True, mix_batch=True), labelled
    ),
    color_reference=Case(ColorConstancyLoss(reference_form=True), alone),
)
EVERY = {**OURS, **REFERENCE}


def of(cases):
    return pytest.mark.parametrize('case', cases.values(), ids=cases.keys())


def random_inputs(n=2, size=(5, 4), dtype=torch.float32):
    generator = torch.Generator().manual_seed(0)
    x, a, b = torch.rand(3, n, 3, *size, generator=generator, dtype=dtype)
    labels = torch.randint(3, (n, *size), generator=generator)
    labels[0, 0] = 255
    return x, a, b, labels


# With the centre held constant, the analytic gradient is not the function's on purpose.
CONSTANT_CENTRE = ('semantic_brightness_reference', 'semantic_brightness_mixed')


@of({name: case for name, case in EVERY.items() if name not in CONSTANT_CENTRE})
def test_gradient_in_float64(case):
    x, a, b, labels = random_inputs(dtype=torch.float64)
    assert gradcheck(lambda x: case(x, a, b, labels), x.requires_grad_())


@of({name: case for name, case in EVERY.items() if name != 'color_reference'})
@pytest.mark.parametrize(
    'color',
    [(0.5, 0.5, 0.5), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.2, 0.5, 0.7)],
    ids=['grey', 'black', 'white', 'constant'],
)
@pytest.mark.parametrize('size', [(4, 6), (1, 1), (1, 5), (5, 1)], ids=str)
def test_finite_on_degenerate_images(case, color, size):
    x = torch.tensor(color).view(1, 3, 1, 1).repeat(2, 1, *size).requires_grad_()
    labels = torch.full((2, *size), 2)
    labels[0] = 255
    for other in (x.detach().clone(), torch.rand(2, 3, *size)):
        x.grad = None
        value = case(x, other, other, labels)
        value.backward()
        assert value.isfinite() and x.grad.isfinite().all()


@of(EVERY)
@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16], ids=['fp16', 'bf16'])
def test_half_precision_inputs_are_summed_in_float32(case, dtype):
    # A sum of 300 x 300 white pixels is more than float16 can hold.
    x, a, b, labels = random_inputs(n=1, size=(300, 300))
    x, a, b = (0.5 + image / 2 for image in (x, a, b))
    x, a, b = x.to(dtype).requires_grad_(), a.to(dtype), b.to(dtype)
    value = case(x, a, b, labels)
    value.backward()
    assert value.dtype == torch.float32
    torch.testing.assert_close(
        value, case(x.float(), a.float(), b.float(), labels), rtol=1e-5, atol=1e-9
    )
    assert x.grad.dtype == dtype and x.grad.isfinite().all()


@of(EVERY)
def test_autocast_changes_nothing(case):
    inputs = random_inputs(size=(16, 16))
    with torch.autocast('cpu', dtype=torch.bfloat16):
        value = case(*inputs)
    assert value.dtype == torch.float32
    torch.testing.assert_close(value, case(*inputs), rtol=1e-6, atol=0)


@of(OURS)
def test_batch_is_the_mean_of_its_images(case):
    x, a, b, labels = random_inputs(n=3)
    labels[1, :4] = 255
    labels[2] = 255
    alone = [case(*(tensor[n : n + 1] for tensor in (x, a, b, labels))) for n in range(3)]
    torch.testing.assert_close(case(x, a, b, labels), torch.stack(alone).mean())


@of(EVERY)
def test_loss_weight_is_a_factor(case):
    inputs = random_inputs()
    once = case(*inputs)
    case.loss.loss_weight = 5.0
    try:
        torch.testing.assert_close(case(*inputs), 5 * once)
    finally:
        case.loss.loss_weight = 1.0
    assert once.dim() == 0 and once > 0
