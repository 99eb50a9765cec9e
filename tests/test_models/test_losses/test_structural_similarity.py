from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage import metrics
from torch.autograd import gradcheck

from mmscllle.models.losses.structural_similarity import structural_similarity


def images(n=2, size=(23, 31)):
    generator = torch.Generator().manual_seed(0)
    a, noise = torch.rand(2, n, 3, *size, generator=generator, dtype=torch.float64)
    return a, (0.6 * a + 0.3 * noise).clamp(0, 1)


def reference(a, b):
    """The mean, and the similarity around each pixel, by scikit-image."""
    return metrics.structural_similarity(
        a.numpy(),
        b.numpy(),
        win_size=7,
        channel_axis=0,
        data_range=1,
        gaussian_weights=False,
        use_sample_covariance=False,
        full=True,
    )


def test_equals_scikit_image():
    a, b = images()
    expected = [reference(*pair)[0] for pair in zip(a, b, strict=True)]
    np.testing.assert_allclose(structural_similarity(a, b), expected, rtol=1e-10)


def test_every_fourth_window():
    a, b = images()
    # The first window is centred on pixel 3.
    expected = [reference(*pair)[1][:, 3:-3:4, 3:-3:4].mean() for pair in zip(a, b, strict=True)]
    np.testing.assert_allclose(structural_similarity(a, b, stride=4), expected, rtol=1e-10)


def test_hand_values():
    a, _ = images()
    torch.testing.assert_close(structural_similarity(a, a), torch.ones(2, dtype=torch.float64))
    # Without contrast: (2 * 0.5 * 0.25 + 1e-4) / (0.5^2 + 0.25^2 + 1e-4) = 0.2501 / 0.3126.
    a, b = torch.full((1, 3, 8, 9), 0.5).double(), torch.full((1, 3, 8, 9), 0.25).double()
    assert structural_similarity(a, b).item() == pytest.approx(0.2501 / 0.3126, abs=1e-9)


def test_gradient_in_float64():
    a, b = images(1, (9, 8))
    assert gradcheck(structural_similarity, (a.requires_grad_(), b.requires_grad_()))


def test_float32_of_flat_and_bright_images():
    a, b = (image.float() for image in images())
    a, b = 0.99 + 0.01 * a, 0.99 + 0.01 * b
    torch.testing.assert_close(
        structural_similarity(a, b),
        structural_similarity(a.double(), b.double()).float(),
        rtol=0,
        atol=2e-3,
    )


@pytest.mark.parametrize('size', [(6, 9), (9, 6)])
def test_images_smaller_than_a_window(size):
    a, b = images(1, size)
    with pytest.raises(ValueError, match=f'at least 7 x 7 pixels, got {size[0]} x {size[1]}'):
        structural_similarity(a, b)
