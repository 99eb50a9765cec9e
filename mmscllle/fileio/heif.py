"""HEIC pictures, as telephones write them: read and written where pillow-heif is installed."""

from __future__ import annotations

# The kinds of an ISO media file (ISO/IEC 23008-12, annex B) whose pictures are HEVC's.
BRANDS = (b'heic', b'heix', b'heim', b'heis', b'hevc', b'hevx', b'mif1', b'msf1')


def is_heif(content: bytes) -> bool:
    """Whether a file's content is HEIC or HEIF, and not AVIF, whose container is the same."""
    if content[4:8] != b'ftyp':
        return False
    brands = content[8 : int.from_bytes(content[:4], 'big')]
    return content[8:12] in BRANDS and b'avif' not in brands


def register_heif() -> None:
    """Let Pillow read and write HEIF.

    Raises:
        ValueError: If pillow-heif is not installed.
    """
    try:
        from pillow_heif import register_heif_opener
    except ImportError as error:
        raise ValueError(
            'it is a HEIC picture, which pillow-heif reads: `pip install pillow-heif`'
        ) from error
    register_heif_opener()
