"""What the head of an mmseg segmentor predicts: logits, or probabilities summed over masks."""

from __future__ import annotations

from torch import nn

# Heads of mmseg whose predictions are sums of probabilities over masks, and those that predict in a
# way of their own, yet logits.
MASK_HEADS = {'MaskFormerHead', 'Mask2FormerHead', 'SideAdapterCLIPHead'}
LOGIT_HEADS = {'DAHead', 'EncHead', 'OCRHead', 'PointHead'}


def find_output(head: nn.Module | nn.ModuleList) -> str:
    """Find out what a segmentor's head predicts.

    Args:
        head: The decode head; of a cascade the last one counts.

    Returns:
        ``'logits'`` or ``'probabilities'``.

    Raises:
        ValueError: If the head predicts in a way of its own that is not known.
    """
    from mmseg.models.decode_heads.decode_head import BaseDecodeHead

    head = head[-1] if isinstance(head, nn.ModuleList) else head
    kinds = [kind.__name__ for kind in type(head).__mro__]
    if MASK_HEADS.intersection(kinds):
        return 'probabilities'
    if (
        LOGIT_HEADS.intersection(kinds)
        or getattr(type(head), 'predict', None) is BaseDecodeHead.predict
    ):
        return 'logits'
    raise ValueError(
        f'segmentor.config: {kinds[0]} predicts in a way of its own, of which it is '
        "not known whether it gives logits; set segmentor.gives to 'logits' or, for "
        "probabilities that are summed over masks, to 'probabilities'"
    )
