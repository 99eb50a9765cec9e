"""Give a day picture the look of a real night."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from ..image_files import find_images
from .kept_pictures import load_kept
from .linear_light import check_range
from .shares import check_share


def transfer_amplitude(image: np.ndarray, style: np.ndarray, share: float) -> np.ndarray:
    r"""Replace the coarse amplitudes of a picture's spectrum by those of another one.

    .. math:: y = F^{-1}(M |F(x_t)| e^{i \angle F(x)} + (1 - M) F(x))

    channel by channel, where :math:`M` is 1 for frequencies of at most :math:`\beta m` periods a
    picture in either direction, m being the shorter side (Yang and Soatto, *FDA: Fourier Domain
    Adaptation for Semantic Segmentation*, CVPR 2020; their :math:`\beta` is 0.01 to 0.09).

    Args:
        image: The picture whose objects stay, uint8 (H, W, 3).
        style: The one whose light and colours are taken, uint8 (H, W, 3).
        share: :math:`\beta`.

    Returns:
        Uint8 (H, W, 3).

    Raises:
        ValueError: If the two differ in size.
    """
    if image.shape != style.shape:
        raise ValueError(f'both pictures must have one size, got {image.shape} and {style.shape}')
    spectrum, other = (np.fft.fft2(each.astype(np.float32), axes=(0, 1)) for each in (image, style))
    reach = int(share * min(image.shape[:2]))
    rows, columns = (
        np.abs(np.fft.fftfreq(extent, 1 / extent)) <= reach for extent in image.shape[:2]
    )
    coarse = np.ix_(rows, columns)
    spectrum[coarse] = np.abs(other[coarse]) * np.exp(1j * np.angle(spectrum[coarse]))
    result = np.fft.ifft2(spectrum, axes=(0, 1)).real
    return np.rint(result.clip(0, 255)).astype(np.uint8)


@TRANSFORMS.register_module()
class FourierAmplitudeTransfer(BaseTransform):
    """Give ``img`` the coarse amplitudes of a picture drawn from a folder.

    No labels of these are needed: objects stay where they are in ``img``.

    Args:
        folder: Folders or glob patterns of real night pictures.
        share: Range of the share of frequencies, from 0, the mean alone, to 0.5, drawn uniformly.
        prob: Share of the pictures that are changed.

    Raises:
        FileNotFoundError: If a folder does not exist.
        ValueError: If it holds no image, or an argument is out of range.
    """

    def __init__(
        self,
        folder: str | Sequence[str],
        share: Sequence[float] = (0.003, 0.015),
        prob: float = 1.0,
    ) -> None:
        self.paths = find_images(folder, 'FourierAmplitudeTransfer.folder')
        self.share = check_range('share', share, zero=True)
        if self.share[1] > 0.5:
            raise ValueError(f'share must be at most 0.5, got {share}')
        self.prob = check_share('prob', prob)

    def transform(self, results: dict) -> dict:
        """Change ``results['img']``, uint8 (H, W, 3)."""
        if np.random.rand() < self.prob:
            image = results['img']
            style = load_kept(self.paths[np.random.randint(len(self.paths))])
            style = cv2.resize(style, image.shape[1::-1], interpolation=cv2.INTER_AREA)
            results['img'] = transfer_amplitude(image, style, np.random.uniform(*self.share))
        return results
