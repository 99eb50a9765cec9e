"""A bilateral grid of tone curves: one curve for each channel of each cell of the image."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from .cells import enlarge
from .denoising import average, denoise

# How far the knots of the curves crowd in the shadows: with 100 a third of them lie below 0.05.
COMPRESSION = 100.0
# Channels that describe a cell, see `describe_cells`.
DESCRIPTION = 21


def compress(light: Tensor) -> Tensor:
    r"""Spread the shadows, as film and eyes do: :math:`\log(1 + a x) / \log(1 + a)`.

    Args:
        light: In [0, 1], any shape.

    Returns:
        In [0, 1], of the same shape.
    """
    return torch.log1p(COMPRESSION * light) / math.log1p(COMPRESSION)


def expand(compressed: Tensor) -> Tensor:
    """The inverse of :func:`compress`, [0, 1] to [0, 1], any shape."""
    # ONNX does not know expm1.
    return (torch.exp(compressed * math.log1p(COMPRESSION)) - 1) / COMPRESSION


def knot_levels(knots: int) -> Tensor:
    """Input levels of the knots of a tone curve, evenly spread in :func:`compress`.

    Args:
        knots: How many.

    Returns:
        Levels in [0, 1], ascending from 0 to 1, (knots,).
    """
    return torch.expm1(torch.linspace(0, 1, knots) * math.log1p(COMPRESSION)) / COMPRESSION


def describe_cells(image: Tensor, cell: int) -> Tensor:
    """Describe each cell for the network that estimates its curves, all in :func:`compress`.

    Args:
        image: RGB in [0, 1], (N, 3, H, W).
        cell: Height and width of a cell in pixels, even.

    Returns:
        For each cell the means of its four quarters, and four times the standard deviation, the
        mean difference between neighbours in a row, and the mean second difference; noise, other
        than texture, has most of the last.  (N, 21, ceil(H / cell), ceil(W / cell)): twelve
        channels, and three of each.
    """
    height, width = image.shape[2:]
    image = functional.pad(image, (0, -width % cell, 0, -height % cell), mode='replicate')
    light = compress(image)
    quarters = functional.avg_pool2d(light, cell // 2)
    mean = functional.avg_pool2d(quarters, 2)
    variance = functional.avg_pool2d(light * light, cell) - mean * mean
    beside = functional.pad(light, (1, 1, 0, 0), mode='replicate')
    before, after = beside[..., :-2], beside[..., 2:]
    return torch.cat(
        (
            functional.pixel_unshuffle(quarters, 2),
            4 * variance.clamp(min=1e-8).sqrt(),
            4 * functional.avg_pool2d((after - light).abs(), cell),
            4 * functional.avg_pool2d((before - 2 * light + after).abs(), cell),
        ),
        dim=1,
    )


def _positions(length: int, cell: int, cells: int, like: Tensor) -> Tensor:
    """Where pixels lie between the centres of cells, (length,), in [0, cells - 1]."""
    pixels = torch.arange(length, dtype=like.dtype, device=like.device)
    return ((pixels + 0.5) / cell - 0.5).clamp(0, cells - 1)


def slice_grid(grid: Tensor, light: Tensor, cell: int) -> tuple[Tensor, Tensor]:
    """Look up each pixel's own tone curve at the pixel's level.

    Chen et al., *Real-time edge-aware image processing with the bilateral grid*, SIGGRAPH 2007:
    trilinear between the centres of cells and between knots.  A flat piece of a curve gives all
    pixels of about that level one value, which takes out noise and keeps edges.

    Args:
        grid: Values of the curves at their knots, (N, C, K, h, w).
        light: The level that is looked up, in :func:`compress`, [0, 1], (N, C, H, W).
        cell: Height and width of a cell in pixels.

    Returns:
        The values, and the slopes of the curves there, for a step of ``light`` of 1, both
        (N, C, H, W).
    """
    batch, channels, knots, rows, columns = grid.shape
    height, width = light.shape[2:]
    steps = knots - 1
    lower = (light.detach() * steps).floor().clamp(0, steps - 1)
    # The two knots around a level as two channels of one picture, in which the cells of the next
    # knot follow below; a spare row keeps the interpolation from reaching into them.
    ends = torch.stack((grid[:, :, :-1], grid[:, :, 1:]), dim=2)
    ends = torch.cat((ends, ends[..., -1:, :]), dim=-2)
    ends = ends.reshape(batch * channels, 2, steps * (rows + 1), columns)
    y = _positions(height, cell, rows, light)[:, None] + lower * (rows + 1)
    x = _positions(width, cell, columns, light).expand_as(y)
    where = torch.stack(((2 * x + 1) / columns - 1, (2 * y + 1) / (steps * (rows + 1)) - 1), dim=-1)
    low, high = (
        functional.grid_sample(
            ends,
            where.view(batch * channels, height, width, 2),
            mode='bilinear',
            padding_mode='border',
            align_corners=False,
        )
        .view(batch, channels, 2, height, width)
        .unbind(dim=2)
    )
    return low + (light * steps - lower) * (high - low), steps * (high - low)


def apply_grid(image: Tensor, grid: Tensor, detail: Tensor, cell: int) -> Tensor:
    r"""Apply a bilateral grid of tone curves.

    .. math:: y = T(b) + d \, T'(b) (x - b)

    with :math:`b` the pixel's base, :func:`average` of the image, :math:`T` its tone curve and
    :math:`d` how much of the detail is kept: 1 all of it, 0 none, where it is noise. With factors
    on the noise, :math:`y = T(z)` with :math:`z` the image after :func:`denoise`.

    Args:
        image: RGB in [0, 1], (N, 3, H, W).
        grid: The curves' values in [0, 1] at :func:`knot_levels`, (N, 3, K, h, w).
        detail: How much of the detail is kept, and the factors on the noise, (N, 3 + J, h, w).
        cell: Height and width of a cell in pixels.

    Returns:
        RGB in [0, 1], (N, 3, H, W).
    """
    if detail.shape[1] > 3:
        clean = denoise(image, detail, cell).clamp(0, 1)
        return slice_grid(grid, compress(clean), cell)[0].clamp(0, 1)
    kept = enlarge(detail, cell, image.shape[2:])
    base = average(image)
    value, slope = slice_grid(grid, compress(base), cell)
    slope = slope * COMPRESSION / (math.log1p(COMPRESSION) * (1 + COMPRESSION * base))
    return (value + kept * slope * (image - base)).clamp(0, 1)
