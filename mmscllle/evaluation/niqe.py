"""NIQE, how natural an image looks: the distance of its statistics from those of good photographs.

Mittal, Soundararajan and Bovik, *Making a "Completely Blind" Image Quality Analyzer*, IEEE Signal
Processing Letters 20(3), 2013. Numbers in brackets are equations of the paper.

Where a picture is flat, rounding decides which values count as below or above zero, and that shows
in the second digit. So precision and order of additions are those of mmagic's metric: single
precision up to the halved image, double from there.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from mmengine.logging import print_log
from scipy.ndimage import convolve
from scipy.special import gamma
from torch import Tensor

from mmscllle.registry import METRICS

from .image_metric import ImageMetric, Measured
from .sample_fields import enhanced_image, image_path

BLOCK = 96
MIN_BLOCKS = 2
# The key of a count: images without a value.
FLAT = 'flat_images'
# The model of pristine photographs, and the Gaussian window of 7 x 7 pixels with a standard
# deviation of 7/6, as the authors published them with their code (Laboratory for Image and Video
# Engineering, The University of Texas at Austin: free to use, copy, modify and distribute with this
# notice), in the numbers that BasicSR and mmagic carry (Apache 2.0).
with np.load(Path(__file__).with_name('niqe_pristine.npz')) as parameters:
    PRISTINE = dict(parameters)
# MATLAB's imresize to a half: Keys' cubic kernel (a = -0.5), made twice as wide, at the distances
# of 3.5, 2.5, 1.5 and 0.5 pixels to each side.
HALF_SIDE = np.array([-0.01171875, -0.03515625, 0.11328125, 0.43359375], np.float32)
HALF_KERNEL = np.concatenate([HALF_SIDE, HALF_SIDE[::-1]])
# Neighbours along rows, columns and diagonals.
SHIFTS = ((0, 1), (1, 0), (1, 1), (1, -1))
SHAPES = np.arange(0.2, 10.001, 0.001)
# The ratio of moments by which the shape of a generalised Gaussian is looked up.
RATIOS = gamma(2 / SHAPES) ** 2 / (gamma(1 / SHAPES) * gamma(3 / SHAPES))


def niqe(image: Tensor) -> float:
    """Natural image quality evaluator; lower is better.

    The grey version of the image is cut into blocks of 96 x 96 pixels, all of which count (the
    authors' code as published; the paper takes sharp ones for the pristine model only).

    Args:
        image: (3, H, W), RGB in [0, 1].

    Returns:
        The distance (10), 3 to 6 for most photographs. NaN for a picture that is flat in nearly
        all blocks.

    Raises:
        ValueError: If the image does not hold two whole blocks.
    """
    height, width = image.shape[1:]
    blocks = _count_blocks(image)
    if blocks < MIN_BLOCKS:
        raise ValueError(
            f'NIQE needs {MIN_BLOCKS} whole blocks of {BLOCK} x {BLOCK} pixels, an '
            f'image of {height} x {width} (H x W) holds {blocks}'
        )
    bgr = np.ascontiguousarray(image.flip(0).permute(1, 2, 0).float().numpy())
    grey = np.rint(255 * cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY))
    grey = grey[: height // BLOCK * BLOCK, : width // BLOCK * BLOCK]
    features = np.concatenate(
        [
            _block_features(_normalise(grey), BLOCK),
            _block_features(_normalise(255 * _halve(grey / 255).astype(np.float64)), BLOCK // 2),
        ],
        axis=1,
    )

    known = features[~np.isnan(features).any(axis=1)]
    if len(known) < MIN_BLOCKS:
        return float('nan')
    difference = PRISTINE['mean'] - np.nanmean(features, axis=0)
    covariance = (PRISTINE['covariance'] + np.cov(known, rowvar=False)) / 2
    return float(np.sqrt(difference @ np.linalg.pinv(covariance) @ difference))


@METRICS.register_module()
class NIQE(ImageMetric):
    """NIQE of the enhanced images, averaged over images; needs no reference.

    Reported key: ``NIQE``, as :func:`niqe` defines it. An image that does not hold two blocks of
    96 x 96 pixels has none, and a log line names it. A flat image has none either: one log line
    names all of them, and ``flat_images`` is their number where there are any. NaN in an enhanced
    image gives NaN, as do images none of which has a value because they are flat.

    Args:
        **kwargs: See :class:`ImageMetric`.
    """

    def measure(self, sample: dict, original: Tensor | None) -> dict[str, float]:
        """Measure an image.

        Raises:
            ValueError: If ``enhanced`` is missing.
        """
        image = enhanced_image(sample)
        if _count_blocks(image) < MIN_BLOCKS:
            print_log(
                f'NIQE: {image_path(sample)} is left out, it is too small',
                'current',
                logging.WARNING,
            )
            return {}
        value = niqe(image)
        # A diverged model must not look like a flat image.
        return {FLAT: 1} if np.isnan(value) and image.isfinite().all() else dict(NIQE=value)

    def summarise(self, values: Sequence[Mapping[str, float]]) -> dict[str, float]:
        """Average over the images that are not flat, and count the others."""
        metrics = super().summarise(values)
        if FLAT in metrics:
            metrics[FLAT] = sum(FLAT in image for image in values)
        return metrics

    def compute_metrics(self, results: list[Measured]) -> dict[str, float]:
        """Average, and name the images that are left out because they are flat."""
        flat = [path for _, values, path in results if FLAT in values]
        if flat:
            print_log(
                f'NIQE: {len(flat)} of {len(results)} images are left out of the mean, for they '
                f'are flat and have none: {", ".join(flat)}',
                'current',
                logging.WARNING,
            )
        metrics = super().compute_metrics(results)
        # What keeps the best checkpoint looks for the mean of all, which there is not.
        return dict(NIQE=float('nan'), **metrics) if flat and 'NIQE' not in metrics else metrics


def _count_blocks(image: Tensor) -> int:
    return (image.shape[1] // BLOCK) * (image.shape[2] // BLOCK)


def _normalise(image: np.ndarray) -> np.ndarray:
    """Local mean and contrast taken out (1)."""
    mean = _blur(image)
    deviation = np.sqrt(np.abs(_blur(image**2) - mean**2))
    return (image - mean) / (deviation + 1)


def _blur(image: np.ndarray) -> np.ndarray:
    return convolve(image, PRISTINE['window'], mode='nearest')


def _halve(image: np.ndarray) -> np.ndarray:
    """Half the size, as MATLAB's ``imresize(image, 0.5)``: bicubic, without aliasing."""
    for _ in range(2):
        padded = np.pad(image, ((3, 3), (0, 0)), mode='symmetric')
        taps = (padded[start : start + len(image) : 2] for start in range(len(HALF_KERNEL)))
        image = sum(weight * tap for weight, tap in zip(HALF_KERNEL, taps, strict=True)).T
    return image


def _block_features(image: np.ndarray, size: int) -> np.ndarray:
    """The 18 features of each block.

    Args:
        image: Normalised, (H, W), sides multiples of ``size``.
        size: Side of a block.

    Returns:
        (blocks, 18).
    """
    strips = image.reshape(len(image) // size, size, -1, size).swapaxes(1, 2)
    return np.concatenate([_features(blocks) for blocks in strips])


def _features(blocks: np.ndarray) -> np.ndarray:
    """Features of blocks (N, size, size): of the values, and of products of neighbours."""
    shape, left, right = _fit_asymmetric(blocks)
    found = [shape, (left + right) / 2]
    for shift in SHIFTS:
        shape, left, right = _fit_asymmetric(blocks * np.roll(blocks, shift, axis=(1, 2)))
        mean = (right - left) * gamma(2 / shape) / gamma(1 / shape)  # (8)
        found += [shape, mean, left, right]
    return np.stack(found, axis=1)


def _fit_asymmetric(blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit an asymmetric generalised Gaussian (7) to each block by its moments.

    Lasmar, Stitou and Berthoumieu, *Multiscale skewed heavy tailed model for texture analysis*,
    ICIP 2009.

    Args:
        blocks: (N, size, size).

    Returns:
        Shape, left and right scale of each. Where a block is flat or of one sign, the scales are
        NaN and the shape is the lowest, as in the authors' code.
    """
    values = blocks.reshape(len(blocks), -1)
    squares = values**2
    with np.errstate(divide='ignore', invalid='ignore'):
        left, right = (
            np.sqrt((squares * side).sum(axis=1) / side.sum(axis=1))
            for side in (values < 0, values > 0)
        )
        skew = left / right
        ratio = np.abs(values).mean(axis=1) ** 2 / squares.mean(axis=1)
        ratio *= (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    shape = np.full(len(values), SHAPES[0])
    known = ~np.isnan(ratio)
    # The ratio grows with the shape, so that the nearest entry is one of two neighbours.
    above = np.clip(np.searchsorted(RATIOS, ratio[known]), 1, len(RATIOS) - 1)
    below_is_nearer = ratio[known] - RATIOS[above - 1] <= RATIOS[above] - ratio[known]
    shape[known] = SHAPES[above - below_is_nearer]
    scale = np.sqrt(gamma(1 / shape) / gamma(3 / shape))
    return shape, left * scale, right * scale
