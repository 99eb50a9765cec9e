"""The enhanced image should be easy to segment."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from mmscllle.models.pseudo_labels import IGNORE_INDEX
from mmscllle.registry import MODELS

from .precision import at_least_float32


def semantic_cross_entropy(
    logits: Tensor, labels: Tensor, ignore_index: int = 255, class_weight: Tensor | None = None
) -> Tensor:
    """Cross-entropy averaged over the labelled pixels of each image (paper, eq. 6).

    Averaging per image makes a batch the mean of its images however the void pixels are spread
    over it or over the processes of a distributed run.

    Args:
        logits: Class scores, (N, C, H, W).
        labels: Integers in [0, C), ``ignore_index`` or 255, (N, H, W) or (N, 1, H, W).
        ignore_index: Label of pixels that count for nothing, as those of 255 do.
        class_weight: How much a pixel of each class counts, (C,); None for all alike.

    Returns:
        One value an image, (N,); zero where no pixel has a label.

    Raises:
        ValueError: If logits and labels differ in size, or there is not a weight for each class.
    """
    if labels.dim() == 4:
        labels = labels.squeeze(1)
    if labels.shape != logits.shape[:1] + logits.shape[2:]:
        raise ValueError(
            f'labels of shape {tuple(labels.shape)} do not fit '
            f'logits of shape {tuple(logits.shape)}'
        )
    if class_weight is not None and len(class_weight) != logits.shape[1]:
        raise ValueError(
            f'class_weight has {len(class_weight)} values for {logits.shape[1]} '
            'classes: give one for each'
        )
    labels = labels.long()
    labels = labels.masked_fill(labels == IGNORE_INDEX, ignore_index)
    per_pixel = cross_entropy(
        at_least_float32(logits),
        labels,
        weight=class_weight,
        ignore_index=ignore_index,
        reduction='none',
    )
    labelled = labels != ignore_index
    counts = labelled.to(per_pixel.dtype)
    if class_weight is not None:
        counts = counts * class_weight[labels.masked_fill(~labelled, 0)]
    total = counts.flatten(1).sum(dim=1)
    # Without a labelled pixel the sum is zero, and so is the result.
    return per_pixel.flatten(1).sum(dim=1) / total.masked_fill(total == 0, 1)


@MODELS.register_module()
class SemanticCrossEntropyLoss(nn.Module):
    """Mean over the batch of :func:`semantic_cross_entropy`.

    Args:
        loss_weight: Factor of the result.
        ignore_index: Label of pixels that count for nothing, as those of 255 do.
        class_weight: How much a pixel of each class counts, so that rare classes are not drowned;
            None for all alike.
    """

    class_weight: Tensor | None

    def __init__(
        self,
        loss_weight: float = 1.0,
        ignore_index: int = 255,
        class_weight: Sequence[float] | None = None,
    ) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.ignore_index = ignore_index
        weight = None if class_weight is None else torch.tensor(class_weight, dtype=torch.float32)
        self.register_buffer('class_weight', weight, persistent=False)

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Compute the loss of ``logits`` (N, C, H, W) against ``labels`` (N, H, W): a scalar."""
        weight = self.class_weight
        if weight is not None:
            weight = weight.to(at_least_float32(logits).dtype)
        per_image = semantic_cross_entropy(logits, labels, self.ignore_index, weight)
        return self.loss_weight * per_image.mean()
