"""What a dark picture already shows well keeps its colours: a blue sky above a dark street."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from .linear_light import check_range
from .shares import check_share

# Of the bilateral filter whose result tells what is well exposed: levels, of 1, and pixels.
LEVELS, PIXELS = 0.15, 6.0
# Between these levels of its darkest channel the reference counts more and more as neutral white,
# where a dark copy shows no detail either.
WHITE = (0.9, 1.0)
# No channel is made brighter than this: nearly white, clouds show no detail.
MOST = 0.92
SMALLEST = 1e-3


def smooth_step(values: np.ndarray, ends: Sequence[float]) -> np.ndarray:
    """Rise smoothly from 0 at the first of two values to 1 at the second."""
    share = ((values - ends[0]) / (ends[1] - ends[0])).clip(0, 1)
    return share * share * (3 - 2 * share)


@TRANSFORMS.register_module()
class KeepWellExposed(BaseTransform):
    r"""Put what is well exposed in ``img`` into its reference ``gt_img``.

    A picture that is bright enough as a whole has paler skies than a darker one, and what is lit
    at night burns in it. As in exposure fusion (Mertens et al., *Exposure Fusion*, Pacific Graphics
    2007), each place is taken from the exposure that shows it well:

    .. math:: r' = r + m \, (k x - r), \qquad
              m = s \, S_{l, h}(B(\max_c x_c)) \, (1 - S_{0.9, 1}(\min_c r_c))

    with :math:`x` and :math:`r` in [0, 1], the channels :math:`c`, ``levels`` :math:`(l, h)`, and
    a smooth step :math:`S` from 0 to 1. The bilateral filter :math:`B` makes its step even within
    a surface; it changes at edges. What is neutral white in the reference stays white: in the
    darker picture it is a grey without detail. Noise in what is well exposed is kept, too, in part.

    The factor makes the dark copy brighter and leaves its hue and saturation alone, with
    :math:`Y` the luma and ``brightness`` :math:`b`; no divisor is less than 0.001:

    .. math:: k = \max\left(1, \min\left(1 + b \, \frac{Y(r) - Y(x)}{Y(x)},
              \frac{0.92}{\max_c x_c}\right)\right)

    Args:
        levels: The levels of ``img`` between which :math:`m` rises, ascending, in (0, 1].
        share: s, the largest share, from 0 to 1.
        brightness: b, how much of the way the brightness goes to that of the reference, from 0 to
            1; 0 keeps the dark copy as it is.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        levels: Sequence[float] = (0.2, 0.6),
        share: float = 0.95,
        brightness: float = 0.5,
    ) -> None:
        self.levels = check_range('levels', levels)
        if self.levels[0] == self.levels[1] or self.levels[1] > 1:
            raise ValueError(f'levels must be two different numbers of at most 1, got {levels}')
        self.share = check_share('share', share)
        self.brightness = check_share('brightness', brightness)

    def transform(self, results: dict) -> dict:
        """Change ``results['gt_img']`` by ``results['img']``, both uint8 (H, W, 3)."""
        image, reference = (results[name].astype(np.float32) / 255 for name in ('img', 'gt_img'))
        brightest = image.max(axis=2)
        smooth = cv2.bilateralFilter(brightest, -1, LEVELS, PIXELS)
        share = self.share * smooth_step(smooth, self.levels)
        share *= 1 - smooth_step(reference.min(axis=2), WHITE)
        own, aim = (cv2.cvtColor(part, cv2.COLOR_BGR2GRAY) for part in (image, reference))
        factor = 1 + self.brightness * (aim - own) / np.maximum(own, SMALLEST)
        factor = np.minimum(factor, MOST / np.maximum(brightest, SMALLEST)).clip(min=1)
        reference += share[..., None] * (factor[..., None] * image - reference)
        results['gt_img'] = np.rint(255 * reference).astype(np.uint8)
        return results
