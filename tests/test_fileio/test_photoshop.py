"""IPTC data of a JPEG come through; what would be wrong beside them does not."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, IptcImagePlugin

from mmscllle.fileio import Photograph, read_photograph, write_photograph

PIXELS = np.random.default_rng(0).integers(90, size=(16, 32, 3), dtype=np.uint8)
HEADER = b'Photoshop 3.0\0'
XMP = b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
THUMBNAIL, DIGEST, ADDRESS = 1036, 1061, 1035


def segment(marker: int, data: bytes) -> bytes:
    return bytes((255, marker)) + (len(data) + 2).to_bytes(2, 'big') + data


def resource(number: int, data: bytes, name: bytes = b'') -> bytes:
    text = bytes([len(name)]) + name
    text += bytes(len(text) % 2)
    size = len(data).to_bytes(4, 'big')
    return b'8BIM' + number.to_bytes(2, 'big') + text + size + data + bytes(len(data) % 2)


def iptc(number: int, text: bytes) -> bytes:
    return bytes((0x1C, 2, number)) + len(text).to_bytes(2, 'big') + text


TITLE, AUTHOR = iptc(5, b'By the lake!'), iptc(80, 'Zoë'.encode())
BLOCK = resource(1028, TITLE + AUTHOR)


def make_jpeg(path: Path, *segments: bytes) -> None:
    Image.fromarray(PIXELS).save(path, 'JPEG', extra=b''.join(segments))


def through(path: Path) -> tuple[bytes, Photograph]:
    """Read a file and write it again: the resources of the written file, and what was read."""
    photograph = read_photograph(path)
    target = path.with_name(f'new-{path.name}')
    write_photograph(photograph, target)
    with Image.open(target) as picture:
        picture.load()
        found = [data[len(HEADER) :] for name, data in picture.applist if name == 'APP13']
    return b''.join(found), photograph


def test_iptc_is_kept_beside_xmp(tmp_path):
    others = resource(ADDRESS, b'https://a.org', b'named') + resource(DIGEST, b'0123456789abcdef')
    make_jpeg(
        tmp_path / 'a.jpg', segment(0xE1, XMP), segment(0xED, HEADER + BLOCK + others + bytes(2))
    )
    resources, photograph = through(tmp_path / 'a.jpg')
    assert resources == BLOCK + others and photograph.notes == []
    with Image.open(tmp_path / 'new-a.jpg') as picture:
        assert IptcImagePlugin.getiptcinfo(picture)[2, 80].decode() == 'Zoë'
        assert [data for name, data in picture.applist if name == 'APP1'] == [XMP]


def test_what_would_be_wrong_is_not_kept(tmp_path):
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, 'JPEG')
    wrong = resource(THUMBNAIL, bytes(28) + buffer.getvalue()) + resource(1032, b'guides')
    make_jpeg(tmp_path / 'a.jpg', segment(0xED, HEADER + wrong + BLOCK))
    resources, photograph = through(tmp_path / 'a.jpg')
    assert resources == BLOCK and photograph.notes == []


def test_a_preview_within_iptc_is_not_kept(tmp_path):
    block = resource(1028, TITLE + iptc(200, b'\0\x0b') + iptc(202, b'dark'))
    rest = resource(DIGEST, b'0123456789abcdef') + resource(ADDRESS, b'https://a.org/')
    make_jpeg(tmp_path / 'a.jpg', segment(0xED, HEADER + block + rest))
    resources, photograph = through(tmp_path / 'a.jpg')
    assert resources == resource(ADDRESS, b'https://a.org/')
    assert photograph.notes == [
        'its IPTC data are not kept: they hold a preview of the dark picture'
    ]


def test_resources_of_several_segments(tmp_path):
    """One that is too long for a segment goes on in the next; an odd one may end without a byte."""
    long = resource(1028, b''.join(iptc(25, b'word' * 15000) for _ in range(3)))
    parts = [long[start : start + 60000] for start in range(0, len(long), 60000)]
    odd = resource(ADDRESS, b'odd')[:-1]
    make_jpeg(
        tmp_path / 'a.jpg',
        segment(0xED, HEADER + odd),
        *(segment(0xED, HEADER + part) for part in parts),
        segment(0xED, b'Adobe_CM\0\1'),
    )
    resources, photograph = through(tmp_path / 'a.jpg')
    assert resources == odd + b'\0' + long and photograph.notes == []


@pytest.mark.parametrize('rest', [BLOCK[:-3], b'8BIM', b'8BIM\4', b'something else'])
def test_damage_is_noted_and_what_lies_before_it_kept(tmp_path, rest):
    first = resource(ADDRESS, b'https://a.org/')
    make_jpeg(tmp_path / 'a.jpg', segment(0xED, HEADER + first + rest))
    resources, photograph = through(tmp_path / 'a.jpg')
    assert resources == first
    assert photograph.notes == [
        'its IPTC data, or what else of Photoshop is beside them, are damaged'
    ]


def test_other_formats_do_without(tmp_path):
    make_jpeg(tmp_path / 'a.jpg', segment(0xED, HEADER + BLOCK))
    photograph = read_photograph(tmp_path / 'a.jpg')
    photograph.format = 'PNG'
    write_photograph(photograph, tmp_path / 'a.png')
    assert Image.open(tmp_path / 'a.png').size == (32, 16)
