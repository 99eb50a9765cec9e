"""Pixels of TIFF files that Pillow does not read rightly."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
from PIL import Image
from tifffile import COMPRESSION, PHOTOMETRIC, PLANARCONFIG, TiffFile, TiffPage

from .modes import upright
from .photograph import swap_red_and_blue

# tifffile reads these by itself; for others it needs a library of 20 MiB.
COMPRESSIONS = (COMPRESSION.NONE, COMPRESSION.ADOBE_DEFLATE, COMPRESSION.DEFLATE)
ORIENTATION = 274
ASSOCIATED_ALPHA = 1
# Channels of colour.
COLOURS: dict[int, int] = {PHOTOMETRIC.MINISBLACK: 1, PHOTOMETRIC.MINISWHITE: 1, PHOTOMETRIC.RGB: 3}


def read_tiff(content: bytes, picture: Image.Image) -> np.ndarray:
    """Read the first page of a TIFF file of 8 or 16 bit a channel.

    Args:
        content: The file.
        picture: The same, opened by Pillow.

    Returns:
        Upright pixels, uint8 or uint16, (H, W, C); C is 1 (grey), 2 (grey, alpha), 3 (RGB) or
        4 (RGB, alpha).  Of further channels none is kept.

    Raises:
        OSError, ValueError: If it is damaged, or of a kind that is not read rightly.
    """
    with TiffFile(BytesIO(content)) as file:
        page = file.pages.first
        if page.dtype not in (np.uint8, np.uint16):
            raise ValueError(
                f'its {page.dtype} pixels have no known range; convert it to 8 or 16 bit'
            )
        colours = COLOURS.get(page.photometric, 0)
        if not 1 <= colours <= page.samplesperpixel:
            raise ValueError(
                f'its pixels are {page.samplesperpixel} x '
                f'{getattr(page.photometric, "name", page.photometric)}; convert it '
                'to grey or RGB'
            )
        pixels = _decode(page, content, picture)[..., : colours + 1]
        if page.photometric == PHOTOMETRIC.MINISWHITE:
            pixels[..., 0] = np.iinfo(pixels.dtype).max - pixels[..., 0]
        if ASSOCIATED_ALPHA in page.extrasamples[:1]:
            pixels[..., :-1] = _divide_by_alpha(pixels[..., :-1], pixels[..., -1:])
    return pixels


def _decode(page: TiffPage, content: bytes, picture: Image.Image) -> np.ndarray:
    """Upright pixels as they are stored, (H, W, C)."""
    if page.compression in COMPRESSIONS:
        pixels = page.asarray()
        if page.samplesperpixel == 1:
            pixels = pixels.reshape(page.imagelength, page.imagewidth, 1)
        elif page.planarconfig == PLANARCONFIG.SEPARATE:
            pixels = np.moveaxis(pixels, 0, -1)
        return upright(pixels, page.tags.valueof(ORIENTATION, 1)).copy()
    if page.planarconfig == PLANARCONFIG.SEPARATE and page.samplesperpixel > 1:
        raise ValueError(
            'its channels lie in planes compressed by '
            f'{COMPRESSION(page.compression).name}; save it uncompressed or '
            'interleaved'
        )
    # Some of OpenCV's versions fill up what is cut off, and Pillow refuses.
    picture.load()
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None:
        raise OSError('OpenCV cannot decode it')
    return swap_red_and_blue(decoded if decoded.ndim == 3 else decoded[..., None])


def _divide_by_alpha(colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Colours that were multiplied by alpha as they were before."""
    white = np.iinfo(colours.dtype).max
    divisor = np.maximum(alpha, 1).astype(np.uint32)
    # Cast before: NumPy 1 would multiply within the type of the array.
    return np.minimum((colours.astype(np.uint32) * white + divisor // 2) // divisor, white)
