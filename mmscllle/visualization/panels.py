"""Pictures side by side under titles, and sheets of such rows."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from .checks import check_rgb
from .text import fit_text, text_band

GAP = 8


def titled_row(
    images: Sequence[np.ndarray], titles: Sequence[str], height: int | None = None
) -> np.ndarray:
    """Pictures in one row, each under its title.

    Args:
        images: uint8 RGB arrays (H_i, W_i, 3); resized to one height, aspect ratios kept.
        titles: One per picture.
        height: Height of the pictures in pixels; None: that of the highest one.

    Returns:
        uint8 RGB array, white between and around the pictures (8 pixels).

    Raises:
        TypeError: If a picture is not a uint8 array.
        ValueError: If there is no picture, a shape is wrong, ``titles`` does not have one entry
            per picture, or ``height`` is below 1.
    """
    return contact_sheet([images], titles, height=height)


def contact_sheet(
    rows: Sequence[Sequence[np.ndarray]],
    titles: Sequence[str],
    row_titles: Sequence[str] | None = None,
    height: int | None = None,
) -> np.ndarray:
    """Rows of pictures in columns, with one title above each column.

    Args:
        rows: Each row is a sequence of uint8 RGB arrays (H_ij, W_ij, 3), all rows of one length.
            Pictures are resized to one height, aspect ratios kept, and centred in their column.
        titles: One per column.
        row_titles: One per row, written above it (a file name, say); None: no such lines.
        height: Height of the pictures in pixels; None: that of the highest one.

    Returns:
        uint8 RGB array, white between and around the pictures (8 pixels).

    Raises:
        TypeError: If a picture is not a uint8 array.
        ValueError: If there is no picture, a shape is wrong, a row or ``row_titles`` has a wrong
            length, or ``height`` is below 1.
    """
    _check_layout(rows, titles, row_titles, height)
    if height is None:
        height = max(image.shape[0] for row in rows for image in row)
    scaled = [[_resize_to_height(image, height) for image in row] for row in rows]
    widths = [max(image.shape[1] for image in column) for column in zip(*scaled, strict=True)]
    # Readable on small pictures, not gross on large ones.
    size = int(np.clip(height // 18, 13, 32))

    # One size for all titles: the one that the tightest column needs.
    title_size = min(
        fit_text(title, width, size)[1].size for title, width in zip(titles, widths, strict=True)
    )
    bands = [
        _join(
            [
                text_band(title, width, title_size)
                for title, width in zip(titles, widths, strict=True)
            ]
        )
    ]
    for index, row in enumerate(scaled):
        if index:
            bands.append(_white(GAP, bands[0].shape[1]))
        if row_titles is not None:
            bands.append(
                text_band(row_titles[index], bands[0].shape[1], max(size - 2, 12), centred=False)
            )
        bands.append(
            _join([_centre(image, width) for image, width in zip(row, widths, strict=True)])
        )
    sheet = np.concatenate(bands)
    return np.pad(sheet, ((GAP // 2, GAP), (GAP, GAP), (0, 0)), constant_values=255)


def _check_layout(
    rows: Sequence[Sequence[np.ndarray]],
    titles: Sequence[str],
    row_titles: Sequence[str] | None,
    height: int | None,
) -> None:
    if len(rows) == 0 or len(titles) == 0:
        raise ValueError(f'nothing to draw: {len(rows)} rows, {len(titles)} titles')
    if height is not None and height < 1:
        raise ValueError(f'height must be at least 1 pixel, got {height}')
    if row_titles is not None and len(row_titles) != len(rows):
        raise ValueError(f'{len(rows)} rows need as many row_titles, got {len(row_titles)}')
    for index, row in enumerate(rows):
        if len(row) != len(titles):
            raise ValueError(f'row {index} has {len(row)} pictures for {len(titles)} titles')
        for column, image in enumerate(row):
            check_rgb(image, f'picture {column} of row {index}')


def _resize_to_height(image: np.ndarray, height: int) -> np.ndarray:
    if image.shape[0] == height:
        return image
    width = max(1, round(image.shape[1] * height / image.shape[0]))
    # Area averaging does not alias when shrinking.
    how = cv2.INTER_AREA if height < image.shape[0] else cv2.INTER_LINEAR
    return cv2.resize(image, (width, height), interpolation=how)


def _white(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)


def _centre(image: np.ndarray, width: int) -> np.ndarray:
    room = width - image.shape[1]
    return np.pad(image, ((0, 0), (room // 2, room - room // 2), (0, 0)), constant_values=255)


def _join(cells: Sequence[np.ndarray]) -> np.ndarray:
    parts = [cells[0]]
    for cell in cells[1:]:
        parts += [_white(cell.shape[0], GAP), cell]
    return np.concatenate(parts, axis=1)
