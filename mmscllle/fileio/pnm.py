"""Pixels of PGM and PPM files of more than 8 bit a channel."""

from __future__ import annotations

import re

import numpy as np

# Kind, width, height and the value of white, with comments between, then one blank.
HEADER = re.compile(rb'P([2356])' + 3 * rb'(?:\s|#[^\n\r]*[\n\r])+(\d+)' + rb'\s')
WHITE = 65535


def read_deep_pnm(content: bytes) -> np.ndarray | None:
    """Read a PGM or PPM file whose white is above 255 (netpbm, *ppm* and *pgm* formats).

    Args:
        content: The file.

    Returns:
        uint16, white being 65535, (H, W, 1) or (H, W, 3); None if the file has 8 bit or less.

    Raises:
        ValueError: If values are missing or too large.
    """
    header = HEADER.match(content)
    if header is None:
        return None
    kind = header[1]
    width, height, white = (int(number) for number in header.groups()[1:])
    if not 255 < white <= WHITE:
        return None
    shape = (height, width, 3 if kind in b'36' else 1)
    count = int(np.prod(shape))
    if kind in b'23':
        values = np.fromstring(content[header.end() :], np.int32, count, sep=' ')
    else:
        values = np.frombuffer(content, '>u2', offset=header.end())[:count]
    if values.size != count or values.min() < 0 or values.max() > white:
        raise ValueError(f'it must hold {count} values from 0 to {white}')
    # As large as uint32 takes.
    scaled = (values.astype(np.uint32) * WHITE + white // 2) // white
    return scaled.astype(np.uint16).reshape(shape)
