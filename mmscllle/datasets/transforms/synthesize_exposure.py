"""Make wrongly exposed negatives where no bracketed set exists."""

from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from .linear_light import change_exposure, check_range, draw_log_uniform
from .shares import check_share


@TRANSFORMS.register_module()
class SynthesizeExposure(BaseTransform):
    """Over- or under-expose ``img`` in linear light, without noise.

    Args:
        over: Range of the factor on linear light for over-exposure, drawn log-uniformly.
        under: Range of the factor for under-exposure.
        under_prob: Share of images that are under-exposed; the others are over-exposed.

    Raises:
        ValueError: If a range is not two ascending positive numbers, or ``under_prob`` not in
            [0, 1].
    """

    def __init__(
        self,
        over: tuple[float, float] = (3.0, 10.0),
        under: tuple[float, float] = (0.01, 0.08),
        under_prob: float = 0.5,
    ) -> None:
        self.over = check_range('over', over)
        self.under = check_range('under', under)
        self.under_prob = check_share('under_prob', under_prob)

    def transform(self, results: dict) -> dict:
        """Expose ``results['img']``, uint8 (H, W, 3), wrongly."""
        factors = self.under if np.random.rand() < self.under_prob else self.over
        results['img'] = change_exposure(results['img'], draw_log_uniform(factors))
        return results
