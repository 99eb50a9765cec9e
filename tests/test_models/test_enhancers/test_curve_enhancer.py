from __future__ import annotations

import pytest
import torch
from mmengine.runner import load_checkpoint
from torch.nn import functional

from mmscllle.models.enhancers import CurveEnhancer, apply_curves


def test_parameters():
    assert sum(p.numel() for p in CurveEnhancer().parameters()) == 79416


def test_network_against_the_description():
    enhancer, image = CurveEnhancer(), torch.rand(2, 3, 6, 7)
    weights = enhancer.state_dict()

    def conv(i: int, *x: torch.Tensor) -> torch.Tensor:
        return functional.conv2d(
            torch.cat(x, 1), weights[f'e_conv{i}.weight'], weights[f'e_conv{i}.bias'], padding=1
        )

    x1 = functional.relu(conv(1, image))
    x2 = functional.relu(conv(2, x1))
    x3 = functional.relu(conv(3, x2))
    x4 = functional.relu(conv(4, x3))
    x5 = functional.relu(conv(5, x3, x4))
    x6 = functional.relu(conv(6, x2, x5))
    expected = torch.tanh(conv(7, x1, x6))
    enhanced, curves = enhancer(image)
    torch.testing.assert_close(curves, expected)
    torch.testing.assert_close(enhanced, apply_curves(image, expected))


@pytest.mark.parametrize('size', [(1, 1), (1, 17), (13, 1), (31, 45)])
def test_any_size(size):
    enhanced, curves = CurveEnhancer()(torch.rand(1, 3, *size))
    assert enhanced.shape == (1, 3, *size) and curves.shape == (1, 24, *size)


