"""Labels beyond the classes, which a histogram over the classes would pass over."""

from __future__ import annotations

from torch import Tensor


def check_label_range(label: Tensor, num_classes: int, ignore_index: int) -> None:
    """Check that each label is a class, or does not count.

    Args:
        label: Integers of any shape.
        num_classes: Number of classes.
        ignore_index: Label that does not count.

    Raises:
        ValueError: If one is neither.
    """
    outside = label[(label != ignore_index) & ((label < 0) | (label >= num_classes))]
    if len(outside):
        raise ValueError(
            f'the label map has the label {int(outside[0])}, outside of the {num_classes} classes '
            f'(0 to {num_classes - 1}; {ignore_index} does not count)'
        )
