from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch.autograd import gradcheck

from mmscllle.models.enhancers.denoising import average, denoise, quiet_level


def random(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.rand(shape, generator=generator, dtype=torch.float64)


def average_of_arrays(image: np.ndarray, step: int) -> np.ndarray:
    kernel = np.zeros(4 * step + 1)
    kernel[::step] = np.array([1, 4, 6, 4, 1]) / 16
    for axis in (2, 3):
        image = ndimage.correlate1d(image, kernel, axis, mode='nearest')
    return image


@pytest.mark.parametrize('step', [1, 2, 4])
@pytest.mark.parametrize('size', [(1, 1), (1, 9), (9, 1), (7, 11)])
def test_average(size, step):
    image = random(2, 3, *size)
    np.testing.assert_allclose(
        average(image, step), average_of_arrays(image.numpy(), step), atol=1e-12
    )


def quiet_level_of_arrays(difference: np.ndarray) -> np.ndarray:
    """The quietest of 5 x 5 blocks of 8 x 8 pixels, between the blocks' centres."""
    count, _, height, width = difference.shape
    rows, columns = -(-height // 8), -(-width // 8)
    power = np.abs(difference).mean(1)
    power = np.pad(power, ((0, 0), (0, 8 * rows - height), (0, 8 * columns - width)), 'edge')
    blocks = power.reshape(count, rows, 8, columns, 8).mean((2, 4))
    quietest = ndimage.minimum_filter(blocks, (1, 5, 5), mode='nearest')
    y, x = np.meshgrid(
        *((np.arange(length) + 0.5) / 8 - 0.5 for length in (height, width)), indexing='ij'
    )
    return np.stack(
        [ndimage.map_coordinates(one, (y, x), order=1, mode='nearest') for one in quietest]
    )[:, None]


@pytest.mark.parametrize('size', [(1, 1), (7, 30), (60, 50)])
def test_quiet_level_against_arrays(size):
    difference = random(2, 3, *size) - 0.5
    np.testing.assert_allclose(
        quiet_level(difference), quiet_level_of_arrays(difference.numpy()), atol=1e-12
    )


def test_structure_is_no_noise():
    """Half of the picture is full of lines: the noise is still that of the other half."""
    lines = torch.zeros(1, 3, 64, 64, dtype=torch.float64)
    lines[..., 24:, ::2] = 0.5
    assert quiet_level(lines)[..., :32, :].max() == 0


@pytest.mark.parametrize('scales', [1, 3])
def test_denoising_against_arrays(scales):
    image, detail, factor = (
        random(2, 3, 9, 13),
        0.5 + random(2, 3, 9, 13),
        2 * random(2, scales, 9, 13),
    )
    expected, base = 0, image.numpy()
    for scale in range(scales):
        finer, base = base, average_of_arrays(base, 2**scale)
        grey = (finer - base).mean(1, keepdims=True)
        kept = 0
        for part, times in ((grey, 1), (finer - base - grey, 2)):
            power = average_of_arrays((part**2).mean(1, keepdims=True), 2**scale) + 1e-8
            own = times * factor.numpy()[:, scale : scale + 1]
            noise = own * quiet_level_of_arrays(part)
            kept = kept + part * power**2 / (power**2 + noise**4)
        expected = expected + kept * (1 if scale else detail.numpy())
    np.testing.assert_allclose(denoise(image, detail, factor), expected + base, atol=1e-12)


def test_noise_of_colour_is_taken_out_and_grey_texture_stays():
    generator = torch.Generator().manual_seed(0)
    grey, colour = (
        0.03 * torch.randn(1, 3, 64, 64, generator=generator, dtype=torch.float64) for _ in range(2)
    )
    grey = grey.mean(dim=1, keepdim=True).expand(1, 3, 64, 64)
    colour = colour - colour.mean(dim=1, keepdim=True)
    # Half of the picture has no texture, so that texture is no noise.
    texture = torch.where(torch.arange(64) < 32, 0.0, 1.0) * grey
    clean = denoise(
        0.4 + texture + colour, torch.ones(1, 3, 64, 64), torch.full((1, 3, 64, 64), 1.2)
    )
    inner = np.s_[..., 8:56, 34:46]
    left = clean - clean.mean(dim=1, keepdim=True)
    assert left[inner].std() < 0.3 * colour[inner].std()
    assert (clean.mean(dim=1) - 0.4 - texture[:, 0])[inner].std() < 0.1 * texture[inner].std()


def test_noise_is_taken_out_and_edges_stay():
    step = torch.full((1, 3, 64, 64), 0.2, dtype=torch.float64)
    step[..., 32:] = 0.6
    generator = torch.Generator().manual_seed(0)
    noisy = step + 0.03 * torch.randn(step.shape, generator=generator, dtype=torch.float64)
    clean = denoise(noisy, torch.ones_like(noisy), torch.full_like(noisy, 2.5))
    flat = np.s_[..., 8:56, 4:12]
    assert (clean - step)[flat].std() < 0.2 * (noisy - step)[flat].std()
    assert (clean[..., 32] - clean[..., 31]).mean() > 0.3


def test_without_noise_nothing_is_changed():
    image = random(1, 3, 9, 13)
    same = denoise(image, torch.ones_like(image), torch.zeros(1, 3, 9, 13).double())
    torch.testing.assert_close(same, image)


def test_gradients_of_denoising_in_float64():
    image, detail = 0.1 + 0.7 * random(1, 3, 5, 6), 0.5 + random(1, 3, 5, 6)
    factor = 1 + random(1, 2, 5, 6)
    assert gradcheck(denoise, [value.requires_grad_() for value in (image, detail, factor)])
