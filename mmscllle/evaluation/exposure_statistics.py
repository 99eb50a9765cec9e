"""Brightness and clipping of the enhanced images; needs no reference."""

from __future__ import annotations

from torch import Tensor

from mmscllle.registry import METRICS

from .image_metric import ImageMetric
from .sample_fields import enhanced_image

# In 8 bits these values round to 255 and to 0.
HIGH = 254.5 / 255
LOW = 0.5 / 255


def clipped_high(image: Tensor) -> Tensor:
    """Where any channel of an image (3, H, W) in [0, 1] is at least 254.5/255; (H, W), bool."""
    return (image >= HIGH).any(dim=0)


def clipped_low(image: Tensor) -> Tensor:
    """Where all channels of an image (3, H, W) in [0, 1] are at most 0.5/255; (H, W), bool."""
    return (image <= LOW).all(dim=0)


def exposure_statistics(image: Tensor) -> dict[str, float]:
    """Mean brightness and share of clipped pixels of one image.

    Args:
        image: (3, H, W), RGB in [0, 1].

    Returns:
        ``brightness``: mean over pixels of the channel mean, 0 to 1. ``clipped_high`` and
        ``clipped_low``: shares of the pixels that the functions of these names mark, 0 to 1.
    """
    return dict(
        brightness=image.mean().item(),
        clipped_high=clipped_high(image).float().mean().item(),
        clipped_low=clipped_low(image).float().mean().item(),
    )


def newly_clipped(image: Tensor, original: Tensor) -> float:
    """Share of the pixels that are clipped, high or low, and were not before enhancement.

    Args:
        image: (3, H, W) in [0, 1].
        original: The image before, of the same shape; its channels may be in another order.

    Returns:
        0 to 1.
    """
    before, after = (clipped_high(picture) | clipped_low(picture) for picture in (original, image))
    return (after & ~before).float().mean().item()


@METRICS.register_module()
class ExposureStatistics(ImageMetric):
    """Mean brightness and clipped shares of the enhanced images, averaged over images.

    Reported keys: ``brightness``, ``clipped_high`` and ``clipped_low``, as
    :func:`exposure_statistics` defines them, and ``newly_clipped``, see there, where the batch
    holds the 8-bit image of the same size before enhancement.

    Args:
        **kwargs: See :class:`ImageMetric`.
    """

    def measure(self, sample: dict, original: Tensor | None) -> dict[str, float]:
        """Measure an image.

        Raises:
            ValueError: If ``enhanced`` is missing.
        """
        enhanced = enhanced_image(sample)
        values = exposure_statistics(enhanced)
        if original is not None and original.shape == enhanced.shape:
            values['newly_clipped'] = newly_clipped(enhanced, original)
        return values
