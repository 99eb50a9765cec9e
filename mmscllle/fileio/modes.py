"""Pixels of Pillow's image modes as arrays."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import ExifTags, Image, ImageCms


def read_pixels(picture: Image.Image) -> np.ndarray:
    """Read a picture of any mode.

    Palettes become colours, since 256 of them could not hold the enhanced ones.  CMYK and other
    colour spaces become RGB, which screens show and curves are made for.  Grey stays grey.

    Args:
        picture: The picture; 8 bit a channel or less, or 16 bit grey.

    Returns:
        uint8 or uint16, (H, W, C); C is 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha).

    Raises:
        ValueError: If the range of the values is unknown (32 bit), or there is no way to RGB.
    """
    if picture.mode.startswith('I;16'):
        pixels = np.array(picture, np.uint16)[..., None]
        if getattr(picture, 'tag_v2', {}).get(ExifTags.Base.BitsPerSample) == (12,):
            # Pillow leaves white where it is, at 4095.
            pixels = ((pixels.astype(np.uint32) * 65535 + 2047) // 4095).astype(np.uint16)
        return add_alpha(pixels, picture)
    if picture.mode in ('I', 'F'):
        raise ValueError('its 32-bit pixels have no known range; convert it to 8 or 16 bit')
    if picture.mode == 'CMYK':
        return np.array(_convert_cmyk(picture))
    transparent = picture.has_transparency_data
    if picture.mode in ('1', 'L', 'LA', 'La'):
        mode = 'LA' if transparent else 'L'
    else:
        mode = 'RGBA' if transparent else 'RGB'
    # From premultiplied grey there is a way only to grey with alpha, from a 1-bit image to grey.
    pixels = np.array(picture.convert(mode))
    return pixels[..., None] if pixels.ndim == 2 else pixels


def add_alpha(pixels: np.ndarray, picture: Image.Image) -> np.ndarray:
    """Make alpha of the one value of 16-bit grey that is transparent, if there is one.

    Args:
        pixels: uint16, (H, W, 1).
        picture: The picture that they are of.

    Returns:
        (H, W, 2), or ``pixels``.
    """
    if 'transparency' not in picture.info:
        return pixels
    alpha = np.where(pixels == picture.info['transparency'], 0, 65535)
    return np.concatenate([pixels, alpha.astype(np.uint16)], axis=2)


def _convert_cmyk(picture: Image.Image) -> Image.Image:
    """Convert to sRGB by the printing profile, or as Pillow does without one that works."""
    profile, converted = picture.info.get('icc_profile'), None
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                picture, BytesIO(profile), ImageCms.createProfile('sRGB'), outputMode='RGB'
            )
        except (ImageCms.PyCMSError, OSError):
            pass
    return picture.convert('RGB') if converted is None else converted


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turn a picture as EXIF says.

    Args:
        pixels: (H, W, C).
        orientation: EXIF tag 274, 1 to 8 (EXIF 2.32, section 4.6.4); any other value means 1.

    Returns:
        (H, W, C), or (W, H, C) for 5 to 8.
    """
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
