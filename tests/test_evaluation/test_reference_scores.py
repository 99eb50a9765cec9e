import math

import cv2
import numpy as np
import pytest
import torch

from mmscllle.evaluation.reference_scores import color_error, match_brightness, psnr, ssim


def grey(level, size=(8, 9)):
    return torch.full((3, *size), level)


def ssim_by_loops(first, second, window=7):
    """SSIM of two (H, W) images: uniform window, sample covariance, borders cropped."""
    c1, c2 = 0.01**2, 0.03**2
    values = []
    for y in range(first.shape[0] - window + 1):
        for x in range(first.shape[1] - window + 1):
            a = first[y : y + window, x : x + window].ravel()
            b = second[y : y + window, x : x + window].ravel()
            cov = np.cov(a, b)
            values.append(
                (2 * a.mean() * b.mean() + c1)
                * (2 * cov[0, 1] + c2)
                / ((a.mean() ** 2 + b.mean() ** 2 + c1) * (cov[0, 0] + cov[1, 1] + c2))
            )
    return np.mean(values)


def test_psnr_by_hand():
    assert psnr(grey(0.5), grey(0.6)) == pytest.approx(20, abs=1e-4)
    assert psnr(grey(0.5), grey(0.5)) == 100
    assert math.isnan(psnr(grey(math.nan), grey(0.5)))


def test_ssim_equals_its_definition():
    generator = torch.Generator().manual_seed(0)
    image, reference = torch.rand(2, 3, 10, 12, generator=generator)
    reference = 0.7 * image + 0.3 * reference
    expected = np.mean(
        [ssim_by_loops(a, b) for a, b in zip(image.numpy(), reference.numpy(), strict=True)]
    )
    assert ssim(image, reference) == pytest.approx(expected, abs=1e-5)
    assert ssim(image, image) == pytest.approx(1)


def test_brightness_is_matched_by_one_factor_then_clipped():
    image = torch.tensor([0.1, 0.2, 0.3, 0.4]).expand(3, 1, 4)
    assert match_brightness(image, grey(0.5))[0, 0].tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert match_brightness(image, grey(0.75))[0, 0].tolist() == pytest.approx([0.3, 0.6, 0.9, 1])
    assert match_brightness(image, grey(0.0))[0, 0].tolist() == [0, 0, 0, 0]


def test_matching_undoes_exposure_and_keeps_black_black():
    reference = torch.rand(3, 10, 12, generator=torch.Generator().manual_seed(0))
    assert psnr(match_brightness(reference * 0.1, reference), reference) > 90
    assert match_brightness(grey(0.0), grey(0.5)).tolist() == grey(0.0).tolist()
    assert match_brightness(grey(math.nan), grey(0.5)).isnan().all()


def test_color_error_by_hand():
    # L* of a grey Y below 0.008856 is 903.3 Y, and sRGB is linear below 0.04045: Y = x / 12.92.
    assert color_error(grey(0.0), grey(0.02)) == pytest.approx(903.3 * 0.02 / 12.92, abs=1e-3)
    assert color_error(grey(0.0), grey(1.0)) == pytest.approx(100, abs=1e-3)


def test_color_error_is_the_distance_in_lab():
    first, second = torch.rand(2, 3, 6, 7, generator=torch.Generator().manual_seed(0))
    lab = [
        cv2.cvtColor(image.permute(1, 2, 0).numpy(), cv2.COLOR_RGB2LAB) for image in (first, second)
    ]
    expected = np.linalg.norm(lab[0] - lab[1], axis=-1).mean()
    assert color_error(first, second) == pytest.approx(expected, rel=2e-3)
    assert color_error(first, first) == 0
