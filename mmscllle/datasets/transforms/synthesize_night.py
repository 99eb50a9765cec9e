"""Turn a day picture of a street into one of the night."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from .compress_jpeg import check_quality, compress
from .linear_light import check_range, draw_log_uniform
from .night_light import LIGHTS, cast, draw_lamp, glare, pool_of_light, vignette
from .sensor_noise import add_sensor_noise, draw_noise
from .shares import check_share
from .srgb import linear_to_srgb, srgb_to_linear


@TRANSFORMS.register_module()
class SynthesizeNight(BaseTransform):
    r"""Relight ``img`` as at night, and take it with a small camera.

    .. math:: e = k \, c \, v \, \frac{1 + \sum_i p_i}{\text{mean}} \, s^{-1}(x) + v \sum_i g_i,
              \quad y = \text{JPEG}(s(e + n))

    with sRGB's curve :math:`s`, exposure :math:`k`, the colour :math:`c` of the light, vignetting
    :math:`v`, lamps with pools of light :math:`p_i` and glare :math:`g_i`
    (:mod:`.night_light` has the sources), and shot and read noise :math:`n` (:mod:`.sensor_noise`)
    that neighbours and channels share, as after demosaicing and denoising (Park et al., *A
    Case for Denoising Before Demosaicking Color Filter Array Images*, Asilomar 2009). A range of
    (0, 0) leaves an ingredient out.

    Args:
        exposure: Range of k, drawn log-uniformly.
        cast: Range of the strength of the light's colour, from 0 to 1.
        lamps: Range of the number of lamps.
        vignetting: Range of the share of light that is lost in the corners, below 1.
        shot_noise: Range of the variance per unit of light, drawn log-uniformly; as Brooks et al.,
            *Unprocessing Images for Learned Raw Denoising*, CVPR 2019, up to a high ISO.
        read_noise: Range of the standard deviation in the dark, drawn log-uniformly; likewise.
        blur: Range of the standard deviation in pixels over which noise is alike.
        grey: Range of how much of the noise the channels share, from 0 to 1.
        quality: Range of JPEG's quality, from 1 to 100; None: no compression.
        prob: Share of the pictures that are changed.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        exposure: Sequence[float] = (0.02, 0.3),
        cast: Sequence[float] = (0.0, 0.8),
        lamps: Sequence[int] = (0, 5),
        vignetting: Sequence[float] = (0.0, 0.5),
        shot_noise: Sequence[float] = (2e-4, 3e-3),
        read_noise: Sequence[float] = (2e-4, 2e-3),
        blur: Sequence[float] = (0.0, 1.4),
        grey: Sequence[float] = (0.0, 0.7),
        quality: Sequence[int] | None = (50, 96),
        prob: float = 1.0,
    ) -> None:
        self.exposure = check_range('exposure', exposure)
        self.cast = check_range('cast', cast, zero=True)
        self.lamps = check_range('lamps', lamps, zero=True)
        self.vignetting = check_range('vignetting', vignetting, zero=True)
        if self.vignetting[1] >= 1:
            raise ValueError(f'vignetting must be below 1, got {vignetting}')
        self.shot_noise = check_range('shot_noise', shot_noise, zero=True)
        self.read_noise = check_range('read_noise', read_noise, zero=True)
        self.blur = check_range('blur', blur, zero=True)
        self.grey = check_range('grey', grey, zero=True)
        for name in ('cast', 'grey'):
            check_share(name, getattr(self, name)[1])
        self.quality = None if quality is None else check_quality(quality)
        self.prob = check_share('prob', prob)

    def transform(self, results: dict) -> dict:
        """Turn ``results['img']``, uint8 BGR (H, W, 3), into a night.

        Raises:
            TypeError: If it is not uint8.
        """
        if np.random.rand() >= self.prob:
            return results
        image = results['img']
        if image.dtype != np.uint8:
            raise TypeError(
                f'SynthesizeNight works on uint8 images, got {image.dtype}; put it '
                'before what normalizes'
            )
        night = linear_to_srgb(self._add_noise(self._relight(srgb_to_linear(image[..., ::-1]))))
        night = np.ascontiguousarray(night[..., ::-1])
        results['img'] = night if self.quality is None else compress(night, self.quality)
        return results

    def _relight(self, light: np.ndarray) -> np.ndarray:
        """Linear RGB light by night of that by day, float32 (H, W, 3)."""
        height, width = light.shape[:2]
        exposure = np.float32(draw_log_uniform(self.exposure))
        lens = vignette(np.random.uniform(*self.vignetting), height, width)
        field, glares = np.ones((1, 1, 3), np.float32), np.zeros((1, 1, 3), np.float32)
        for _ in range(np.random.randint(int(self.lamps[0]), int(self.lamps[1]) + 1)):
            lamp = draw_lamp(self._draw_color())
            field = field + pool_of_light(lamp, height, width)
            glares = glares + glare(lamp, height, width)
        return (light * (exposure / field.mean()) * self._draw_color() * field + glares) * lens

    def _draw_color(self) -> np.ndarray:
        names = sorted(LIGHTS)
        return cast(names[np.random.randint(len(names))], np.random.uniform(*self.cast))

    def _add_noise(self, light: np.ndarray) -> np.ndarray:
        shot, read = (
            draw_log_uniform(values) if values[0] else np.random.uniform(*values)
            for values in (self.shot_noise, self.read_noise)
        )
        noise = draw_noise(
            light.shape, np.random.uniform(*self.blur), np.random.uniform(*self.grey)
        )
        return add_sensor_noise(light, shot, read, noise)
