"""Make a clean dark picture as noisy as one of a smaller sensor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from .linear_light import DISPLAY_GAMMA, check_range, draw_log_uniform
from .sensor_noise import add_sensor_noise, draw_noise
from .shares import check_share

# Standard deviation in pixels by which neighbours depend on each other, and how often they do.
BLUR, BLUR_PROB = (0.4, 0.9), 0.5


@TRANSFORMS.register_module()
class AddSensorNoise(BaseTransform):
    """Add noise to ``img``, in linear light, and take away some of its light.

    In half of the pictures the noise of neighbours is alike, as it is after demosaicing.

    Args:
        exposure: Range of the factor on linear light, drawn uniformly.
        shot_noise: Range of the variance per unit of light, drawn log-uniformly.
        read_noise: Range of the standard deviation in the dark, drawn log-uniformly.
        prob: Share of the pictures that are changed.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        exposure: Sequence[float] = (0.3, 1.0),
        shot_noise: Sequence[float] = (3e-5, 2e-3),
        read_noise: Sequence[float] = (3e-5, 6e-4),
        prob: float = 0.5,
    ) -> None:
        self.exposure = check_range('exposure', exposure)
        self.shot_noise = check_range('shot_noise', shot_noise)
        self.read_noise = check_range('read_noise', read_noise)
        self.prob = check_share('prob', prob)

    def transform(self, results: dict) -> dict:
        """Add noise to ``results['img']``, uint8 (H, W, 3)."""
        if np.random.rand() < self.prob:
            image = results['img']
            levels = (np.arange(256, dtype=np.float32) / 255) ** DISPLAY_GAMMA
            light = levels[image] * np.float32(np.random.uniform(*self.exposure))
            blur = np.random.uniform(*BLUR) if np.random.rand() < BLUR_PROB else 0.0
            noisy = add_sensor_noise(
                light,
                draw_log_uniform(self.shot_noise),
                draw_log_uniform(self.read_noise),
                draw_noise(image.shape, blur),
            )
            shown = np.clip(noisy, 0, 1) ** (1 / DISPLAY_GAMMA)
            results['img'] = np.rint(shown * 255).astype(np.uint8)
        return results
