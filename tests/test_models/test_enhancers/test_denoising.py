from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch.autograd import gradcheck

from mmscllle.models.enhancers.denoising import average, denoise, double, quiet_level


def random(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.rand(shape, generator=generator, dtype=torch.float64)


def average_of_arrays(image: np.ndarray) -> np.ndarray:
    kernel = np.array([1, 4, 6, 4, 1]) / 16
    for axis in (2, 3):
        image = ndimage.correlate1d(image, kernel, axis, mode='nearest')
    return image


@pytest.mark.parametrize('size', [(1, 1), (1, 9), (9, 1), (7, 11)])
def test_average(size):
    image = random(2, 3, *size)
    np.testing.assert_allclose(average(image), average_of_arrays(image.numpy()), atol=1e-12)


def sample(image: np.ndarray, size: Sequence[int], places: Callable) -> np.ndarray:
    """Interpolate linearly at places, a function of rows and columns."""
    y, x = np.meshgrid(*(places(np.arange(length)) for length in size), indexing='ij')
    flat = image.reshape(-1, *image.shape[2:])
    values = [ndimage.map_coordinates(one, (y, x), order=1, mode='nearest') for one in flat]
    return np.stack(values).reshape(*image.shape[:2], *size)


@pytest.mark.parametrize('size', [(1, 1), (1, 2), (8, 5), (7, 10)])
def test_double_against_arrays(size):
    coarse = random(2, 3, *(-(-length // 2) for length in size))
    expected = sample(coarse.numpy(), size, lambda pixels: pixels / 2)
    np.testing.assert_allclose(double(coarse, size), expected, atol=1e-12)


def test_double_keeps_what_was_taken():
    image = random(1, 2, 7, 10)
    again = double(image[..., ::2, ::2], (7, 10))
    torch.testing.assert_close(again[..., ::2, ::2], image[..., ::2, ::2])


def enlarge_arrays(blocks: np.ndarray, block: int, size: Sequence[int]) -> np.ndarray:
    return sample(blocks, size, lambda pixels: (pixels + 0.5) / block - 0.5)


def quiet_level_of_arrays(difference: np.ndarray, block: int) -> np.ndarray:
    """The quietest of 5 x 5 blocks, between the blocks' centres."""
    count, _, height, width = difference.shape
    rows, columns = -(-height // block), -(-width // block)
    power = np.abs(difference).mean(1)
    power = np.pad(
        power, ((0, 0), (0, block * rows - height), (0, block * columns - width)), 'edge'
    )
    blocks = power.reshape(count, rows, block, columns, block).mean((2, 4))
    quietest = ndimage.minimum_filter(blocks, (1, 5, 5), mode='nearest')
    return enlarge_arrays(quietest[:, None], block, (height, width))


@pytest.mark.parametrize('block', [8, 4, 2])
@pytest.mark.parametrize('size', [(1, 1), (7, 30), (60, 50)])
def test_quiet_level_against_arrays(size, block):
    difference = random(2, 3, *size) - 0.5
    np.testing.assert_allclose(
        quiet_level(difference, block), quiet_level_of_arrays(difference.numpy(), block), atol=1e-12
    )


def test_structure_is_no_noise():
    """Half of the picture is full of lines: the noise is still that of the other half."""
    lines = torch.zeros(1, 3, 64, 64, dtype=torch.float64)
    lines[..., 24:, ::2] = 0.5
    assert quiet_level(lines, 8)[..., :32, :].max() == 0


def denoise_arrays(
    image: np.ndarray, kept: np.ndarray, block: int, first: bool
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The equation of the docstring, a scale within the other; and the weights of this scale."""
    size, last = image.shape[2:], kept.shape[1] == 4
    base = average_of_arrays(image)
    detail = enlarge_arrays(kept[:, :3], block, size) if first else 1
    weights = []
    # Colour has twice the factor, and in the first scale a least level: 0.4 of 255.
    for times, least, part in zip((1, 2), (0, 0.4 * first), split(image - base), strict=True):
        power = average_of_arrays((part**2).mean(1, keepdims=True)) + 1e-8
        factor = times * enlarge_arrays(kept[:, 3:4], block, size)
        noise = factor * np.hypot(quiet_level_of_arrays(part, block), least / 255)
        weights.append(power**2 / (power**2 + noise**4))
    own = detail * weigh(image - base, weights)
    if last:
        return base + own, weights
    coarse = base[..., ::2, ::2]
    clean, own_weights = denoise_arrays(coarse, np.delete(kept, 3, 1), block // 2, first=False)
    clean, *coarser = (
        sample(one, size, lambda pixels: pixels / 2) for one in (clean, *own_weights)
    )
    rest = base - sample(coarse, size, lambda pixels: pixels / 2)
    return clean + own + weigh(rest, coarser), weights


def split(difference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    grey = difference.mean(1, keepdims=True)
    return grey, difference - grey


def weigh(difference: np.ndarray, weights: Sequence[np.ndarray]) -> np.ndarray:
    return sum(part * weight for part, weight in zip(split(difference), weights, strict=True))


@pytest.mark.parametrize('range_', [1.0, 0.01])
@pytest.mark.parametrize('scales', [1, 2, 3])
def test_denoising_against_arrays(scales, range_):
    image = 0.1 + range_ * (random(2, 3, 19, 29) - 0.1)
    kept = torch.cat((0.5 + random(2, 3, 3, 4), 2 * random(2, scales, 3, 4)), dim=1)
    expected, _ = denoise_arrays(image.numpy(), kept.numpy(), 8, first=True)
    np.testing.assert_allclose(denoise(image, kept, 8), expected, atol=1e-12)


def keep(image: torch.Tensor, factor: float) -> torch.Tensor:
    """All of the finest detail, and three scales with one factor."""
    cells = [-(-length // 8) for length in image.shape[2:]]
    kept = torch.full((len(image), 6, *cells), factor, dtype=image.dtype)
    kept[:, :3] = 1
    return kept


def test_noise_of_colour_is_taken_out_and_grey_texture_stays():
    generator = torch.Generator().manual_seed(0)
    grey, colour = (
        0.03 * torch.randn(1, 3, 64, 64, generator=generator, dtype=torch.float64) for _ in range(2)
    )
    grey = grey.mean(dim=1, keepdim=True).expand(1, 3, 64, 64)
    colour = colour - colour.mean(dim=1, keepdim=True)
    # Half of the picture has no texture, so that texture is no noise.
    texture = torch.where(torch.arange(64) < 32, 0.0, 1.0) * grey
    clean = denoise(0.4 + texture + colour, keep(grey, 1.2), 8)
    inner = np.s_[..., 8:56, 34:46]
    left = clean - clean.mean(dim=1, keepdim=True)
    assert left[inner].std() < 0.3 * colour[inner].std()
    assert (clean.mean(dim=1) - 0.4 - texture[:, 0])[inner].std() < 0.1 * texture[inner].std()


def test_noise_is_taken_out_and_edges_stay():
    step = torch.full((1, 3, 64, 64), 0.2, dtype=torch.float64)
    step[..., 32:] = 0.6
    generator = torch.Generator().manual_seed(0)
    noisy = step + 0.03 * torch.randn(step.shape, generator=generator, dtype=torch.float64)
    clean = denoise(noisy, keep(noisy, 2.5), 8)
    flat = np.s_[..., 8:56, 4:12]
    assert (clean - step)[flat].std() < 0.2 * (noisy - step)[flat].std()
    assert (clean[..., 32] - clean[..., 31]).mean() > 0.3


def test_coloured_steps_of_8_bits_are_taken_out():
    """A dark grey slope as a file holds it: channels step up at other places, so it has colours."""
    slope = torch.linspace(0.02, 0.12, 96, dtype=torch.float64).expand(1, 3, 48, 96)
    slope = slope + torch.tensor([0.0, 0.3, 0.6], dtype=torch.float64).view(1, 3, 1, 1) / 255
    stored = (slope * 255).round() / 255
    # Where a channel does not step the quietest block has no noise at all.
    clean = denoise(stored, keep(stored, 1.0), 8)

    def colour(image: torch.Tensor) -> torch.Tensor:
        return (image - slope - (image - slope).mean(dim=1, keepdim=True))[..., 8:40, 8:88]

    # 0.21 without a least level, 0.14 with it.
    assert colour(clean).std() < 0.17 * colour(stored).std()


def test_without_noise_nothing_is_changed():
    image = random(1, 3, 9, 13)
    torch.testing.assert_close(denoise(image, keep(image, 0), 8), image)


def test_gradients_of_denoising_in_float64():
    image = 0.1 + 0.7 * random(1, 3, 5, 6)
    kept = torch.cat((0.5 + random(1, 3, 2, 2), 1 + random(1, 2, 2, 2)), dim=1)
    values = [value.requires_grad_() for value in (image, kept)]
    assert gradcheck(lambda image, kept: denoise(image, kept, 4), values)