@pytest.mark.parametrize('size', [(1, 1), (1, 17), (13, 1), (31, 45), (16, 24)])
def test_curves_of_reduced_size(size):
    enhancer, image = CurveEnhancer(downsample=8), torch.rand(2, 3, *size)
    enhanced, curves = enhancer.forward_fast(image)
    assert curves.shape == (2, 24, -(-size[0] // 8), -(-size[1] // 8))
    reduced = functional.avg_pool2d(image, 8, ceil_mode=True, count_include_pad=False)
    torch.testing.assert_close(curves, enhancer.estimate_curves(reduced))
    enlarged = functional.interpolate(curves, scale_factor=8.0, mode='bilinear')
    torch.testing.assert_close(enhanced, apply_curves(image, enlarged[..., : size[0], : size[1]]))


def test_gradients_of_reduced_curves_reach_every_weight():
    enhancer = CurveEnhancer(downsample=8)
    enhancer.forward_fast(torch.rand(1, 3, 24, 40))[0].square().mean().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in enhancer.parameters())


@pytest.mark.parametrize('value', [1, 0, -8, 2.5])
def test_downsample_is_an_integer_above_1(value):
    with pytest.raises(ValueError, match=f'downsample must be an integer above 1, got {value}'):
        CurveEnhancer(downsample=value)


def test_replicated_border_is_a_picture_that_goes_on():
    enhancer, zero_padded = CurveEnhancer(padding_mode='replicate'), CurveEnhancer()
    zero_padded.load_state_dict(enhancer.state_dict())
    image = torch.rand(2, 3, 9, 12)
    larger = functional.pad(image, (20, 20, 20, 20), mode='replicate')
    enhanced, curves = zero_padded(larger)
    found = enhancer(image)
    torch.testing.assert_close(found[0], enhanced[..., 20:-20, 20:-20])
    torch.testing.assert_close(found[1], curves[..., 20:-20, 20:-20])
    # In fast mode the reduced picture goes on.
    _, curves = enhancer.forward_fast(image)
    reduced = functional.avg_pool2d(image, 8, ceil_mode=True, count_include_pad=False)
    torch.testing.assert_close(curves, enhancer(reduced)[1])


def test_replicated_border_changes_nothing_7_pixels_away():
    enhancer, zero_padded = CurveEnhancer(padding_mode='replicate'), CurveEnhancer()
    zero_padded.load_state_dict(enhancer.state_dict())
    with torch.no_grad():
        for one, other in zip(enhancer.parameters(), zero_padded.parameters(), strict=True):
            other.copy_(one.normal_(std=0.1))
    image = torch.rand(1, 3, 24, 20)
    differs = (enhancer(image)[0] - zero_padded(image)[0]).abs() > 1e-5
    assert not differs[..., 7:-7, 7:-7].any() and differs[..., :7, :].any()


@pytest.mark.parametrize('value', ['reflect', None, 1])
def test_unknown_padding_mode(value):
    message = f'padding_mode must be one of zeros, replicate, got {value!r}'
    with pytest.raises(ValueError, match=message):
        CurveEnhancer(padding_mode=value)


def test_the_result_has_the_layout_of_the_image():
    assert CurveEnhancer()(torch.rand(2, 3, 8, 8))[0].is_contiguous()


def test_width_and_iterations():
    enhancer = CurveEnhancer(channels=4, iterations=2)
    enhanced, curves = enhancer(torch.rand(1, 3, 8, 8))
    assert curves.shape == (1, 6, 8, 8)
    assert enhancer.e_conv5.weight.shape == (4, 8, 3, 3)


@pytest.mark.parametrize('kwargs', [dict(channels=0), dict(iterations=0)])
def test_sizes_below_one(kwargs):
    with pytest.raises(ValueError, match='must be positive, got channels=.*, iterations='):
        CurveEnhancer(**kwargs)


@pytest.mark.parametrize('shape', [(3, 8, 8), (1, 1, 8, 8), (1, 4, 8, 8)])
def test_no_rgb_batch(shape):
    with pytest.raises(ValueError, match='takes RGB images of shape .* got'):
        CurveEnhancer()(torch.rand(shape))


def test_initialisation():
    torch.manual_seed(0)
    enhancer = CurveEnhancer()
    enhancer.init_weights()
    for layer in enhancer.children():
        assert layer.weight.std().item() == pytest.approx(0.02, rel=0.1)
        assert abs(layer.weight.mean().item()) < 0.003
        assert not layer.bias.any()


@pytest.mark.parametrize('prefix', ['', 'enhancer.', 'generator.'])
def test_checkpoints_of_an_enhancer_or_its_owner_load(tmp_path, prefix):
    saved, path = CurveEnhancer(), str(tmp_path / 'enhancer.pth')
    weights = {prefix + name: value for name, value in saved.state_dict().items()}
    if prefix:
        weights['segmentor.weight'] = torch.ones(1)
    torch.save(dict(state_dict=weights), path)

    loaded = CurveEnhancer()
    load_checkpoint(loaded, path, 'cpu')
    torch.testing.assert_close(dict(loaded.state_dict()), dict(saved.state_dict()))

    pretrained = CurveEnhancer(init_cfg=dict(type='Pretrained', checkpoint=path))
    pretrained.init_weights()
    torch.testing.assert_close(dict(pretrained.state_dict()), dict(saved.state_dict()))


def test_weights_of_something_else_do_not_load_silently():
    with pytest.raises(ValueError, match='model has e_conv1.weight, .* the checkpoint has weight'):
        CurveEnhancer().load_state_dict(dict(weight=torch.ones(1)))


@pytest.mark.parametrize('value', [0.0, 0.5, 1.0], ids=['black', 'grey', 'white'])
@pytest.mark.parametrize('padding_mode', ['zeros', 'replicate'])
def test_bfloat16_autocast_on_flat_images(value, padding_mode):
    enhancer, image = CurveEnhancer(padding_mode=padding_mode), torch.full((1, 3, 8, 8), value)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        enhanced, curves = enhancer(image)
        enhanced.float().mean().backward()
    assert enhanced.isfinite().all() and curves.isfinite().all()
    assert all(p.grad.isfinite().all() for p in enhancer.parameters())
    torch.testing.assert_close(enhanced.float(), enhancer(image)[0], atol=0.02, rtol=0)


@pytest.mark.parametrize('padding_mode', ['zeros', 'replicate'])
def test_as_released_is_the_same_network(padding_mode):
    enhancer, image = CurveEnhancer(padding_mode=padding_mode), torch.rand(2, 3, 12, 17)
    before = image.clone()
    torch.testing.assert_close(enhancer.as_released()(image), enhancer(image)[0])
    assert torch.equal(image, before)
