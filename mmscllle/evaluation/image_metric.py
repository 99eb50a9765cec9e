"""The base of metrics of enhanced images: one measurement an image, means over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from torch import Tensor

from .sample_fields import image_path

# Of an image: its exposure, where the data set tells, the values, and its file. A plain tuple:
# MMEngine makes one of any other when it collects results.
Measured = tuple[str | None, dict[str, float], str]


class ImageMetric(BaseMetric):
    """Base class: measures each enhanced image and reports the means.

    Every image has the same weight whatever its size. Where samples tell their ``exposure``
    (:class:`ExposureStackDataset`), means over the images of each are reported as well, as
    ``very_dark/<key>`` and ``dark/<key>``. A value that is not defined for an image is left out of
    the mean, and a mean of nothing is not reported.

    Args:
        collect_device: 'cpu' or 'gpu', how results of several ranks are collected.
        prefix: Prefix of the keys, ``prefix/PSNR``; none by default.
        collect_dir: Directory that all ranks share, for ``collect_device='cpu'``.
    """

    # Not None: MMEngine would warn about keys without a prefix, which are meant here.
    default_prefix = ''

    def measure(self, sample: dict, original: Tensor | None) -> dict[str, float]:
        """Measure one image.

        Args:
            sample: A data sample as a dict, with field ``enhanced``: data (3, H, W), RGB in
                [0, 1].
            original: The image before enhancement, (3, H, W) in [0, 1], its channels in the
                order of the data set's; None where the loop does not hand it on.

        Returns:
            The values that are defined, by key.
        """
        raise NotImplementedError

    def summarise(self, values: Sequence[Mapping[str, float]]) -> dict[str, float]:
        """Average over images.

        Args:
            values: What :meth:`measure` returned for each.

        Returns:
            The mean of each key over the images that have it.
        """
        keys = dict.fromkeys(key for image in values for key in image)
        return {
            key: float(np.mean([image[key] for image in values if key in image])) for key in keys
        }

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Measure one batch.

        Args:
            data_batch: The batch before the model's preprocessor, or None.
            data_samples: Data samples as dicts.

        Raises:
            ValueError: If an image is missing or has a wrong shape.
        """
        for position, sample in enumerate(data_samples):
            # One entry for each sample, also where nothing is defined: MMEngine cuts the collected
            # list to the length of the dataset, to drop those that the sampler has repeated.
            values = self.measure(sample, _original_image(data_batch, position))
            self.results.append((sample.get('exposure'), values, image_path(sample)))

    def compute_metrics(self, results: list[Measured]) -> dict[str, float]:
        """Average over all images, and over those of each exposure.

        Args:
            results: Of each image.

        Returns:
            Means by key.
        """
        metrics = self.summarise([values for _, values, _ in results])
        for exposure in dict.fromkeys(name for name, *_ in results if name is not None):
            means = self.summarise([values for name, values, _ in results if name == exposure])
            metrics.update({f'{exposure}/{key}': value for key, value in means.items()})
        return metrics


def _original_image(data_batch: Any, position: int) -> Tensor | None:
    """An image of a batch, in [0, 1], where the batch holds 8-bit images."""
    if not isinstance(data_batch, Mapping) or 'inputs' not in data_batch:
        return None
    image = data_batch['inputs'][position]
    return image.float().cpu() / 255 if str(image.dtype) == 'torch.uint8' else None
