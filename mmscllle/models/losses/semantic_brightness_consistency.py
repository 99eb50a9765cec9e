"""One class of the scene, one brightness."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmscllle.models.pseudo_labels import IGNORE_INDEX
from mmscllle.registry import MODELS

from .precision import at_least_float32


def _fitting_labels(labels: Tensor, image: Tensor) -> Tensor:
    """Drop the channel that labels may have, (N, H, W), and check that they fit the image."""
    if labels.dim() == 4:
        labels = labels.squeeze(1)
    if labels.shape != image.shape[:1] + image.shape[2:]:
        raise ValueError(
            f'labels of shape {tuple(labels.shape)} do not fit images of shape {tuple(image.shape)}'
        )
    return labels


def _class_index(labels: Tensor, ignore_index: int) -> tuple[Tensor, int]:
    """Map ignored pixels to one extra class behind the others: (index, number of real classes)."""
    valid = (labels != ignore_index) & (labels != IGNORE_INDEX)
    classes = int(labels[valid].max()) + 1 if valid.any() else 0
    return torch.where(valid, labels, torch.full_like(labels, classes)), classes


def semantic_brightness_consistency(
    image: Tensor, labels: Tensor, ignore_index: int = 255, reference_form: bool = False
) -> Tensor:
    r"""Spread of the brightness within each semantic class.

    .. math:: \sum_q \frac{1}{HW} \sum_p [y_p = q] (B_p - \mu_q)^2

    with :math:`B` the channel mean and :math:`\mu_q` the mean of :math:`B` over class q of this
    image (paper, eq. 5).

    Deviation 3: the released code centres on :math:`\sum_{y_p = q} B_p / (HW)`, held constant, and
    leaves out pixels that are exactly black; ``reference_form`` does the same.

    Args:
        image: RGB in [0, 1], (N, 3, H, W).
        labels: Class of each pixel, integers >= 0, (N, H, W) or (N, 1, H, W).
        ignore_index: Label of pixels that count for nothing, as those of 255 do.
        reference_form: Use the released code's centre.

    Returns:
        One value an image, (N,).

    Raises:
        ValueError: If image and labels differ in size.
    """
    labels = _fitting_labels(labels, image)
    index, classes = _class_index(labels.long().flatten(1), ignore_index)
    brightness = at_least_float32(image).mean(dim=1).flatten(1)
    pixels = brightness.shape[1]

    def class_sums(values: Tensor) -> Tensor:
        return values.new_zeros(len(values), classes + 1).scatter_add(1, index, values)

    if reference_form:
        centre = (class_sums(brightness) / pixels).detach()
        counted = (index < classes) & (brightness != 0)
    else:
        centre = class_sums(brightness) / class_sums(torch.ones_like(brightness)).clamp(min=1)
        counted = index < classes
    deviation = brightness - centre.gather(1, index)
    return (deviation.pow(2) * counted).sum(dim=1) / pixels


@MODELS.register_module()
class SemanticBrightnessConsistencyLoss(nn.Module):
    """Mean over the batch of :func:`semantic_brightness_consistency`.

    Args:
        loss_weight: Factor of the result.
        ignore_index: Label of pixels that count for nothing, as those of 255 do.
        reference_form: The released code's centre, see the function.
        mix_batch: Pair the brightness of every image with the labels of every image of the
            batch, as a broadcasting slip in the released code does (the last part of deviation 3).
    """

    def __init__(
        self,
        loss_weight: float = 1.0,
        ignore_index: int = 255,
        reference_form: bool = False,
        mix_batch: bool = False,
    ) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.ignore_index = ignore_index
        self.reference_form = reference_form
        self.mix_batch = mix_batch

    def forward(self, enhanced: Tensor, labels: Tensor) -> Tensor:
        """Compute the loss.

        Args:
            enhanced: RGB in [0, 1], (N, 3, H, W).
            labels: Integers >= 0, (N, H, W) or (N, 1, H, W).

        Returns:
            Scalar; zero where no pixel has a label.
        """
        if self.mix_batch:
            enhanced, labels = self._pair_all(enhanced, labels)
        return (
            self.loss_weight
            * semantic_brightness_consistency(
                enhanced, labels, self.ignore_index, self.reference_form
            ).mean()
        )

    @staticmethod
    def _pair_all(image: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Lay the N x N pairs (image, labels) side by side as a single large image."""
        n, _, h, w = image.shape
        labels = _fitting_labels(labels, image)
        image = at_least_float32(image).mean(dim=1).repeat_interleave(n, dim=0)
        return image.reshape(1, 1, n * n * h, w), labels.repeat(n, 1, 1).reshape(1, n * n * h, w)
