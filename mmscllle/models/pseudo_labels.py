"""Labels of images that have none, by what fixed segmentors see in them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

IGNORE_INDEX = 255


def label_by(scores: Tensor, least_confidence: float = 0.0) -> Tensor:
    """The most probable classes.

    Args:
        scores: Class scores, (N, K, H, W).
        least_confidence: Pixels whose class is less probable are void.

    Returns:
        Int64, (N, H, W), 255 is void.
    """
    confidence, predicted = scores.float().softmax(dim=1).max(dim=1)
    return predicted.masked_fill(confidence < least_confidence, IGNORE_INDEX)


@torch.no_grad()
def label_by_teacher(
    low: Tensor, teacher: Callable[[Tensor], Tensor], least_confidence: float = 0.0
) -> Tensor:
    """What a teacher sees in images and sees in the flipped images, too.

    A teacher of averaged weights gives better labels than the model in training (Tarvainen and
    Valpola, *Mean teachers are better role models*, NeurIPS 2017; in segmentation Tranheden et
    al., *DACS*, WACV 2021).

    Args:
        low: The images as they are, RGB in [0, 1], (N, 3, H, W).
        teacher: Gives class scores, (N, K, H, W), of images as they are.
        least_confidence: Pixels whose class is less probable are void, in either view.

    Returns:
        Int64, (N, H, W), 255 is void: also where the flipped image has another class.
    """
    labels = label_by(teacher(low), least_confidence)
    flipped = label_by(teacher(low.flip(3)), least_confidence).flip(2)
    return labels.masked_fill(labels != flipped, IGNORE_INDEX)
