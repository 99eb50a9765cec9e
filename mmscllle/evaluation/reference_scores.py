"""How near an enhanced image is to its reference: brightness, structure, colour."""

from __future__ import annotations

import numpy as np
from skimage.color import deltaE_cie76, rgb2lab
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch import Tensor

SSIM_WINDOW = 7
PSNR_LIMIT = 100.0


def psnr(image: Tensor, reference: Tensor) -> float:
    """Peak signal-to-noise ratio, ``-10 log10(mean((image - reference)^2))``.

    Args:
        image: (3, H, W), RGB in [0, 1].
        reference: Of the same shape.

    Returns:
        Decibels; 100 at most, so that one image that equals its reference does not make a mean
        infinite. NaN where the image has NaN.
    """
    with np.errstate(divide='ignore'):
        value = peak_signal_noise_ratio(reference.numpy(), image.numpy(), data_range=1)
    # np.minimum, unlike min(), keeps NaN.
    return float(np.minimum(value, PSNR_LIMIT))


def ssim(image: Tensor, reference: Tensor) -> float:
    """Structural similarity, mean over channels and pixels (scikit-image's defaults).

    Wang et al., IEEE Trans. Image Processing 13(4), 2004, with a uniform 7x7 window instead of
    the paper's Gaussian one.

    Args:
        image: (3, H, W), RGB in [0, 1], sides of at least 7 pixels.
        reference: Of the same shape.

    Returns:
        At most 1.
    """
    return float(
        structural_similarity(
            reference.numpy(), image.numpy(), win_size=SSIM_WINDOW, data_range=1, channel_axis=0
        )
    )


def match_brightness(image: Tensor, reference: Tensor) -> Tensor:
    """Scale an image so that its mean equals that of the reference, then clip.

    What is left of the difference is not one of exposure. A black image stays black.

    Args:
        image: (3, H, W), RGB in [0, 1].
        reference: Of the same shape.

    Returns:
        The scaled image in [0, 1]; what is clipped is missing of its mean.
    """
    mean = image.double().mean()
    scale = reference.double().mean() / mean if mean else mean
    return (image * scale).clamp(0, 1).float()


def color_error(image: Tensor, reference: Tensor) -> float:
    """Mean over pixels of the colour difference CIE76, the Euclidean distance in CIELAB (D65).

    Args:
        image: (3, H, W), sRGB in [0, 1].
        reference: Of the same shape.

    Returns:
        Delta E; 2.3 is about what an eye can just see.
    """
    first, second = (rgb2lab(picture.permute(1, 2, 0).numpy()) for picture in (image, reference))
    return float(deltaE_cie76(first, second).mean())
