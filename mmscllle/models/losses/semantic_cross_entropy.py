"""The enhanced image should be easy to segment."""
from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from mmscllle.registry import MODELS

from .precision import at_least_float32


def semantic_cross_entropy(logits: Tensor, labels: Tensor, ignore_index: int = 255) -> Tensor:
    """Cross-entropy averaged over the labelled pixels of each image (paper, eq. 6).

    Averaging per image makes a batch the mean of its images however the void pixels are spread
    over it or over the processes of a distributed run.

    Args:
        logits: Class scores, (N, C, H, W).
        labels: Integers in [0, C) or ``ignore_index``, (N, H, W) or (N, 1, H, W).
        ignore_index: Label of pixels that count for nothing.

    Returns:
        One value an image, (N,); zero where no pixel has a label.

    Raises:
        ValueError: If logits and labels differ in size.
    """
    if labels.dim() == 4:
        labels = labels.squeeze(1)
    if labels.shape != logits.shape[:1] + logits.shape[2:]:
        raise ValueError(f'labels of shape {tuple(labels.shape)} do not fit '
                         f'logits of shape {tuple(logits.shape)}')
    per_pixel = cross_entropy(
        at_least_float32(logits), labels.long(), ignore_index=ignore_index, reduction='none')
    labelled = (labels != ignore_index).flatten(1).sum(dim=1)
    return per_pixel.flatten(1).sum(dim=1) / labelled.clamp(min=1)


@MODELS.register_module()
class SemanticCrossEntropyLoss(nn.Module):
    """Mean over the batch of :func:`semantic_cross_entropy`.

    Args:
        loss_weight: Factor of the result.
        ignore_index: Label of pixels that count for nothing.
    """

    def __init__(self, loss_weight: float = 1.0, ignore_index: int = 255) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.ignore_index = ignore_index

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Compute the loss of ``logits`` (N, C, H, W) against ``labels`` (N, H, W): a scalar."""
        return self.loss_weight * semantic_cross_entropy(logits, labels, self.ignore_index).mean()
