from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from mmscllle.inference.curve_engine import PLOTTED_LEVELS, CurveEngine
from mmscllle.inference.whole_network import WholeNetwork
from mmscllle.models import IdentityEnhancer
from mmscllle.models.enhancers import apply_curves
from mmscllle.visualization.tone_curve_plot import tone_curve_plot

SIZES = [(1, 1), (1, 37), (37, 1), (9, 7), (50, 70), (40, 64)]
MODES = {
    'exact': dict(),
    'tiled': dict(tile=16),
    'fast': dict(fast=True),
    'fast tiled': dict(fast=True, tile=3),
}


def images(size=(50, 70), count=2):
    return torch.rand(count, 3, *size, generator=torch.Generator().manual_seed(1))


def forward(enhancer, mode):
    """The plain network in this mode."""
    return enhancer.forward_fast if 'fast' in mode else enhancer


@pytest.mark.parametrize('mode', MODES)
@pytest.mark.parametrize('size', SIZES)
def test_same_as_the_network(enhancer, mode, size):
    engine, image = CurveEngine(enhancer, **MODES[mode]), images(size)
    expected, curves = forward(enhancer, mode)(image)
    torch.testing.assert_close(engine(image), expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(engine.estimate(image), curves, rtol=0, atol=1e-5)
    torch.testing.assert_close(engine.apply(image, curves), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize('mode', MODES)
@pytest.mark.parametrize('size', SIZES)
def test_same_as_the_network_for_which_the_image_goes_on(replicating, mode, size):
    test_same_as_the_network(replicating, mode, size)


@pytest.mark.parametrize('tile', [None, 16])
def test_whole_network_for_which_the_image_goes_on(replicating, tile):
    engine, image = CurveEngine(replicating, tile=tile), images()
    # As on a GPU.
    engine.network = WholeNetwork(replicating, engine.device, torch.float32, False)
    engine.one_by_one = False
    torch.testing.assert_close(engine(image), replicating(image)[0], rtol=0, atol=1e-5)


@pytest.mark.shared
@pytest.mark.parametrize('weights', ['scl_lle_reference', 'zero_dce_reference'])
@pytest.mark.parametrize('mode', MODES)
def test_same_as_the_network_with_released_weights(shared, weights, mode):
    import cv2

    from mmscllle.models import CurveEnhancer
    from mmscllle.utils.weights import load_weights

    network = CurveEnhancer().requires_grad_(False)
    load_weights(network, str(shared / f'checkpoints/{weights}.pth'), 'weights')
    picture = cv2.imread(str(sorted((shared / 'data/lowlight/lime').iterdir())[0]))
    image = torch.from_numpy(picture)[:240, :320].flip(2).permute(2, 0, 1)[None] / 255
    expected = forward(network, mode)(image)[0]
    torch.testing.assert_close(
        CurveEngine(network, **MODES[mode])(image), expected, rtol=0, atol=1e-5
    )


@pytest.mark.parametrize('downsample', [2, 3, 5])
def test_fast_mode_takes_the_factor_of_the_enhancer(enhancer, downsample):
    network, image = copy.copy(enhancer), images()
    network.downsample = downsample
    torch.testing.assert_close(
        CurveEngine(network, fast=True)(image), network.forward_fast(image)[0], rtol=0, atol=1e-5
    )
    torch.testing.assert_close(CurveEngine(network)(image), network(image)[0], rtol=0, atol=1e-5)


@pytest.mark.parametrize('mode', MODES)
@pytest.mark.parametrize('network', ['enhancer', 'replicating'])
def test_bfloat16(request, network, mode):
    enhancer = request.getfixturevalue(network)
    engine = CurveEngine(enhancer, precision='bfloat16', **MODES[mode])
    image = images()
    expected, curves = forward(enhancer, mode)(image)
    assert engine(image).dtype == engine.estimate(image).dtype == torch.float32
    torch.testing.assert_close(engine(image), expected, rtol=0, atol=0.03)
    assert (engine.estimate(image) - curves).abs().mean() < 0.01


@pytest.mark.parametrize('mode', MODES)
def test_strength(enhancer, mode):
    engine, image = CurveEngine(enhancer, **MODES[mode]), images()
    assert torch.equal(engine(image, strength=0), image)
    for strength in (0.3, 1.0):
        expected = apply_curves(image, strength * engine.estimate(image), engine.downsample)
        torch.testing.assert_close(engine(image, strength), expected, rtol=0, atol=1e-5)
    nearly = engine(image, strength=1.001)
    torch.testing.assert_close(nearly, engine(image), rtol=0, atol=0.01)


def test_beyond_the_trained_strength_brighter_yet_monotone():
    from mmscllle.models import CurveEnhancer

    enhancer = CurveEnhancer().requires_grad_(False)
    enhancer.load_state_dict(
        {name: torch.zeros_like(value) for name, value in enhancer.state_dict().items()}
    )
    # Curves of -0.1 everywhere.
    enhancer.e_conv7.bias.fill_(-0.1)
    engine = CurveEngine(enhancer)
    ramp = torch.linspace(0, 1, 256).expand(1, 3, 1, 256)
    before = ramp
    for strength in (0.5, 1.0, 1.5, 2.0, 4.0):
        result = engine(ramp, strength)
        assert result.min() >= 0 and result.max() <= 1
        assert (result.diff(dim=-1) >= -1e-6).all()
        assert (result >= before - 1e-6).all() and result.mean() > before.mean()
        before = result


def test_neither_image_nor_enhancer_is_changed(enhancer):
    image, weights = images(), copy.deepcopy(enhancer.state_dict())
    before = image.clone()
    engine = CurveEngine(enhancer)
    expected = engine(image)
    engine.apply(image, engine.estimate(image))
    assert torch.equal(image, before)
    torch.testing.assert_close(dict(enhancer.state_dict()), dict(weights))

    changed = copy.deepcopy(enhancer)
    engine = CurveEngine(changed)
    for parameter in changed.parameters():
        parameter.zero_()
    torch.testing.assert_close(engine(image), expected, rtol=0, atol=0)


@pytest.mark.parametrize(
    'image',
    [
        images().to(memory_format=torch.channels_last),
        images((70, 50)).transpose(2, 3),
        images()[:, :, ::2],
    ],
    ids=['channels last', 'transposed', 'every other row'],
)
def test_any_memory_layout(enhancer, image):
    result = CurveEngine(enhancer)(image)
    assert result.is_contiguous()
    torch.testing.assert_close(result, enhancer(image)[0], rtol=0, atol=1e-5)


def test_results_can_be_changed_and_learned_from(enhancer):
    engine, image = CurveEngine(enhancer), images().requires_grad_()
    for result in (engine(image), engine.estimate(image)):
        assert not result.requires_grad
        result.mul_(2)
        weight = torch.ones((), requires_grad=True)
        (weight * result).sum().backward()
        assert weight.grad == result.sum()


def test_half_and_double_images(enhancer):
    for dtype in (torch.float16, torch.float64):
        result = CurveEngine(enhancer)(images().to(dtype))
        assert result.dtype == torch.float32
        torch.testing.assert_close(result, enhancer(images())[0], rtol=0, atol=2e-3)


def test_compiled(enhancer, monkeypatch):
    compiled = []

    def compile(function, **_):
        compiled.append(function)
        return function

    # The compiler itself takes half a minute; what it is given runs as it is.
    monkeypatch.setattr(torch, 'compile', compile, raising=False)
    for mode in MODES.values():
        network = CurveEngine(enhancer, compile=True, **mode)
        torch.testing.assert_close(
            network(images()), CurveEngine(enhancer, **mode)(images()), rtol=0, atol=1e-5
        )
    assert len(compiled) == len(MODES)


def test_compile_without_a_compiler(enhancer, monkeypatch):
    monkeypatch.delattr(torch, 'compile', raising=False)
    with pytest.raises(ValueError, match=r'compile=True needs torch 2, this is \d'):
        CurveEngine(enhancer, compile=True)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (dict(precision='int8'), "precision must be one of float32, bfloat16, float16, got 'int8'"),
        (dict(precision='float16'), "precision='float16' needs a GPU"),
        (dict(tile=0), 'tile must be a positive number of pixels or None, got 0'),
        (dict(tile=0.5), 'tile must be a positive number of pixels or None, got 0.5'),
    ],
)
def test_arguments(enhancer, arguments, message):
    with pytest.raises(ValueError, match=message):
        CurveEngine(enhancer, **arguments)


