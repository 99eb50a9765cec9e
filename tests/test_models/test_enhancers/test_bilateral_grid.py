from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.autograd import gradcheck

from mmscllle.models.enhancers.bilateral_grid import (
    DESCRIPTION,
    apply_grid,
    compress,
    describe_cells,
    enlarge,
    knot_levels,
    slice_grid,
)
from mmscllle.models.enhancers.denoising import average, denoise

CELL = 4


def random(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.rand(shape, generator=generator, dtype=torch.float64)


def cells_of(height: int, width: int) -> tuple[int, int]:
    return -(-height // CELL), -(-width // CELL)


def neighbours(pixel: int, cells: int) -> tuple[int, int, float]:
    """The cells whose centres lie around a pixel's, and how near the second one is."""
    place = min(max((pixel + 0.5) / CELL - 0.5, 0), cells - 1)
    first = min(int(place), max(cells - 2, 0))
    return first, min(first + 1, cells - 1), place - first


def between_cells(cells: np.ndarray, y: int, x: int) -> np.ndarray:
    """Bilinear between the centres of cells, (..., h, w)."""
    top, bottom, down = neighbours(y, cells.shape[-2])
    left, right, across = neighbours(x, cells.shape[-1])
    return (1 - down) * (
        (1 - across) * cells[..., top, left] + across * cells[..., top, right]
    ) + down * ((1 - across) * cells[..., bottom, left] + across * cells[..., bottom, right])


def test_shadows_are_spread():
    values = compress(torch.tensor([0.0, 0.05, 1.0], dtype=torch.float64))
    assert values.tolist() == pytest.approx([0, math.log(6) / math.log(101), 1])


def test_knots_are_even_when_compressed():
    levels = knot_levels(16)
    assert levels[0] == 0 and levels[-1].item() == pytest.approx(1)
    torch.testing.assert_close(compress(levels), torch.linspace(0, 1, 16))


@pytest.mark.parametrize('size', [(1, 1), (3, 9), (8, 8), (9, 13)])
def test_description_of_cells(size):
    image = random(2, 3, *size)
    described = describe_cells(image, CELL).numpy()
    rows, columns = cells_of(*size)
    assert described.shape == (2, DESCRIPTION, rows, columns)
    padding = (0, rows * CELL - size[0]), (0, columns * CELL - size[1])
    light = np.pad(np.log1p(100 * image.numpy()) / np.log(101), ((0, 0), (0, 0), *padding), 'edge')
    differences = np.abs(np.diff(light, append=light[..., -1:]))
    bends = np.abs(np.diff(light, n=2, prepend=light[..., :1], append=light[..., -1:]))
    for row in range(rows):
        for column in range(columns):
            place = np.s_[..., row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
            cell = light[place]
            quarters = [
                cell[..., y : y + 2, x : x + 2].mean(axis=(2, 3)) for y in (0, 2) for x in (0, 2)
            ]
            found = described[:, :, row, column]
            np.testing.assert_allclose(found[:, :12].reshape(2, 3, 4), np.stack(quarters, axis=-1))
            np.testing.assert_allclose(
                found[:, 12:15], np.maximum(4 * cell.std(axis=(2, 3)), 4e-4), atol=1e-6
            )
            np.testing.assert_allclose(
                found[:, 15:18], 4 * differences[place].mean(axis=(2, 3)), atol=1e-12
            )
            np.testing.assert_allclose(
                found[:, 18:], 4 * bends[place].mean(axis=(2, 3)), atol=1e-12
            )


@pytest.mark.parametrize('size', [(1, 1), (3, 9), (8, 8), (9, 13)])
@pytest.mark.parametrize('knots', [2, 5])
def test_slicing_against_a_plain_loop(size, knots):
    grid, light = random(2, 3, knots, *cells_of(*size)), random(2, 3, *size)
    light[0, 0, 0, 0], light[1, 2, -1, -1] = 0, 1
    values, slopes = slice_grid(grid, light, CELL)
    steps = knots - 1
    for y in range(size[0]):
        for x in range(size[1]):
            curves = between_cells(grid.numpy(), y, x)
            for index in np.ndindex(2, 3):
                level = light[(*index, y, x)].item() * steps
                knot = min(int(level), steps - 1)
                low, high = curves[index][knot : knot + 2]
                expected = low + (level - knot) * (high - low)
                assert values[(*index, y, x)].item() == pytest.approx(expected)
                assert slopes[(*index, y, x)].item() == pytest.approx(steps * (high - low))


@pytest.mark.parametrize('size', [(1, 1), (3, 9), (8, 8), (9, 13)])
def test_enlarging_against_a_plain_loop(size):
    cells = random(2, 3, *cells_of(*size))
    enlarged = enlarge(cells, CELL, size)
    expected = np.empty((2, 3, *size))
    for y, x in np.ndindex(*size):
        expected[..., y, x] = between_cells(cells.numpy(), y, x)
    np.testing.assert_allclose(enlarged, expected)


def test_hand_values_of_one_curve():
    # Two knots: black becomes 0.2, white 0.8, evenly when compressed.
    grid = torch.tensor([0.2, 0.8], dtype=torch.float64).view(1, 1, 2, 1, 1).expand(1, 3, 2, 2, 3)
    level = torch.linspace(0, 1, 8, dtype=torch.float64)[:, None, None, None]
    flat = level.expand(8, 3, 5, 9)
    detail = torch.ones(8, 3, 2, 3, dtype=torch.float64)
    expected = 0.2 + 0.6 * torch.log1p(100 * flat) / math.log(101)
    torch.testing.assert_close(apply_grid(flat, grid.expand(8, 3, 2, 2, 3), detail, CELL), expected)


def test_how_much_of_the_detail_is_kept():
    image = 0.3 + 0.02 * random(1, 3, 8, 8)
    grid = knot_levels(8).double().pow(0.5).view(1, 1, 8, 1, 1).expand(1, 3, 8, 2, 2)
    none, half, whole = (
        apply_grid(image, grid, torch.full((1, 3, 2, 2), kept).double(), CELL)
        for kept in (0.0, 0.5, 1.0)
    )
    base = average(image)
    torch.testing.assert_close(none, slice_grid(grid, compress(base), CELL)[0])
    # The slope of a curve, for a step of light, by differences.
    step = 1e-7
    slope = (slice_grid(grid, compress(base + step), CELL)[0] - none) / step
    torch.testing.assert_close(whole - none, slope * (image - base), rtol=1e-4, atol=1e-8)
    torch.testing.assert_close(half, (none + whole) / 2)


def test_flat_curves_take_out_everything():
    grid = torch.full((1, 3, 4, 2, 2), 0.4).double()
    result = apply_grid(random(1, 3, 7, 8), grid, torch.ones(1, 3, 2, 2).double(), CELL)
    torch.testing.assert_close(result, torch.full_like(result, 0.4))


def test_results_are_cut_off():
    image = torch.tensor([0.0, 1.0]).repeat(1, 3, 8, 4).double()
    grid = torch.tensor([0.0, 1.0]).view(1, 1, 2, 1, 1).expand(1, 3, 2, 2, 2).double()
    result = apply_grid(image, grid, torch.full((1, 3, 2, 2), 9.0).double(), CELL)
    assert result.min() == 0 and result.max() == 1


def test_gradients_in_float64():
    image = 0.1 + 0.7 * random(1, 3, 5, 6)
    # Far from both ends, where results are cut off.
    grid, detail = 0.4 + 0.2 * random(1, 3, 3, 2, 2), 0.3 * random(1, 3, 2, 2)
    inputs = [value.requires_grad_() for value in (image, grid, detail)]
    assert gradcheck(lambda *inputs: apply_grid(*inputs, CELL), inputs)
    assert gradcheck(lambda image: describe_cells(image, CELL), inputs[:1])


def test_the_curves_of_clean_pixels():
    image = random(1, 3, 8, 12)
    grid = knot_levels(8).double().pow(0.5).view(1, 1, 8, 1, 1).expand(1, 3, 8, 2, 3)
    detail = torch.cat((torch.ones(1, 3, 2, 3), torch.full((1, 2, 2, 3), 1.5)), dim=1).double()
    clean = denoise(image, detail, CELL).clamp(0, 1)
    expected = slice_grid(grid, compress(clean), CELL)[0]
    torch.testing.assert_close(apply_grid(image, grid, detail, CELL), expected)
