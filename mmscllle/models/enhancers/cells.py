"""Values of one cell of the picture each, at the size of the picture."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional


def enlarge(cells: Tensor, cell: int, size: Sequence[int]) -> Tensor:
    """Enlarge one value a cell bilinearly, as :func:`.bilateral_grid.slice_grid` does.

    Args:
        cells: (N, C, h, w).
        cell: Height and width of a cell in pixels.
        size: Height and width of the result.

    Returns:
        (N, C, H, W).
    """
    cells = functional.interpolate(
        cells, scale_factor=float(cell), mode='bilinear', align_corners=False
    )
    return cells[..., : size[0], : size[1]]
