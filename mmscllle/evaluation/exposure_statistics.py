"""Brightness and clipping of the enhanced images; needs no reference."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
from mmengine.evaluator import BaseMetric
from torch import Tensor

from mmscllle.registry import METRICS

from .sample_fields import enhanced_image

# In 8 bits these values round to 255 and to 0.
HIGH = 254.5 / 255
LOW = 0.5 / 255


def exposure_statistics(image: Tensor) -> dict[str, float]:
    """Mean brightness and share of clipped pixels of one image.

    Args:
        image: (3, H, W), RGB in [0, 1].

    Returns:
        ``brightness``: mean over pixels of the channel mean, 0 to 1. ``clipped_high``: share of
        pixels with any channel >= 254.5/255. ``clipped_low``: share of pixels with all channels
        <= 0.5/255. Shares are 0 to 1.
    """
    return {
        'brightness': image.mean().item(),
        'clipped_high': (image >= HIGH).any(dim=0).float().mean().item(),
        'clipped_low': (image <= LOW).all(dim=0).float().mean().item(),
    }


@METRICS.register_module()
class ExposureStatistics(BaseMetric):
    """Mean brightness and clipped share of the enhanced images, averaged over images.

    Reported keys: ``brightness``, ``clipped_high`` and ``clipped_low``, as
    :func:`exposure_statistics` defines them; every image has the same weight whatever its size.
    All three are defined for every image, so only a run without images leaves them out.

    Args:
        collect_device: 'cpu' or 'gpu', how results of several ranks are collected.
        prefix: Prefix of the keys, ``prefix/brightness``; none by default.
        collect_dir: Directory that all ranks share, for ``collect_device='cpu'``.
    """

    # Not None: MMEngine would warn about keys without a prefix, which are meant here.
    default_prefix = ''

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Measure one batch.

        Args:
            data_batch: Unused.
            data_samples: Data samples as dicts, with field ``enhanced``: data (3, H, W), RGB in
                [0, 1].

        Raises:
            ValueError: If ``enhanced`` is missing.
        """
        self.results.extend(exposure_statistics(enhanced_image(sample)) for sample in data_samples)

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Average over images.

        Args:
            results: One dict of :func:`exposure_statistics` per image.

        Returns:
            The mean of each value; empty if there was no image.
        """
        if not results:
            return {}
        return {key: float(np.mean([result[key] for result in results])) for key in results[0]}
