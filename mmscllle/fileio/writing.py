"""Write a photograph to a file."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import tifffile
from PIL import Image, PngImagePlugin

from .atomic import atomic_path
from .heif import register_heif
from .metadata import XMP_TEXT, jpeg_xmp
from .photograph import Photograph, swap_red_and_blue
from .photoshop import jpeg_resources

# Close to what is visible at all, at a third of the size of the best quality.
QUALITY = {
    'JPEG': dict(quality=95),
    'WEBP': dict(quality=95),
    'AVIF': dict(quality=90),
    'HEIF': dict(quality=90),
}
PNG_HEADER_END = 33
METRES_PER_INCH = 0.0254


def write_photograph(
    photograph: Photograph, path: str | os.PathLike, put: Callable[[Path, Path], None] = os.replace
) -> None:
    """Write a photograph in its own ``format``, whole or not at all (:func:`atomic_path`).

    uint16 is written with 16 bit a channel, floating point too: to PNG and TIFF with the ICC
    profile, to PPM without, which has no place for it. Of a 16-bit TIFF's other tags the
    resolution is kept.

    Args:
        photograph: What to write.
        path: The file; missing folders are made.
        put: Moves the finished file to its place; see :func:`atomic_path`.

    Raises:
        OSError: If the file cannot be written; it names the file and the reason.
        ValueError: If the format cannot hold the pixels.
    """
    try:
        content = _encode(photograph)
    # Encoders raise whatever they come across.
    except Exception as error:
        raise ValueError(
            f'{os.fspath(path)!r} cannot be written as {photograph.format}: {error}'
        ) from error
    with atomic_path(path, put) as temporary:
        temporary.write_bytes(content)


def _encode(photograph: Photograph) -> bytes:
    frames = [_to_integers(frame) for frame in photograph.frames]
    if frames[0].dtype == np.uint16:
        return _encode_deep(frames, photograph)
    # OpenCV writes PNG several times faster than Pillow, but knows no grey with alpha.
    if photograph.format == 'PNG' and len(frames) == 1 and frames[0].shape[2] != 2:
        return _encode_png(frames[0], photograph.info)
    if photograph.format == 'BMP' and frames[0].shape[2] == 4:
        return _encode_bmp_with_alpha(frames[0])
    first, *others = [
        Image.fromarray(frame[..., 0] if frame.shape[2] == 1 else frame) for frame in frames
    ]
    options = {**photograph.info, **QUALITY.get(photograph.format, {})}
    if photograph.format == 'JPEG':
        # Pillow writes XMP by itself since version 11, the resources never.
        xmp, resources = options.pop('xmp', b''), options.pop('photoshop', b'')
        options['extra'] = (jpeg_xmp(xmp) if xmp else b'') + jpeg_resources(resources)
    if photograph.format == 'PNG':
        options['pnginfo'] = PngImagePlugin.PngInfo()
        for kind, data in _png_chunks(photograph.info):
            options['pnginfo'].add(kind, data)
    if photograph.format == 'HEIF':
        register_heif()
    if photograph.format == 'TIFF' and 'exif' not in options:
        # With EXIF data Pillow writes uncompressed TIFF only.
        options['compression'] = 'tiff_lzw'
    if others:
        options.update(save_all=True, append_images=others)
        if options.get('default_image'):
            # What programs show that know no animations; it has no time.
            options['duration'] = options['duration'][1:]
        if photograph.format == 'GIF' and first.mode == 'RGBA':
            # Clear the last frame, which would shine through the transparent parts of the next.
            options['disposal'] = 2
    buffer = BytesIO()
    first.save(buffer, photograph.format, **options)
    return buffer.getvalue()


def _to_integers(frame: np.ndarray) -> np.ndarray:
    if np.issubdtype(frame.dtype, np.floating):
        return np.rint(frame * 65535).astype(np.uint16)
    return frame


def _encode_deep(frames: list[np.ndarray], photograph: Photograph) -> bytes:
    if len(frames) > 1:
        raise ValueError('16-bit animations are not supported')
    frame = frames[0]
    if photograph.format == 'PNG':
        return _encode_png(
            frame[..., [0, 0, 0, 1]] if frame.shape[2] == 2 else frame, photograph.info
        )
    if photograph.format == 'TIFF':
        return _encode_tiff(frame, photograph.info)
    if photograph.format == 'PPM':
        return _encode_by_opencv('.ppm' if frame.shape[2] == 3 else '.pgm', frame)
    raise ValueError('only PNG, TIFF and PPM hold 16 bit a channel')


def _encode_by_opencv(suffix: str, frame: np.ndarray) -> bytes:
    done, content = cv2.imencode(suffix, swap_red_and_blue(frame))
    if not done:
        raise ValueError('OpenCV cannot encode it')
    return content.tobytes()


def _encode_tiff(frame: np.ndarray, info: dict) -> bytes:
    alpha = frame.shape[2] in (2, 4)
    buffer = BytesIO()
    tifffile.imwrite(
        buffer,
        frame if frame.shape[2] > 1 else frame[..., 0],
        photometric='rgb' if frame.shape[2] > 2 else 'minisblack',
        planarconfig='contig' if frame.shape[2] > 1 else None,
        extrasamples=['unassalpha'] if alpha else None,
        iccprofile=info.get('icc_profile'),
        resolution=(float(info['dpi'][0]), float(info['dpi'][1])) if 'dpi' in info else None,
        resolutionunit='inch' if 'dpi' in info else None,
        compression='zlib',
        metadata=None,
    )
    return buffer.getvalue()


def _encode_bmp_with_alpha(frame: np.ndarray) -> bytes:
    """A BMP file with a version 4 header, which OpenCV writes from 4.12 on, Pillow never."""
    height, width = frame.shape[:2]
    pixels = swap_red_and_blue(frame).tobytes()
    # Rows from the top down; 4 bytes a pixel; masks of red, green, blue and alpha; sRGB.
    header = struct.pack('<IiiHHIIiiII', 108, width, -height, 1, 32, 3, len(pixels), 0, 0, 0, 0)
    header += struct.pack('<IIII', 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b'BGRs' + bytes(48)
    start = 14 + len(header)
    return struct.pack('<2sIII', b'BM', start + len(pixels), 0, start) + header + pixels


def _encode_png(frame: np.ndarray, info: dict) -> bytes:
    """OpenCV's PNG with chunks for the metadata, which it writes itself from 4.12 on only."""
    content = _encode_by_opencv('.png', frame)
    chunks = b''
    if 'icc_profile' in info:
        chunks += _chunk(b'iCCP', b'ICC Profile\0\0' + zlib.compress(info['icc_profile']))
    if 'dpi' in info:
        density = [round(float(value) / METRES_PER_INCH) for value in info['dpi']]
        chunks += _chunk(b'pHYs', b''.join(value.to_bytes(4, 'big') for value in density) + b'\1')
    if 'exif' in info:
        chunks += _chunk(b'eXIf', info['exif'][len(b'Exif\0\0') :])
    chunks += b''.join(_chunk(kind, data) for kind, data in _png_chunks(info))
    return content[:PNG_HEADER_END] + chunks + content[PNG_HEADER_END:]


def _png_chunks(info: dict) -> Iterator[tuple[bytes, bytes]]:
    """Kind and data of the chunks of a PNG that Pillow does not write by itself."""
    yield from info.get('png_colours', {}).items()
    texts = dict(info.get('text', {}))
    if 'xmp' in info:
        texts[XMP_TEXT] = info['xmp'].decode('utf-8', 'replace')
    for keyword, text in texts.items():
        # Not compressed, of no stated language.
        yield (
            b'iTXt',
            keyword.encode('latin-1', 'replace') + b'\0' * 5 + text.encode('utf-8', 'replace'),
        )


def _chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file (W3C, *Portable Network Graphics*, third edition, section 5.3)."""
    return len(data).to_bytes(4, 'big') + kind + data + zlib.crc32(kind + data).to_bytes(4, 'big')
