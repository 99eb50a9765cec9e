"""Noise of the enhanced images; needs no reference."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from mmscllle.registry import METRICS

from .image_metric import ImageMetric
from .sample_fields import enhanced_image, image_path

# The difference of two estimates of the Laplacian: blind to constant, linear and quadratic shades.
MASK = torch.tensor([[1.0, -2.0, 1.0], [-2.0, 4.0, -2.0], [1.0, -2.0, 1.0]])


def noise_level(image: Tensor) -> float:
    r"""Standard deviation of the noise, estimated by a mask that sees little of the picture.

    .. math:: \sigma = \sqrt{\pi / 2} \; \frac{1}{6 (W - 2)(H - 2)} \sum |I * N|

    Immerkaer, *Fast Noise Variance Estimation*, Computer Vision and Image Understanding 64(2),
    1996, the estimate by absolute values. Fine texture counts as noise, too: it compares versions
    of one picture. Each channel is estimated by itself.

    Args:
        image: (3, H, W) in [0, 1], sides of at least 3 pixels.

    Returns:
        The mean over channels, in steps of 8 bit (of 255).

    Raises:
        ValueError: If a side is below 3 pixels.
    """
    if min(image.shape[1:]) < len(MASK):
        raise ValueError(f'image must be at least 3 x 3, got {tuple(image.shape[1:])} (H, W)')
    response = conv2d(255 * image.float()[:, None], MASK[None, None].to(image.device))
    return math.sqrt(math.pi / 2) / 6 * response.abs().mean().item()


@METRICS.register_module()
class NoiseLevel(ImageMetric):
    """Noise of the enhanced images, averaged over images.

    Reported key: ``noise``, as :func:`noise_level` defines it.

    Args:
        **kwargs: See :class:`ImageMetric`.
    """

    def measure(self, sample: dict, original: Tensor | None) -> dict[str, float]:
        """Measure an image.

        Raises:
            ValueError: If ``enhanced`` is missing or too small.
        """
        image = enhanced_image(sample)
        try:
            return dict(noise=noise_level(image))
        except ValueError as error:
            raise ValueError(f'{image_path(sample)}: {error}') from error
