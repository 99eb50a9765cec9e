"""Labels of images that have none, by what fixed segmentors see in them."""

from __future__ import annotations

from typing import Callable, Sequence

import torch
from torch import Tensor

from .judges import average_scores

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
    low: Tensor,
    teacher: Callable[[Tensor], tuple[Tensor, Tensor]],
    segmentors: Sequence[Callable[[Tensor], Tensor]],
    least_confidence: float = 0.0,
) -> Tensor:
    """Labels that hold under a flip, of the image as a teacher enhances it.

    A teacher of averaged weights gives better labels than the enhancer in training (Tarvainen and
    Valpola, *Mean teachers are better role models*, NeurIPS 2017; in segmentation Tranheden et
    al., *DACS*, WACV 2021).

    Args:
        low: The images as they are, RGB in [0, 1], (N, 3, H, W).
        teacher: Gives the enhanced images and curves of a batch.
        segmentors: Give class scores; the mean of their probabilities counts.
        least_confidence: Pixels whose class is less probable are void, in either view.

    Returns:
        Int64, (N, H, W), 255 is void: also where the flipped image has another class.
    """
    views = []
    for image in (low, low.flip(3)):
        enhanced = teacher(image)[0]
        scores = average_scores([segmentor(enhanced) for segmentor in segmentors])
        views.append(label_by(scores, least_confidence))
    labels, flipped = views[0], views[1].flip(2)
    return labels.masked_fill(labels != flipped, IGNORE_INDEX)
