from __future__ import annotations

import numpy as np
import pytest
import torch
from mmengine.runner import load_checkpoint

from mmscllle.inference.grid_engine import GridEngine
from mmscllle.models.enhancers import BilateralGridEnhancer, make_engine
from mmscllle.models.enhancers.bilateral_grid import knot_levels
from mmscllle.models.enhancers.bilateral_grid_enhancer import LEAST_DETAIL, MOST_DETAIL
from mmscllle.registry import MODELS
from mmscllle.utils.weights import load_weights


def build_random(**options: object) -> BilateralGridEnhancer:
    """Curves and factors of the detail that differ from cell to cell, the same each time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        enhancer = BilateralGridEnhancer(**options).eval()
        for layer in (enhancer.curves, enhancer.detail):
            torch.nn.init.normal_(layer.weight, std=0.4)
    return enhancer


SMALL = dict(channels=(8, 12, 16), knots=5)


def images(*shape: int) -> torch.Tensor:
    return 0.4 * torch.rand(shape, generator=torch.Generator().manual_seed(1))


def test_parameters():
    enhancer = MODELS.build(dict(type='mmscllle.BilateralGridEnhancer'))
    assert sum(parameter.numel() for parameter in enhancer.parameters()) == 174_243


def test_names_of_weights_in_checkpoints():
    names = [name for name, _ in BilateralGridEnhancer(**SMALL).named_parameters()]
    layers = [
        'down.0.0.0',
        'down.0.1.0',
        'down.1.0.0',
        'down.1.1.0',
        'down.2.0.0',
        'down.2.1.0',
        'whole.0',
        'whole.2',
        'narrow.0',
        'narrow.1',
        'up.0.0',
        'up.1.0',
        'curves',
        'detail',
    ]
    assert names == [f'{layer}.{kind}' for layer in layers for kind in ('weight', 'bias')]


@pytest.mark.parametrize('size', [(1, 1), (1, 17), (13, 1), (31, 45)])
def test_any_size(size):
    low = images(2, 3, *size)
    enhanced, curves = build_random(**SMALL)(low)
    rows, columns = (-(-extent // 8) for extent in size)
    assert enhanced.shape == low.shape and curves.shape == (2, 15, rows, columns)
    for values in (enhanced, curves):
        assert values.isfinite().all() and values.min() >= 0 and values.max() <= 1


def test_untrained_it_brightens_as_a_gamma_does():
    enhancer, levels = BilateralGridEnhancer(), knot_levels(16)
    torch.nn.init.zeros_(enhancer.curves.weight)
    _, curves = enhancer(images(1, 3, 16, 16))
    expected = levels.clamp(min=2e-3).pow(0.45).clamp(max=1 - 2e-3)
    torch.testing.assert_close(curves, expected.repeat(3).view(1, 48, 1, 1).expand(1, 48, 2, 2))
    grey = torch.linspace(0.02, 0.9, 9).view(9, 1, 1, 1).expand(9, 3, 8, 8)
    torch.testing.assert_close(enhancer(grey)[0], grey.pow(0.45), rtol=0, atol=0.02)


def test_curves_and_detail_of_the_estimate():
    enhancer, cells = build_random(**SMALL), images(2, 21, 5, 7)
    grid, detail = enhancer.estimate_grid(cells)
    assert grid.shape == (2, 3, 5, 5, 7) and detail.shape == (2, 3, 5, 7)
    torch.nn.init.constant_(enhancer.detail.bias, 30.0)
    torch.testing.assert_close(enhancer.estimate_grid(cells)[1], torch.full_like(detail, 1.6))
    assert 0.4 <= detail.min() < detail.max() <= 1.6


def test_images_of_a_batch_do_not_mix():
    enhancer, low = build_random(**SMALL).double(), images(3, 3, 25, 38).double()
    with torch.no_grad():
        together, alone = enhancer(low)[0], torch.cat([enhancer(image[None])[0] for image in low])
    torch.testing.assert_close(together, alone)


def test_a_result_depends_on_the_whole_picture():
    enhancer, low = build_random(**SMALL).double(), images(1, 3, 8, 400).double()
    changed = low.clone()
    changed[..., -8:] += 0.5
    with torch.no_grad():
        difference = (enhancer(low)[1] - enhancer(changed)[1]).abs()
    assert difference[..., 0].min() > 0 and enhancer.receptive_field is None


def test_gradients_reach_every_weight():
    enhancer = build_random(**SMALL).train()
    enhanced, _ = enhancer(images(2, 3, 40, 40))
    enhanced.square().mean().backward()
    for name, parameter in enhancer.named_parameters():
        assert parameter.grad.isfinite().all() and parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize('value', [0.0, 0.5, 1.0], ids=['black', 'grey', 'white'])
def test_bfloat16_autocast_on_flat_images(value):
    enhancer, image = BilateralGridEnhancer(**SMALL), torch.full((1, 3, 16, 16), value)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        enhanced, _ = enhancer(image)
        enhanced.float().mean().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in enhancer.parameters())
    torch.testing.assert_close(enhanced.float(), enhancer(image)[0], atol=0.02, rtol=0)


def test_both_modes_give_the_same():
    enhancer, low = build_random(**SMALL), images(1, 3, 20, 30)
    assert enhancer.modes == ('exact', 'fast')
    assert torch.equal(enhancer.forward_fast(low)[0], enhancer(low)[0])


def test_engine():
    assert isinstance(make_engine(BilateralGridEnhancer(**SMALL)), GridEngine)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(channels=(8,)), r'channels must be two or more positive numbers, got \(8,\)'),
        (dict(channels=(8, 0)), 'channels must be two or more positive numbers'),
        (dict(knots=1), 'knots must be at least 2, got 1'),
        (dict(denoise_scales=4), 'denoise_scales must be from 0 to 3, got 4'),
        (dict(denoise_scales=-1), 'denoise_scales must be from 0 to 3, got -1'),
        (
            dict(leave_bright=(0.3, 0.2)),
            r'two ascending numbers in \[0, 1\] or None, got \(0.3, 0.2\)',
        ),
        (dict(leave_bright=(0.3,)), r'two ascending numbers in \[0, 1\] or None, got \(0.3,\)'),
    ],
)
def test_wrong_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        BilateralGridEnhancer(**options)


@pytest.mark.parametrize('shape', [(3, 8, 8), (1, 1, 8, 8), (1, 4, 8, 8)])
def test_no_rgb_batch(shape):
    with pytest.raises(ValueError, match='takes RGB images of shape .* got'):
        BilateralGridEnhancer(**SMALL)(torch.rand(shape))


def test_noise_goes_where_it_is_told():
    noisy = 0.3 + 0.05 * torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    left = {}
    for scales, level in ((0, None), (3, -20.0), (3, 0.0)):
        torch.manual_seed(0)
        network = BilateralGridEnhancer(**SMALL, denoise_scales=scales)
        with torch.no_grad():
            if level is not None:
                network.added_noise.bias.fill_(level)
            left[level] = network(noisy.clamp(0, 1))[0].std().item()
    # A factor of 0 changes next to nothing, one of 5 takes out most.
    assert left[-20.0] == pytest.approx(left[None], rel=0.1)
    assert left[0.0] < 0.2 * left[None]


def test_what_is_smooth_is_as_without():
    torch.manual_seed(0)
    plain = BilateralGridEnhancer(**SMALL)
    added = BilateralGridEnhancer(**SMALL, denoise_scales=3)
    added.load_state_dict(plain.state_dict(), strict=False)
    image = torch.linspace(0.05, 0.6, 96).expand(1, 3, 40, 96)
    # At the border a slope ends, and is cut.
    inner = np.s_[..., 24:72]
    torch.testing.assert_close(added(image)[0][inner], plain(image)[0][inner], rtol=0, atol=0.01)


@pytest.mark.parametrize('load', ['torch', 'mmengine', 'mmscllle'])
def test_weights_that_leave_noise_take_it_out_where_they_damp_detail(load, tmp_path):
    plain = build_random(**SMALL)
    torch.nn.init.normal_(plain.detail.weight, std=30.0)
    added = BilateralGridEnhancer(**SMALL, denoise_scales=2)
    if load == 'torch':
        added.load_state_dict(plain.state_dict())
    else:
        path = str(tmp_path / 'plain.pth')
        whole = {f'enhancer.{name}': value for name, value in plain.state_dict().items()}
        torch.save(whole if load == 'mmengine' else plain.state_dict(), path)
        if load == 'mmengine':
            load_checkpoint(torch.nn.ModuleDict(dict(enhancer=added)), path)
        else:
            load_weights(added, path, 'checkpoint')
    cells = torch.rand(1, 21, 6, 5)
    grid, detail = plain.estimate_grid(cells)
    same, both = added.estimate_grid(cells)
    # One convolution gives all; of another width it may round otherwise.
    torch.testing.assert_close(same, grid)
    torch.testing.assert_close(both[:, :3], detail)
    # Of each cell: the mean logit of what is kept of the detail, and the factors.
    logit = torch.logit((detail - LEAST_DETAIL) / (MOST_DETAIL - LEAST_DETAIL)).mean(dim=1)
    kept, damped = torch.logit(torch.tensor([0.07, 0.2]))
    expected = 10 * (kept + (damped - kept) * logit / -4).sigmoid()
    assert expected.std() > 0.02
    for factor in both[0, 3:]:
        torch.testing.assert_close(factor, expected[0], rtol=1e-3, atol=1e-4)


def test_factors_that_were_learned_are_kept():
    learned = BilateralGridEnhancer(**SMALL, denoise_scales=2)
    torch.nn.init.normal_(learned.added_noise.weight)
    other = BilateralGridEnhancer(**SMALL, denoise_scales=2)
    other.load_state_dict(learned.state_dict())
    for name, value in learned.state_dict().items():
        assert torch.equal(other.state_dict()[name], value)


def test_a_bright_picture_is_left_as_it_is():
    torch.manual_seed(0)
    always = BilateralGridEnhancer(**SMALL)
    dark = BilateralGridEnhancer(**SMALL, leave_bright=[0.2, 0.4]).eval()
    dark.load_state_dict(always.state_dict(), strict=False)
    image = torch.rand(3, 3, 20, 30) + 0.5
    image *= torch.tensor([0.05, 0.3, 0.45])[:, None, None, None]
    image[1] *= 0.3 / image[1].mean()
    share = dark.share(image)
    torch.testing.assert_close(share.flatten(), torch.tensor([1.0, 0.5, 0.0]))
    assert torch.equal(always.share(image).flatten(), torch.ones(3))
    enhanced, curves = dark(image)
    whole, same = always(image)
    assert torch.equal(curves, same)
    assert torch.equal(enhanced[0], whole[0]) and torch.equal(enhanced[2], image[2])
    torch.testing.assert_close(enhanced[1], (image[1] + whole[1]) / 2)
    # All of them teach.
    assert torch.equal(dark.train()(image)[0], whole)


def test_weights_know_that_they_leave_bright_pictures():
    weights = BilateralGridEnhancer(**SMALL, leave_bright=(0.2, 0.4)).state_dict()
    torch.testing.assert_close(weights['mark_leave_bright'], torch.tensor([0.2, 0.4]))
    assert 'mark_leave_bright' not in BilateralGridEnhancer(**SMALL).state_dict()
