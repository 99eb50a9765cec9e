from __future__ import annotations

import pytest
import torch
from torch import nn

from mmscllle.models.enhancers import Enhancer, adapt_enhancer, make_engine


class Returns(nn.Module):
    """Returns what it is told to, whatever the image."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def forward(self, image):
        return self.make(image)


@pytest.mark.parametrize('count', [1, 2, 3])
def test_one_tensor_is_an_image_without_curves(count):
    image = torch.rand(count, 3, 4, 5)
    enhanced, curves = adapt_enhancer(Returns(lambda x: x / 2))(image)
    torch.testing.assert_close(enhanced, image / 2)
    assert curves.shape == (count, 0, 4, 5)


def test_pairs_stay_pairs():
    image = torch.rand(2, 3, 4, 5)
    enhanced, curves = adapt_enhancer(Returns(lambda x: [x, x[:, :1, ::2]]))(image)
    assert enhanced is image and curves.shape == (2, 1, 2, 5)


@pytest.mark.parametrize(
    ('make', 'found'),
    [
        (lambda x: x[:, :1], r'float32 \(2, 1, 4, 5\)'),
        (lambda x: x[..., 1:], r'float32 \(2, 3, 4, 4\)'),
        (lambda x: (255 * x).byte(), r'uint8 \(2, 3, 4, 5\)'),
        (lambda x: (x, x[0]), r'\(float32 \(2, 3, 4, 5\), float32 \(3, 4, 5\)\)'),
        (lambda x: (x, x[:1]), r'\(float32 \(2, 3, 4, 5\), float32 \(1, 3, 4, 5\)\)'),
        (lambda x: (x, x, x), r'\(float32 .*, float32 .*, float32 .*\)'),
        (lambda x: (x, None), r'\(float32 \(2, 3, 4, 5\), NoneType\)'),
        (lambda x: dict(image=x), 'dict'),
    ],
    ids=['grey', 'cropped', 'integers', 'no batch', 'another batch', 'three', 'None', 'dict'],
)
def test_anything_else_shows_the_contract(make, found):
    network = adapt_enhancer(Returns(make))
    with pytest.raises(
        ValueError,
        match=rf'Returns returned {found} for images of shape '
        r'\(2, 3, 4, 5\): an enhancer takes RGB images',
    ):
        network(torch.rand(2, 3, 4, 5))


class Halving(Enhancer):
    """An enhancer of one line."""

    def forward(self, image):
        return image / 2


def test_a_subclass_needs_nothing_but_forward():
    image = torch.rand(2, 3, 4, 5)
    enhanced, curves = Halving()(image)
    assert enhanced.shape == image.shape and curves.shape == (2, 0, 4, 5)
    torch.testing.assert_close(make_engine(Halving())(image), image / 2)
    with pytest.raises(ValueError, match='Halving has no fast mode, only exact'):
        Halving().forward_fast(image)


def test_adapting_twice_is_adapting_once():
    network = Returns(lambda x: x)
    assert adapt_enhancer(adapt_enhancer(network)) is network
    assert len(network._forward_hooks) == len(Halving()._forward_hooks) == 1


def test_weights_keep_their_names():
    network = adapt_enhancer(nn.Conv2d(3, 3, 1))
    assert list(network.state_dict()) == ['weight', 'bias']
    torch.testing.assert_close(
        make_engine(network)(torch.zeros(1, 3, 2, 2)),
        network.bias.detach().clamp(0, 1)[None, :, None, None].expand(1, 3, 2, 2),
    )
