"""Bring the colours of a picture nearer to those of others."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from ..image_files import find_images
from .loading import read_picture
from .shares import check_share

# So many pictures of a folder, evenly spaced, tell its colours.
MOST_PICTURES = 64


def count_levels(image: np.ndarray) -> np.ndarray:
    """How many pixels have each of the 256 levels, (C, 256), of a uint8 picture (H, W, C)."""
    return np.stack([np.bincount(channel, minlength=256) for channel in image.reshape(-1, 3).T])


def quantile_tables(counts: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Find the curve of each channel that takes one distribution to another.

    Args:
        counts: How many pixels have each level, (3, 256), see :func:`count_levels`.
        wanted: The same of the distribution to arrive at.

    Returns:
        The level that each level becomes, not rounded, (256, 3).
    """
    levels = np.arange(256)
    tables = np.empty((256, 3))
    for channel, (own, other) in enumerate(zip(counts, wanted, strict=True)):
        # A level lies in the middle of the ranks of its pixels.
        ranks = (own.cumsum() - own / 2) / own.sum()
        other_ranks = (other.cumsum() - other / 2) / other.sum()
        there = other > 0
        tables[:, channel] = np.interp(ranks, other_ranks[there], levels[there])
    return tables


def match_quantiles(image: np.ndarray, counts: np.ndarray, share: float) -> np.ndarray:
    r"""Move each channel a part of the way to a distribution.

    .. math:: y = (1 - s) \, x + s \, G^{-1}(F(x))

    with the distribution function :math:`F` of the channel and :math:`G`, that of ``counts``.  For
    :math:`s = 1` it is the histogram specification of Gonzalez and Woods (*Digital Image
    Processing*, section 3.3).  It is the shortest way there: of all pictures, y has the least
    :math:`(1 - s) |y - x|^2 + s \, W_2^2(y, G)`, with the Wasserstein distance :math:`W_2` of the
    values (Peyré and Cuturi, *Computational Optimal Transport*, 2019, section 2.6).

    Args:
        image: uint8, (H, W, 3).
        counts: How many pixels have each level, (3, 256), see :func:`count_levels`.
        share: s, from 0 to 1.

    Returns:
        uint8, (H, W, 3).
    """
    tables = (1 - share) * np.arange(256)[:, None] + share * quantile_tables(
        count_levels(image), counts
    )
    return cv2.LUT(image, np.rint(tables).astype(np.uint8)[None])


@TRANSFORMS.register_module()
class MatchQuantiles(BaseTransform):
    """Bring the colours of ``img`` nearer to those of the pictures in a folder.

    Args:
        folder: Folders or glob patterns; of many pictures, :data:`MOST_PICTURES` are read.
        share: How much nearer, from 0, as it is, to 1, the same; see :func:`match_quantiles`.

    Raises:
        FileNotFoundError: If a folder does not exist.
        ValueError: If it holds no image, or ``share`` is not in [0, 1].
        OSError: If an image is damaged.
    """

    def __init__(self, folder: str | Sequence[str], share: float = 1.0) -> None:
        self.share = check_share('share', share)
        paths = find_images(folder, 'MatchQuantiles.folder')
        self.counts = np.zeros((3, 256))
        for path in paths[:: -(-len(paths) // MOST_PICTURES)]:
            image = read_picture(path)
            self.counts += count_levels(image) / image.size

    def transform(self, results: dict) -> dict:
        """Change ``results['img']``, uint8 BGR (H, W, 3)."""
        results['img'] = match_quantiles(results['img'], self.counts, self.share)
        return results
