from __future__ import annotations

import pytest
import torch
from torch import nn

from mmscllle.inference.plain_engine import PlainEngine
from mmscllle.inference.strength import apply_strength
from mmscllle.models import CLAHEEnhancer, GammaEnhancer
from mmscllle.models.enhancers import Enhancer


class Blur(Enhancer):
    """Two 3x3 convolutions: a result depends on two pixels to each side."""

    receptive_field = 2
    modes = ('exact', 'fast')

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 3, 3, padding=1), nn.Sigmoid()
        )
        self.calls = []

    def forward(self, image):
        self.calls.append(image)
        return self.layers(image)

    def forward_fast(self, image):
        return self.layers[3](image), image[:, :0]


@pytest.fixture
def blur():
    torch.manual_seed(0)
    return Blur()


def images(count=2, size=(17, 23)):
    return torch.rand(count, 3, *size, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize('tile', [None, 1, 6, 100])
def test_same_as_the_network(blur, tile):
    result = PlainEngine(blur, tile=tile)(images())
    torch.testing.assert_close(result, blur(images())[0].detach(), rtol=0, atol=1e-6)
    assert not result.requires_grad and result.dtype == torch.float32


def test_tiles_bound_what_the_network_sees(blur):
    engine = PlainEngine(blur, tile=6)
    engine(images())
    assert max(max(image.shape[2:]) for image in engine.network.calls) == 6 + 2 * 2


def test_the_fast_mode(blur):
    torch.testing.assert_close(PlainEngine(blur, fast=True)(images()), images().sigmoid())


def test_strength(blur):
    image = images()
    plain = blur(image)[0].detach()
    engine = PlainEngine(blur)
    apply = engine.prepare(image)
    for strength in (0, 0.3, 1, 1.5, 4):
        expected = apply_strength(image, plain, strength)
        torch.testing.assert_close(engine(image, strength), expected)
        assert torch.equal(apply(strength), engine(image, strength))
    assert torch.equal(engine(image, 0), image)


def test_prepared_results_may_be_changed(blur):
    apply = PlainEngine(blur).prepare(images())
    for strength in (0, 0.5, 1):
        expected = apply(strength).clone()
        apply(strength).zero_()
        assert torch.equal(apply(strength), expected)


def test_neither_image_nor_enhancer_is_changed(blur):
    image, engine = images(), PlainEngine(blur)
    expected = engine(image)
    assert torch.equal(image, images())
    assert blur.training and all(weight.requires_grad for weight in blur.parameters())
    nn.init.zeros_(blur.layers[0].weight)
    assert torch.equal(engine(image), expected)


def test_bfloat16_keeps_the_image_exact():
    image = images()
    result = PlainEngine(GammaEnhancer(1.0), precision='bfloat16')(image)
    torch.testing.assert_close(result, image, rtol=0, atol=1e-6)


def test_bfloat16(blur):
    blur.layers = nn.Sequential(*blur.layers, Probe())
    engine = PlainEngine(blur, precision='bfloat16')
    result = engine(images())
    assert engine.network.layers[4].seen == torch.bfloat16 and result.dtype == torch.float32
    torch.testing.assert_close(result, blur(images())[0].detach(), rtol=0, atol=0.02)


class Probe(nn.Module):
    """Remembers the type that it sees."""

    def forward(self, x):
        self.seen = x.dtype
        return x


def test_results_are_cut_off():
    class Twice(Enhancer):
        def forward(self, image):
            return 2 * image - 0.5

    image = images()
    torch.testing.assert_close(PlainEngine(Twice())(image), (2 * image - 0.5).clamp(0, 1))


def test_there_is_no_plot(blur):
    assert PlainEngine(blur).plot(images()) is None


def test_compiled(blur, monkeypatch):
    compiled = []

    def compile(function, **_):
        compiled.append(function)
        return function

    # The compiler itself takes half a minute; what it is given runs as it is.
    monkeypatch.setattr(torch, 'compile', compile, raising=False)
    torch.testing.assert_close(
        PlainEngine(blur, compile=True)(images()), PlainEngine(blur)(images())
    )
    assert len(compiled) == 1


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (
            dict(tile=4),
            'tile: CLAHEEnhancer cannot work in tiles, since its result depends on the '
            'whole picture',
        ),
        (dict(fast=True), 'fast: CLAHEEnhancer has no fast mode'),
        (dict(precision='int8'), "precision must be one of float32, .*, got 'int8'"),
        (dict(precision='float16'), "precision='float16' needs a GPU"),
        (dict(device='cpu:9'), "device must be 'cpu' without a number, got 'cpu:9'"),
        (dict(tile=0), 'tile must be a positive number of pixels or None, got 0'),
    ],
)
def test_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        PlainEngine(CLAHEEnhancer(), **options)


@pytest.mark.parametrize('strength', [-1, float('nan')])
def test_strength_is_not_negative(blur, strength):
    engine = PlainEngine(blur)
    for call in (engine.prepare(images()), lambda strength: engine(images(), strength)):
        with pytest.raises(ValueError, match=f'strength must not be negative, got {strength}'):
            call(strength)


@pytest.mark.parametrize(
    'image',
    [torch.rand(3, 8, 8), torch.rand(1, 1, 8, 8), torch.zeros(1, 3, 8, 8, dtype=torch.uint8)],
    ids=['no batch', 'grey', 'integers'],
)
def test_what_is_no_image(blur, image):
    with pytest.raises(ValueError, match=r'takes RGB images in \[0, 1\]'):
        PlainEngine(blur)(image)


def test_bfloat16_without_instructions_is_float32(blur, monkeypatch):
    monkeypatch.setattr('mmscllle.utils.cpu_bfloat16.has_fast_bfloat16', lambda: False)
    image = torch.rand(1, 3, 40, 50)
    engine = PlainEngine(blur, precision='bfloat16')
    assert torch.equal(engine(image), PlainEngine(blur)(image))