def test_what_is_no_curve_enhancer():
    with pytest.raises(ValueError, match='must be a CurveEnhancer, got IdentityEnhancer'):
        CurveEngine(IdentityEnhancer())


@pytest.mark.parametrize(
    'image',
    [torch.rand(3, 8, 8), torch.rand(1, 1, 8, 8), torch.zeros(1, 3, 8, 8, dtype=torch.uint8)],
    ids=['no batch', 'grey', 'integers'],
)
def test_what_is_no_image(enhancer, image):
    engine = CurveEngine(enhancer)
    for call in (engine, engine.estimate):
        with pytest.raises(ValueError, match=r'takes RGB images in \[0, 1\]'):
            call(image)


@pytest.mark.parametrize('mode', MODES)
def test_one_estimate_for_any_strength_bit_for_bit(enhancer, mode):
    engine, image = CurveEngine(enhancer, **MODES[mode]), images()
    apply = engine.prepare(image)
    for strength in (0, 0.4, 1, 1.7):
        assert torch.equal(apply(strength), engine(image, strength))


def test_plot_of_all_images_together(enhancer):
    engine, image = CurveEngine(enhancer), images()
    # The pixels of both images side by side, (1, 12, 1, 7000).
    curves = 0.5 * engine.estimate(image).transpose(0, 1).reshape(1, 12, 1, -1)
    levels = torch.linspace(0, 1, PLOTTED_LEVELS)
    grey = levels.view(1, 1, -1, 1).expand(1, 3, -1, curves.shape[-1])
    results = apply_curves(grey, curves.expand(1, 12, PLOTTED_LEVELS, -1))[0]
    # Every other pixel is enough.
    expected = tone_curve_plot(levels, results[..., ::2])
    assert np.abs(engine.plot(image, 0.5).astype(int) - expected).mean() < 0.01


@pytest.mark.parametrize('strength', [-0.5, float('nan')])
def test_strength_is_not_negative(enhancer, strength):
    engine = CurveEngine(enhancer)
    with pytest.raises(ValueError, match='strength must not be negative, got'):
        engine(images(), strength)
    with pytest.raises(ValueError, match='strength must not be negative, got'):
        engine.apply(images(), engine.estimate(images()), strength)


def test_curves_of_another_image(enhancer):
    engine = CurveEngine(enhancer, fast=True)
    with pytest.raises(
        ValueError,
        match=r'must have the shape \(2, 12, 7, 9\), got '
        r'\(2, 12, 2, 2\)',
    ):
        engine.apply(images(), engine.estimate(images((9, 9))))
