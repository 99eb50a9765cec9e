"""Metrics against a well-exposed reference image."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from mmengine.logging import print_log
from torch import Tensor

from mmscllle.registry import METRICS

from .image_metric import ImageMetric
from .reference_scores import SSIM_WINDOW, color_error, match_brightness, psnr, ssim
from .sample_fields import enhanced_image, image_path, rgb_image


@METRICS.register_module()
class ImageQuality(ImageMetric):
    """PSNR, SSIM and colour error of the enhanced images that have a reference.

    Reported keys, each as the function of :mod:`mmscllle.evaluation.reference_scores` defines it:
    ``PSNR`` in dB, ``SSIM``, ``PSNR_equal_brightness`` and ``color_error`` (delta E), both after
    :func:`match_brightness`, and ``reference_images``, the number of images with a reference.

    A value that is not defined is left out, never reported as 0 or NaN: without any reference
    there is only ``reference_images: 0``, and one log line says why. An image with a side below 7
    pixels has no SSIM. NaN in an enhanced image gives NaN: a diverged model must not look like a
    missing reference.

    Args:
        **kwargs: See :class:`ImageMetric`.
    """

    _logged = False

    def measure(self, sample: dict, original: Tensor | None) -> dict[str, float]:
        """Compare an image with its ``reference``, (3, H, W), RGB in [0, 1], where it has one.

        Raises:
            ValueError: If ``enhanced`` is missing, or the two differ in size.
        """
        enhanced = enhanced_image(sample)
        if 'reference' not in sample:
            return {}
        reference = rgb_image(sample, 'reference')
        if enhanced.shape != reference.shape:
            raise ValueError(
                f'{image_path(sample)}: the enhanced image is {tuple(enhanced.shape[1:])} (H, W), '
                f'its reference {tuple(reference.shape[1:])}; give a reference of the same size, '
                'or the same resizing in the test pipeline'
            )
        matched = match_brightness(enhanced, reference)
        values = dict(PSNR=psnr(enhanced, reference))
        if min(enhanced.shape[1:]) >= SSIM_WINDOW:
            values['SSIM'] = ssim(enhanced, reference)
        values['PSNR_equal_brightness'] = psnr(matched, reference)
        values['color_error'] = color_error(matched, reference)
        return values

    def summarise(self, values: Sequence[Mapping[str, float]]) -> dict[str, float]:
        """Average over the images with a reference, and count them."""
        compared = sum('PSNR' in image for image in values)
        without_ssim = compared - sum('SSIM' in image for image in values)
        if not compared:
            self._log_once(
                'ImageQuality: no data sample has a "reference", so PSNR and SSIM are not reported'
            )
        elif without_ssim:
            self._log_once(
                f'ImageQuality: {without_ssim} of {compared} images are smaller than '
                f"SSIM's {SSIM_WINDOW}x{SSIM_WINDOW} window and have none"
            )
        return dict(reference_images=compared, **super().summarise(values))

    def _log_once(self, message: str) -> None:
        # Validation runs many times in one training; saying it the first time is enough.
        if not self._logged:
            print_log(message, logger='current', level=logging.WARNING)
            self._logged = True
