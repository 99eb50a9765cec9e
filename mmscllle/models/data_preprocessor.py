"""From loaded images to the enhancer's input."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmengine.model import BaseDataPreprocessor
from torch import Tensor

from mmscllle.registry import MODELS


def check_range(image: Tensor) -> None:
    """Check that an image is in [0, 255], as far as it tells.

    Args:
        image: Of any shape.

    Raises:
        TypeError: If it is of integers beyond 8 bits.
        ValueError: If it is normalised already.
    """
    if image.dtype == torch.uint8 or not image.numel():
        return
    # Not all of torch's integers have a smallest one.
    low, high = (float(value) for value in image.float().aminmax())
    beyond = image.dtype == torch.bool or low < 0 or high > 255
    if not image.is_floating_point() and beyond:
        raise TypeError(
            f'inputs must be images in [0, 255], got {image.dtype} from {low:g} to {high:g}: load '
            'them with 8 bits'
        )
    # Resizing overshoots by less; and random numbers in [0, 1] come from mmseg's `get_flops.py`.
    if low < -0.5 and high < 5:
        raise ValueError(
            f'inputs must be images in [0, 255], uint8 or float, got {low:.3g} to {high:.3g}: pack '
            'them without normalising'
        )


@MODELS.register_module()
class EnhanceDataPreprocessor(BaseDataPreprocessor):
    """Turn BGR images in [0, 255] into RGB float32 in [0, 1] and stack those of a batch.

    ``inputs`` may be images, or a dict of such (``low``, ``positive``, ``negative``).  In training,
    the images of a batch have one size; at test time images of unequal sizes stay a list, since
    padding would be enhanced into something else.

    Args:
        bgr_to_rgb: Whether the loaded images are BGR, as mmcv's are.
        non_blocking: Copy to the device without waiting.
    """

    def __init__(self, bgr_to_rgb: bool = True, non_blocking: bool = False) -> None:
        super().__init__(non_blocking)
        self.bgr_to_rgb = bgr_to_rgb

    def forward(self, data: dict, training: bool = False) -> dict:
        """Preprocess one batch.

        Args:
            data: ``inputs``: a list of (3, H, W) uint8 tensors or a stacked (N, 3, H, W) one, or
                a dict of these, or of floats in [0, 255]; and ``data_samples``, optional.
            training: Whether the batch is for training.

        Returns:
            ``inputs`` as float32 RGB in [0, 1], (N, 3, H, W), a list of (3, H, W) where sizes
            differ, or a dict of these; and ``data_samples`` on the model's device.

        Raises:
            ValueError: If an image is not of shape (3, H, W) or is normalised already, or the
                sizes of a training batch differ.
            TypeError: If an image is of integers beyond 8 bits.
        """
        data = self.cast_data(data)
        samples = data.get('data_samples')
        inputs = data['inputs']
        if isinstance(inputs, dict):
            inputs = {
                name: self._batch(images, training, samples) for name, images in inputs.items()
            }
        else:
            inputs = self._batch(inputs, training, samples)
        return dict(inputs=inputs, data_samples=samples)

    def _batch(
        self, images: Tensor | Sequence[Tensor], training: bool, samples: Sequence | None
    ) -> Tensor | list[Tensor]:
        images = [self._to_rgb(image) for image in images]
        sizes = {tuple(image.shape[1:]) for image in images}
        if len(sizes) == 1:
            return torch.stack(images)
        if training:
            files = [sample.metainfo.get('img_path') for sample in samples or ()]
            raise ValueError(
                f'the images of a training batch must have one size, got '
                f'{sorted(sizes)} from {files}; add a RandomCrop to the pipeline'
            )
        return images

    def _to_rgb(self, image: Tensor) -> Tensor:
        if image.dim() != 3 or image.shape[0] != 3:
            raise ValueError(
                f'inputs must be three-channel images of shape (3, H, W), got {tuple(image.shape)}'
            )
        check_range(image)
        if self.bgr_to_rgb:
            image = image.flip(0)
        return image.float() / 255
