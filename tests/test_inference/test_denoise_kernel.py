"""Compiled code takes out the noise that the plain way takes out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

import mmscllle
from mmscllle.models.enhancers.cells import enlarge
from mmscllle.models.enhancers.denoising import denoise

pytest.importorskip('numba')
KERNELS = Path(mmscllle.__file__).parent / 'inference'


def take_out_noise(image: np.ndarray, detail: np.ndarray, bands: int, result: np.ndarray) -> None:
    # Not at the top: it needs numba.
    from mmscllle.inference.denoise_kernel import denoise as compiled

    compiled(image, detail, bands, result)


def picture(height: int, width: int) -> torch.Tensor:
    """A ramp with an edge and noise, (1, 3, H, W)."""
    generator = torch.Generator().manual_seed(height * width)
    image = torch.linspace(0, 0.4, width).expand(1, 3, height, width).clone()
    image[..., height // 2 :, : width // 2] += 0.3
    image += 0.03 * torch.randn(image.shape, generator=generator)
    return image.clamp(0, 1)


@pytest.mark.parametrize('bands', [1, 2, 5])
@pytest.mark.parametrize('size', [(1, 1), (8, 8), (5, 19), (61, 47), (16, 300), (333, 90)])
@pytest.mark.parametrize('scales', [1, 2, 3, 4])
def test_same_as_the_plain_way(scales, size, bands):
    image = picture(*size)
    cells = (-(-size[0] // 8), -(-size[1] // 8))
    generator = torch.Generator().manual_seed(scales)
    detail = 0.4 + 1.2 * torch.rand(1, 3, *cells, generator=generator)
    factor = 6 * torch.rand(1, scales, *cells, generator=generator)
    expected = denoise(image, enlarge(detail, 8, size), enlarge(factor, 8, size)).clamp(0, 1)
    result = np.full((3, *size), np.nan, np.float32)
    take_out_noise(image[0].numpy(), torch.cat((detail, factor), 1)[0].numpy(), bands, result)
    np.testing.assert_allclose(result, expected[0].numpy(), rtol=0, atol=2e-6)
    if min(size) > 8:
        assert (expected - image).abs().max() > 0.02


def test_nothing_is_taken_out_without_a_factor():
    image = picture(40, 50)[0].numpy()
    detail = np.concatenate((np.ones((3, 5, 7), np.float32), np.zeros((3, 5, 7), np.float32)))
    result = np.empty_like(image)
    take_out_noise(image, detail, 2, result)
    np.testing.assert_allclose(result, image, rtol=0, atol=1e-6)


@pytest.mark.parametrize('name', ['denoise_kernel', 'grid_kernel'])
def test_compiled_code_is_made_anew_when_what_it_calls_has_changed(name):
    """Numba looks at the content of a function's own file alone."""
    called = (KERNELS / 'kernel_lines.py').read_bytes()
    line = f'# {hashlib.sha256(called).hexdigest()[:12]}: its digest, see there.'
    assert line in (KERNELS / f'{name}.py').read_text(), f'{name}.py needs the line {line}'
