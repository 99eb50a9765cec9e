"""PSNR and SSIM against a well-exposed reference image."""

from __future__ import annotations

import logging
from typing import Any, Sequence

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from mmscllle.registry import METRICS

from .sample_fields import enhanced_image, image_path, rgb_image

SSIM_WINDOW = 7
PSNR_LIMIT = 100.0


@METRICS.register_module()
class ImageQuality(BaseMetric):
    """PSNR in dB and SSIM of the enhanced images, averaged over the images that have a reference.

    Both by scikit-image on RGB in [0, 1]: ``PSNR = -10 log10(mean((enhanced - reference)^2))`` and
    the SSIM of Wang et al., IEEE Trans. Image Processing 13(4), 2004, with a uniform 7x7 window
    per channel.

    Reported keys: ``PSNR``, ``SSIM`` and ``reference_images``, the number of images with a
    reference. A value that is not defined is left out, never reported as 0 or NaN: without any
    reference there is only ``reference_images: 0``, and one log line says why. An image with a
    side below 7 pixels has no SSIM; it counts for PSNR alone. The PSNR of an image that equals its
    reference counts as 100 dB, so that one such image does not make the mean infinite. NaN in an
    enhanced image gives NaN: a diverged model must not look like a missing reference.

    Args:
        collect_device: 'cpu' or 'gpu', how results of several ranks are collected.
        prefix: Prefix of the keys, ``prefix/PSNR``; none by default.
        collect_dir: Directory that all ranks share, for ``collect_device='cpu'``.
    """

    # Not None: MMEngine would warn about keys without a prefix, which are meant here.
    default_prefix = ''
    _logged = False

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Compare one batch.

        Args:
            data_batch: Unused.
            data_samples: Data samples as dicts, with fields ``enhanced`` and, where there is one,
                ``reference``: data (3, H, W), RGB in [0, 1].

        Raises:
            ValueError: If ``enhanced`` is missing, or the two differ in size.
        """
        for sample in data_samples:
            # One entry per sample, also without a reference: MMEngine cuts the collected list to
            # the length of the dataset, to drop those that the sampler has repeated.
            self.results.append(_compare(sample))

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Average over images.

        Args:
            results: One dict per image with the values that are defined for it.

        Returns:
            ``reference_images`` and, where defined, ``PSNR`` and ``SSIM``.
        """
        psnr = [result['PSNR'] for result in results if 'PSNR' in result]
        ssim = [result['SSIM'] for result in results if 'SSIM' in result]
        if not psnr:
            self._log_once(
                'ImageQuality: no data sample has a "reference", so PSNR and SSIM are not reported'
            )
        elif len(ssim) < len(psnr):
            self._log_once(
                f'ImageQuality: {len(psnr) - len(ssim)} of {len(psnr)} images are smaller than '
                f"SSIM's {SSIM_WINDOW}x{SSIM_WINDOW} window and count for PSNR only"
            )
        metrics: dict[str, float] = {'reference_images': len(psnr)}
        if psnr:
            metrics['PSNR'] = float(np.mean(psnr))
        if ssim:
            metrics['SSIM'] = float(np.mean(ssim))
        return metrics

    def _log_once(self, message: str) -> None:
        # Validation runs many times in one training; saying it the first time is enough.
        if not self._logged:
            print_log(message, logger='current', level=logging.WARNING)
            self._logged = True


def _compare(sample: dict) -> dict[str, float]:
    enhanced = enhanced_image(sample)
    if 'reference' not in sample:
        return {}
    reference = rgb_image(sample, 'reference')
    if enhanced.shape != reference.shape:
        raise ValueError(
            f'{image_path(sample)}: the enhanced image is {tuple(enhanced.shape[1:])} (H, W), its '
            f'reference {tuple(reference.shape[1:])}; give a reference of the same size, or the '
            'same resizing in the test pipeline'
        )
    first = enhanced.permute(1, 2, 0).numpy()
    second = reference.permute(1, 2, 0).numpy()
    with np.errstate(divide='ignore'):
        psnr = peak_signal_noise_ratio(second, first, data_range=1)
    # np.minimum, unlike min(), keeps NaN.
    values = {'PSNR': float(np.minimum(psnr, PSNR_LIMIT))}
    if min(first.shape[:2]) >= SSIM_WINDOW:
        values['SSIM'] = float(
            structural_similarity(
                second, first, win_size=SSIM_WINDOW, data_range=1, channel_axis=-1
            )
        )
    return values
