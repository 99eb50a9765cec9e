"""Pictures of every variety, made by code, with what they show."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import cv2
import numpy as np
import tifffile
from PIL import Image

HEIGHT, WIDTH = 13, 18
RANDOM = np.random.default_rng(0)
DEEP = RANDOM.integers(65536, size=(HEIGHT, WIDTH, 4), dtype=np.uint16)
DEEP[..., 3] |= 0x8000
EIGHT = (DEEP >> 8).astype(np.uint8)


class Case(NamedTuple):
    """A file and what it shows.

    Attributes:
        name: Of the file.
        content: Of the file.
        shows: The pixels, 0 to 1, (H, W, C); with alpha where there is one.
        tolerance: By how much what is read may differ: formats with losses.
    """

    name: str
    content: bytes
    shows: np.ndarray
    tolerance: float = 0.003


def every_picture() -> Iterator[Case]:
    """All of them."""
    for make in (pillow_files, png_files, tiff_files, pnm_files):
        yield from make()


def encode(pixels: np.ndarray | Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def pillow_files() -> Iterator[Case]:
    """Modes of Pillow in the formats that hold them; what Pillow converts to is what they show."""
    smooth = cv2.GaussianBlur(cv2.resize(EIGHT, (64, 48)), (0, 0), 6)
    for mode, form in product(
        ('1', 'L', 'LA', 'P', 'RGB', 'RGBA', 'CMYK'),
        ('PNG', 'TIFF', 'BMP', 'GIF', 'TGA', 'WEBP', 'JPEG', 'PPM'),
    ):
        lossy = form in ('JPEG', 'WEBP', 'GIF')
        source = smooth if lossy else EIGHT
        picture = Image.fromarray(source).convert(mode)
        options = dict(lossless=True, exact=True) if form == 'WEBP' else {}
        try:
            content = encode(picture, form, **options)
        except (OSError, ValueError):
            continue  # The format does not know the mode.
        opened = Image.open(io.BytesIO(content))
        alpha = opened.has_transparency_data
        grey = opened.mode in ('1', 'L', 'LA')
        shown = np.asarray(
            opened.convert(('LA' if alpha else 'L') if grey else ('RGBA' if alpha else 'RGB'))
        )
        shown = shown[..., None] if shown.ndim == 2 else shown
        yield Case(f'{mode}.{form.lower().replace("jpeg", "jpg")}', content, shown / 255)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def png_files() -> Iterator[Case]:
    """Every colour type and depth of PNG, all filters, with key colours and odd chunks."""
    header = b'\x89PNG\r\n\x1a\n'
    types = {0: 1, 2: 3, 4: 2, 6: 4}
    for colour, depth in [(0, 1), (0, 2), (0, 4), *product(types, (8, 16))]:
        channels = types[colour]
        white = 2**depth - 1
        values = RANDOM.integers(white + 1, size=(HEIGHT, WIDTH, channels))
        for kind in range(5):
            rows = []
            step = max(1, channels * depth // 8)
            before = bytes(1000)
            for row in values:
                if depth < 8:
                    bits = ''.join(f'{value:0{depth}b}' for value in row.ravel())
                    line = int(bits.ljust(-(-len(bits) // 8) * 8, '0'), 2).to_bytes(
                        -(-len(bits) // 8), 'big'
                    )
                else:
                    line = row.astype('>u2' if depth == 16 else 'u1').tobytes()
                rows.append(bytes([kind]) + _filtered(kind, line, before, step))
                before = line
            body = (
                chunk(b'IHDR', struct.pack('>IIBBBBB', WIDTH, HEIGHT, depth, colour, 0, 0, 0)),
                chunk(b'IDAT', zlib.compress(b''.join(rows))),
                chunk(b'IEND', b''),
            )
            shown = values / white
            for extra, data in {
                'plain': b'',
                'gamma': chunk(b'gAMA', struct.pack('>I', 45455)),
                'text': chunk(b'tEXt', b'Comment\0' + b'x' * 3000),
                'zero size': chunk(b'pHYs', bytes(9)),
                'own': chunk(b'abCd', b'?'),
            }.items():
                yield Case(
                    f'{colour}-{depth}-{kind}-{extra}.png',
                    header + body[0] + data + body[1] + body[2],
                    shown,
                )


def _filtered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    """A line as PNG's filters have it (W3C, *PNG*, third edition, section 9)."""
    out = bytearray()
    for index, value in enumerate(line):
        left = line[index - step] if index >= step else 0
        up = above[index] if index < len(above) else 0
        corner = above[index - step] if index >= step else 0
        near = left + up - corner
        paeth = min(
            (abs(near - left), 0, left), (abs(near - up), 1, up), (abs(near - corner), 2, corner)
        )[2]
        out.append((value - (0, left, up, (left + up) // 2, paeth)[kind]) % 256)
    return bytes(out)


def tiff_files() -> Iterator[Case]:
    """Layouts of TIFF of 8 and 16 bit by tifffile."""
    for deep, colours, planes, alpha, compression, big, tile, order in product(
        (False, True),
        ('minisblack', 'miniswhite', 'rgb'),
        ('contig', 'separate'),
        (None, 'unassalpha', 'assocalpha'),
        (None, 'zlib'),
        (False, True),
        (None, (16, 16)),
        '<>',
    ):
        if colours != 'rgb' and (
            planes == 'separate' or alpha and (deep or colours != 'minisblack')
        ):
            continue  # Grey is one plane, and Pillow opens no other grey with alpha.
        if order == '>' and (big or deep and colours == 'miniswhite'):
            continue  # Pillow refuses it.
        pixels = DEEP if deep else EIGHT
        white = np.iinfo(pixels.dtype).max
        shown = pixels[..., :3] if colours == 'rgb' else pixels[..., :1]
        stored = white - shown if colours == 'miniswhite' else shown
        if alpha:
            opacity = pixels[..., 3:]
            if alpha == 'assocalpha':
                stored = np.rint(stored * (opacity / white)).astype(pixels.dtype)
            stored, shown = (np.concatenate([part, opacity], 2) for part in (stored, shown))
        several = stored.shape[2] > 1
        buffer = io.BytesIO()
        tifffile.imwrite(
            buffer,
            np.moveaxis(stored, 2, 0)
            if several and planes == 'separate'
            else stored
            if several
            else stored[..., 0],
            photometric=colours,
            planarconfig=planes if several else None,
            extrasamples=alpha and [alpha],
            compression=compression,
            bigtiff=big,
            tile=tile,
            metadata=None,
            byteorder=order,
        )
        name = '-'.join(
            map(
                str,
                (
                    16 if deep else 8,
                    colours,
                    planes,
                    alpha,
                    compression,
                    big,
                    bool(tile),
                    ord(order),
                ),
            )
        )
        yield Case(
            f'{name}.tif',
            buffer.getvalue(),
            shown / white,
            0.006 if alpha == 'assocalpha' else 0.003,
        )


def pnm_files() -> Iterator[Case]:
    """PGM and PPM, plain and binary, of many whites."""
    for (kind, channels), white, comment in product(
        (('P2', 1), ('P3', 3), ('P5', 1), ('P6', 3)),
        (1, 2, 3, 15, 100, 127, 254, 255, 256, 257, 1000, 1023, 4095, 32767, 65534, 65535),
        ('', '# a comment 7 7 7\n'),
    ):
        values = RANDOM.integers(white + 1, size=(HEIGHT, WIDTH, channels))
        body = (
            values.astype('u1' if white < 256 else '>u2').tobytes()
            if kind in ('P5', 'P6')
            else ' '.join(map(str, values.ravel())).encode() + b'\n'
        )
        yield Case(
            f'{kind}-{white}-{bool(comment)}.ppm',
            f'{kind}\n{comment}{WIDTH} {HEIGHT}\n{white}\n'.encode() + body,
            values / white,
        )
