"""Compiled code takes out the noise that the plain way takes out, ahead of its curves."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
import torch

import mmscllle
from mmscllle.models.enhancers.bilateral_grid import COMPRESSION, compress
from mmscllle.models.enhancers.denoising import denoise

pytest.importorskip('numba')
KERNELS = Path(mmscllle.__file__).parent / 'inference'
FILES = [
    'curve_lines',
    'denoise_kernel',
    'grid_kernel',
    'noise_lines',
    'pyramid_lines',
    'scale_lines',
]


def take_out_noise(image: np.ndarray, detail: np.ndarray, bands: int) -> np.ndarray:
    """Take out noise, and apply curves that give :func:`compress` of the light."""
    # Not at the top: it needs numba.
    from mmscllle.inference.denoise_kernel import denoise_and_apply_grid

    result = np.full(image.shape, np.nan, np.float32)
    curve = np.linspace(0, 1, 4, dtype=np.float32)
    grid = np.array(np.broadcast_to(curve[:, None, None], (3, 4, *detail.shape[1:])))
    denoise_and_apply_grid(image, image, grid, detail, COMPRESSION, 1.0, bands, result)
    return result


def picture(height: int, width: int) -> torch.Tensor:
    """A ramp with an edge and noise, (1, 3, H, W)."""
    generator = torch.Generator().manual_seed(height * width)
    image = torch.linspace(0, 0.4, width).expand(1, 3, height, width).clone()
    image[..., height // 2 :, : width // 2] += 0.3
    image += 0.03 * torch.randn(image.shape, generator=generator)
    return image.clamp(0, 1)


@pytest.mark.parametrize('bands', [1, 2, 5])
@pytest.mark.parametrize('size', [(1, 1), (8, 8), (5, 19), (61, 47), (16, 300), (333, 90)])
@pytest.mark.parametrize('scales', [1, 2, 3])
def test_same_as_the_plain_way(scales, size, bands):
    image = picture(*size)
    cells = (-(-size[0] // 8), -(-size[1] // 8))
    generator = torch.Generator().manual_seed(scales)
    detail = 0.4 + 1.2 * torch.rand(1, 3, *cells, generator=generator)
    factor = 6 * torch.rand(1, scales, *cells, generator=generator)
    kept = torch.cat((detail, factor), dim=1)
    expected = denoise(image, kept, 8).clamp(0, 1)
    result = take_out_noise(image[0].numpy(), kept[0].numpy(), bands)
    np.testing.assert_allclose(result, compress(expected)[0].numpy(), rtol=0, atol=4e-5)
    if min(size) > 8:
        assert (expected - image).abs().max() > 0.02


@pytest.mark.parametrize('scales', [1, 2, 3])
def test_coloured_steps_of_8_bits_as_the_plain_way(scales):
    image = (picture(61, 47) / 20 * 255).round() / 255
    kept = torch.ones(1, 3 + scales, 8, 6)
    expected = denoise(image, kept, 8).clamp(0, 1)
    result = take_out_noise(image[0].numpy(), kept[0].numpy(), 2)
    np.testing.assert_allclose(result, compress(expected)[0].numpy(), rtol=0, atol=4e-5)


def test_nothing_is_taken_out_without_a_factor():
    image = picture(40, 50)[0].numpy()
    detail = np.concatenate((np.ones((3, 5, 7), np.float32), np.zeros((3, 5, 7), np.float32)))
    expected = compress(torch.from_numpy(image)).numpy()
    np.testing.assert_allclose(take_out_noise(image, detail, 2), expected, rtol=0, atol=2e-5)


@pytest.mark.parametrize('name', FILES)
def test_compiled_code_is_made_anew_when_what_it_calls_has_changed(name):
    """Numba looks at the content of a function's own file alone."""
    text = (KERNELS / f'{name}.py').read_text()
    called = re.findall(r'^from \.(\w+_lines) import', text, flags=re.MULTILINE)
    assert called
    for other in called:
        digest = hashlib.sha256((KERNELS / f'{other}.py').read_bytes()).hexdigest()[:12]
        line = f'# {digest}: digest of {other}.py, see there.'
        assert line in text, f'{name}.py needs the line {line}'
