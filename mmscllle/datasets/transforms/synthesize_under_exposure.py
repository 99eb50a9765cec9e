"""Take a well-exposed picture again with too little light."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from .camera_response import CameraResponse
from .highlights import check_highlights, draw_highlights
from .light_pattern import draw_light_pattern
from .linear_light import check_range, draw_log_uniform
from .sensor_noise import add_sensor_noise, draw_noise
from .shares import check_share

# Where the exposure that meets the mean is looked for, in stops, and how often that is halved.
EXPOSURE_STOPS, SEARCH_STEPS = (-14.0, 1.0), 12
# One pixel of 8 x 8 is enough to tell the mean.
MEAN_STEP = 8
# Where light is uneven, a random pattern tells where, or the picture itself, blurred by so many
# pixels.  The level above which the light stays; how steep the border is.
UNEVEN_BLUR = 8.0
UNEVEN_LEVEL, STEEP_PATTERN, STEEP_PICTURE = (0.4, 0.75), (1.0, 3.0), (2.0, 8.0)
# Share of the pictures whose light has a colour.
CAST_PROB = 0.4
# Share of the pictures in which the noise of neighbours and of channels is alike, as it is after
# demosaicing and denoising, and how much so.
CORRELATED_PROB, BLUR, GREY = 0.6, (0.4, 1.0), (0.0, 0.8)
# Read noise is as drawn from this mean on, and falls with the root of the mean below it.
FULL_NOISE_MEAN = 40 / 255


@TRANSFORMS.register_module()
class SynthesizeUnderExposure(BaseTransform):
    """Expose ``img`` too short; ``second_img``, where there is one, becomes another such exposure.

    Light is recovered by the inverse of a random camera's tone curve, scaled until the mean of the
    display values is as drawn, and goes through the noise of a sensor and the same curve again.
    What is nearly white stands for light of up to ``highlights`` times white, in large patches:
    well-exposed pictures of scenes of much contrast are cut off there, dark ones show lamps and
    skies.

    Args:
        mean: Range of the mean display value, of 255, drawn log-uniformly.
        shoulder: Range of the tone curve's shoulder, see :class:`CameraResponse`.
        gamma: Range of its display gamma.
        contrast: Range of its contrast.
        highlights: Most light of a highlight, in that of white; drawn log-uniformly from 1 on.
        cast: Standard deviation of the logarithm of the light's colour, of :data:`CAST_PROB` of
            the pictures.
        uneven_prob: Share of the pictures of which a part keeps its light, at random or where they
            are bright: what is well exposed has to stay as it is, in front of a night sky, too.
        shot_noise: Range of the variance per unit of light, drawn log-uniformly.
        read_noise: Range of the standard deviation in the dark, drawn log-uniformly.
        prob: Share of the pictures that are darkened.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        mean: Sequence[float] = (4, 95),
        shoulder: Sequence[float] = (0.5, 5.0),
        gamma: Sequence[float] = (1.9, 2.4),
        contrast: Sequence[float] = (0.01, 0.35),
        highlights: float = 25.0,
        cast: float = 0.06,
        uneven_prob: float = 0.0,
        shot_noise: Sequence[float] = (3e-6, 1.2e-3),
        read_noise: Sequence[float] = (1e-5, 6e-4),
        prob: float = 1.0,
    ) -> None:
        self.mean = check_range('mean', mean)
        self.shoulder = check_range('shoulder', shoulder)
        self.gamma = check_range('gamma', gamma)
        self.contrast = check_range('contrast', contrast)
        self.shot_noise = check_range('shot_noise', shot_noise)
        self.read_noise = check_range('read_noise', read_noise)
        if cast < 0:
            raise ValueError(f'cast must not be negative, got {cast}')
        self.highlights = check_highlights(highlights)
        self.cast = cast
        self.uneven_prob = check_share('uneven_prob', uneven_prob)
        self.prob = check_share('prob', prob)

    def transform(self, results: dict) -> dict:
        """Darken ``results['img']``, uint8 (H, W, 3), and take ``results['second_img']`` anew."""
        if np.random.rand() >= self.prob:
            return results
        camera = CameraResponse(
            np.random.uniform(*self.shoulder),
            np.random.uniform(*self.gamma),
            np.random.uniform(*self.contrast),
        )
        light = camera.invert(results['img'])
        if np.random.rand() < CAST_PROB:
            light *= np.exp(np.random.normal(scale=self.cast, size=3)).astype(np.float32)
        share = (
            self._draw_dark_share(results['img'])
            if np.random.rand() < self.uneven_prob
            else np.float32(1)
        )
        light *= draw_highlights(results['img'], self.highlights) ** share
        for name in ('img', 'second_img'):
            if name in results:
                results[name] = self._expose(light, camera, share)
        return results

    @staticmethod
    def _draw_dark_share(image: np.ndarray) -> np.ndarray:
        """How much of the darkening, in stops, each pixel gets: from 0 to 1, (H, W, 1)."""
        levels, of_picture = draw_light_pattern(image, UNEVEN_BLUR)
        steepness = np.random.uniform(*(STEEP_PICTURE if of_picture else STEEP_PATTERN))
        share = 0.5 - steepness * (levels - np.random.uniform(*UNEVEN_LEVEL))
        return share.clip(0, 1)[..., None].astype(np.float32)

    def _expose(
        self, light: np.ndarray, camera: CameraResponse, share: np.ndarray | np.float32
    ) -> np.ndarray:
        mean = draw_log_uniform(self.mean) / 255
        sample = light[::MEAN_STEP, ::MEAN_STEP]
        low, high = EXPOSURE_STOPS
        for _ in range(SEARCH_STEPS):
            middle = (low + high) / 2
            too_bright = camera.render(sample * 2**middle).mean() > mean
            low, high = (low, middle) if too_bright else (middle, high)
        correlated = np.random.rand() < CORRELATED_PROB
        noise = draw_noise(
            light.shape,
            blur=np.random.uniform(*BLUR) if correlated else 0.0,
            grey=np.random.uniform(*GREY) if correlated else 0.0,
        )
        read = draw_log_uniform(self.read_noise) * min(1, mean / FULL_NOISE_MEAN) ** 0.5
        noisy = add_sensor_noise(
            light * np.exp2(np.float32(middle) * share),
            draw_log_uniform(self.shot_noise),
            read,
            noise,
        )
        return np.rint(camera.render(noisy) * 255).astype(np.uint8)
