"""Apply tone curves in place, in strips that stay in the cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn import functional


def brighten_(image: Tensor, curves: Tensor, strength: float) -> None:
    """Apply tone curves in place, see :func:`mmscllle.models.enhancers.apply_curves`.

    Args:
        image: RGB in [0, 1], (N, 3, H, W).
        curves: Curve parameters in [-1, 1], (N, 3 * iterations, H, W).
        strength: Scales the curves.
    """
    change = torch.empty_like(image)
    for curve in curves.split(3, dim=1):
        torch.addcmul(image, image, image, value=-1, out=change)
        image.addcmul_(change, curve, value=-strength)
        if strength > 1:
            # Cut off at once where it overshoots, a tone curve stays monotone.
            image.clamp_(0, 1)
    # What rounding left.
    image.clamp_(0, 1)


def full_strips(curves: Tensor, rows: int) -> Iterator[tuple[int, Tensor]]:
    """Cut curves of full size into strips.

    Args:
        curves: (N, C, H, W).
        rows: Height of a strip.

    Yields:
        The first row of a strip and the curves there, from top to bottom.
    """
    for first in range(0, curves.shape[2], rows):
        yield first, curves[:, :, first : first + rows]


def enlarged_strips(
    curves: Tensor, downsample: int, size: Sequence[int], rows: int
) -> Iterator[tuple[int, Tensor]]:
    """Enlarge curves bilinearly, strip by strip.

    Equal to :func:`mmscllle.models.enhancers.tone_curves.enlarge_curves`.  A row is enlarged along
    its width first; then all rows between the same two take one multiplication.

    Args:
        curves: (N, C, ceil(H / downsample), ceil(W / downsample)).
        downsample: Factor along either side.
        size: Height and width of the result.
        rows: Height of a strip, rounded up to a multiple of ``downsample``.

    Yields:
        The first row of a strip and the curves there, from top to bottom.  The next strip
        overwrites them.
    """
    height, width = size
    # Beyond the outermost centres the outermost values hold.
    curves = torch.cat((curves[:, :, :1], curves, curves[:, :, -1:]), dim=2)
    # The first row at or below the centre of its square, and how far each is from that centre.
    offset = downsample // 2
    distance = torch.arange(offset, offset + downsample, device=curves.device)
    distance = ((distance + 0.5) / downsample - 0.5).view(downsample, 1).to(curves)
    spans = -(-rows // downsample)
    strip = curves.new_empty(*curves.shape[:2], spans, downsample, width)
    upper = _widen(curves[:, :, :1], downsample, width)
    for span in range(0, curves.shape[2] - 1, spans):
        lower = _widen(curves[:, :, span + 1 : span + 1 + spans], downsample, width)
        ends = torch.cat((upper, lower), dim=2).unsqueeze(3)
        upper = lower[:, :, -1:]
        part = torch.addcmul(
            ends[:, :, :-1],
            ends[:, :, 1:] - ends[:, :, :-1],
            distance,
            out=strip[:, :, : lower.shape[2]],
        ).flatten(2, 3)
        first = (span - 1) * downsample + offset
        low, high = max(first, 0), min(first + part.shape[2], height)
        if low < high:
            yield low, part[:, :, low - first : high - first]


def _widen(curves: Tensor, downsample: int, width: int) -> Tensor:
    """Enlarge curves, (N, C, h, w), along their width."""
    wide = functional.interpolate(
        curves.flatten(1, 2), scale_factor=float(downsample), mode='linear', align_corners=False
    )
    return wide.view(*curves.shape[:3], -1)[..., :width]
