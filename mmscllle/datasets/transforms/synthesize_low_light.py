"""Darken a well-lit image as a camera would see it with less light."""

from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from .linear_light import change_exposure, check_range, draw_log_uniform
from .shares import check_share


@TRANSFORMS.register_module()
class SynthesizeLowLight(BaseTransform):
    r"""Darken ``img`` in linear light and add the noise of a sensor.

    .. math:: y = (k x^{2.2})^{\gamma} + n, \quad n \sim N(0, \sigma_s y + \sigma_r),
              \quad y^{1/2.2} \text{ in 8 bit}

    Signal-dependent shot noise and constant read noise as one heteroscedastic Gaussian: Foi et
    al., *Practical Poissonian-Gaussian Noise Modeling and Fitting*, 2008; ranges as Brooks et
    al., *Unprocessing Images for Learned Raw Denoising*, 2019.

    Args:
        exposure: Range of the factor k on linear light, drawn log-uniformly.
        gamma: Range of the exponent on linear light, at least 1 to deepen the shadows.
        shot_noise: Range of the variance per unit of signal, drawn log-uniformly.
        read_noise: Range of the constant variance, drawn log-uniformly.
        prob: Share of images that are darkened.

    Raises:
        ValueError: If a range is not two ascending positive numbers, or ``prob`` not in [0, 1].
    """

    def __init__(
        self,
        exposure: tuple[float, float] = (0.05, 0.3),
        gamma: tuple[float, float] = (1.0, 1.0),
        shot_noise: tuple[float, float] = (5e-4, 4e-3),
        read_noise: tuple[float, float] = (1e-6, 1e-5),
        prob: float = 1.0,
    ) -> None:
        self.exposure = check_range('exposure', exposure)
        self.gamma = check_range('gamma', gamma)
        self.shot_noise = check_range('shot_noise', shot_noise)
        self.read_noise = check_range('read_noise', read_noise)
        self.prob = check_share('prob', prob)

    def transform(self, results: dict) -> dict:
        """Darken ``results['img']``, uint8 (H, W, 3)."""
        if np.random.rand() < self.prob:
            results['img'] = change_exposure(
                results['img'],
                exposure=draw_log_uniform(self.exposure),
                gamma=draw_log_uniform(self.gamma),
                shot_noise=draw_log_uniform(self.shot_noise),
                read_noise=draw_log_uniform(self.read_noise),
            )
        return results
