"""How well one prediction, or all of them together, fit the label maps: mmseg's IoU."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from mmseg.evaluation import IoUMetric
from torch import Tensor

from mmscllle.evaluation.label_range import check_label_range

# Per class: pixels in both, in either, predicted, labelled.
Areas = Sequence[Sequence[float]]


def count_areas(
    prediction: Tensor, label: Tensor, num_classes: int, ignore_index: int
) -> list[list[int]]:
    """Count the pixels that mmseg's ``IoUMetric`` is computed from.

    Args:
        prediction: Classes, int64, (H, W).
        label: Classes, int64, (H, W).
        num_classes: Number of classes.
        ignore_index: Label that does not count.

    Returns:
        Four lists with a number per class: pixels in both, in either, predicted, labelled.

    Raises:
        ValueError: If the label map does not fit the prediction or the classes.
    """
    if label.shape != prediction.shape:
        raise ValueError(
            f'the label map has shape {tuple(label.shape)}, the image {tuple(prediction.shape)}; '
            'it must hold one class index a pixel, at the size of the image'
        )
    label = label.to(prediction.device)
    check_label_range(label, num_classes, ignore_index)
    areas = IoUMetric.intersect_and_union(prediction, label, num_classes, ignore_index)
    return [[int(value) for value in area] for area in areas]


def image_miou(areas: Areas) -> float | None:
    """Mean IoU in per cent over the classes that the image's label map has; None if it has none.

    A class that is predicted without being there does not enter, so that two predictions of one
    image are compared over the same classes.
    """
    both, either, _, labelled = areas
    values = [100 * i / u for i, u, present in zip(both, either, labelled, strict=True) if present]
    return sum(values) / len(values) if values else None


def dataset_scores(areas: Sequence[Areas], num_classes: int) -> dict:
    """Compute what mmseg's ``IoUMetric`` reports, in per cent, rounded as there.

    A class that no label map has enters neither mean. For mmseg it counts as 0 where it is
    predicted in a single pixel, and not at all otherwise: two predictions of the same images are
    then means over different classes.

    Args:
        areas: Of each image, see :func:`count_areas`.
        num_classes: Number of classes.

    Returns:
        ``mIoU``, ``mAcc``, ``aAcc``, and ``IoU``, a list with a value per class. None stands for
        what is not defined: a class in no label map, or all without an image.
    """
    if not areas:
        return dict(mIoU=None, mAcc=None, aAcc=None, IoU=[None] * num_classes)
    # In single precision and in the images' order, as mmseg adds them up.
    totals = [
        sum(
            (torch.tensor(image[kind], dtype=torch.float32) for image in areas),
            torch.zeros(num_classes),
        )
        for kind in range(4)
    ]
    values = IoUMetric.total_area_to_metrics(*totals)
    values['IoU'] = np.where(totals[3].numpy() > 0, values['IoU'], np.nan)
    return dict(
        mIoU=_percent(values['IoU']),
        mAcc=_percent(values['Acc']),
        aAcc=_percent(values['aAcc']),
        IoU=[_percent(value) for value in values['IoU']],
    )


def _percent(values: np.ndarray) -> float | None:
    if np.isnan(values).all():
        return None
    # The second rounding drops the digits that single precision adds.
    return round(float(np.round(np.nanmean(values) * 100, 2)), 2)
