"""Leave a part of a picture without light, as by night around what is lit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from .light_pattern import draw_light_pattern
from .linear_light import check_range, draw_log_uniform

GAMMA = 2.2
# Of the border of the light: the share of the picture beyond it, the blur of a picture that tells
# where it runs, and how steep it is in a random pattern and in a picture.
DARK_SHARE, BLUR, STEEP_PATTERN, STEEP_PICTURE = (0.4, 0.85), 4.0, (1.5, 5.0), (3.0, 10.0)


@TRANSFORMS.register_module()
class SynthesizeLowKey(BaseTransform):
    r"""Make ``img`` a low-key picture: a subject that is lit, and nearly black around it.

    .. math:: y = \left( x^{2.2} \, b^{\,1 - s} \right)^{1 / 2.2}, \qquad
              s = \min(1, \max(0, 1/2 + k (p - q)))

    with a pattern :math:`p`, at random or the blurred picture itself, its quantile :math:`q`, and
    the light :math:`b` of the background in that of the subject. As a reference it teaches that
    black stays black where something else is lit: a tower at night, a black cat.

    Args:
        background: Range of b, drawn log-uniformly.

    Raises:
        ValueError: If it is not two ascending positive numbers.
    """

    def __init__(self, background: Sequence[float] = (1e-4, 2e-2)) -> None:
        self.background = check_range('background', background)

    def transform(self, results: dict) -> dict:
        """Change ``results['img']``, uint8 (H, W, 3)."""
        image = results['img']
        levels, of_picture = draw_light_pattern(image, BLUR)
        steepness = np.random.uniform(*(STEEP_PICTURE if of_picture else STEEP_PATTERN))
        border = np.quantile(levels, np.random.uniform(*DARK_SHARE))
        lit = (0.5 + steepness * (levels - border)).clip(0, 1)[..., None]
        light = (image / np.float32(255)) ** GAMMA
        light *= draw_log_uniform(self.background) ** (1 - lit)
        results['img'] = np.rint(255 * light ** (1 / GAMMA)).astype(np.uint8)
        return results
