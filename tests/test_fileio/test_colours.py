"""What a file says of the meaning of its values: kept, applied or noted."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from mmscllle.fileio import read_photograph, write_photograph
from mmscllle.fileio.colours import read_primary_properties

PIXELS = np.random.default_rng(0).integers(90, size=(16, 32, 4), dtype=np.uint8)
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile('LAB')).tobytes()
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
GREY = SRGB[:16] + b'GRAY' + SRGB[20:]
# Linear values, the primaries of P3, BT.2020 with its own transfer.
CHUNKS = {
    b'gAMA': struct.pack('>I', 100000),
    b'cHRM': struct.pack('>8I', 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000),
    b'cICP': bytes([9, 14, 0, 1]),
}


def through(tmp_path, content: bytes, name: str) -> tuple[bytes, list[str]]:
    """Read a file and write it again: the written file, and the notes."""
    (tmp_path / name).write_bytes(content)
    photograph = read_photograph(tmp_path / name)
    write_photograph(photograph, tmp_path / f'new-{name}')
    return (tmp_path / f'new-{name}').read_bytes(), photograph.notes


def encode(picture: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def test_profile_of_a_cielab_tiff_is_not_that_of_the_result(tmp_path):
    picture = Image.frombytes('LAB', (32, 16), PIXELS[..., :3].tobytes())
    for profile in (LAB, SRGB, GREY):
        content, _ = through(tmp_path, encode(picture, 'TIFF', icc_profile=profile), 'a.tif')
        result = Image.open(io.BytesIO(content))
        assert result.mode == 'RGB' and 'icc_profile' not in result.info


def test_grey_profile_of_an_animation_whose_frames_become_colours(tmp_path):
    frames = [Image.fromarray(PIXELS[..., channel]) for channel in (0, 1)]
    options = dict(save_all=True, append_images=frames[1:], icc_profile=GREY)
    content, notes = through(tmp_path, encode(frames[0], 'PNG', **options), 'a.png')
    assert 'icc_profile' not in Image.open(io.BytesIO(content)).info
    assert notes == ['its ICC profile is not kept: it is of grey, and the result has colours']


def test_grey_profile_of_a_grey_picture_is_kept(tmp_path):
    grey = Image.fromarray(PIXELS[..., 0])
    content, notes = through(tmp_path, encode(grey, 'PNG', icc_profile=GREY), 'a.png')
    assert Image.open(io.BytesIO(content)).info['icc_profile'] == GREY and not notes


@pytest.mark.parametrize('kind', ['L', 'LA', 'RGB', 'animation'])
def test_chunks_of_a_png_that_say_which_colours_its_values_mean(tmp_path, kind):
    picture = Image.fromarray(PIXELS).convert('RGB' if kind == 'animation' else kind)
    others = [picture.transpose(Image.Transpose.ROTATE_180)] if kind == 'animation' else []
    plain = encode(picture, 'PNG', save_all=bool(others), append_images=others)
    chunks = [
        struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))
        for name, data in CHUNKS.items()
    ]
    content, _ = through(tmp_path, plain[:33] + b''.join(chunks) + plain[33:], 'a.png')
    head = content[: content.index(b'IDAT')]
    assert all(chunk in head for chunk in chunks)
    # Two of them Pillow knows: the order is right.
    assert Image.open(io.BytesIO(content)).info['gamma'] == 1


def test_hdr_png_is_refused(tmp_path):
    plain = encode(Image.fromarray(PIXELS), 'PNG')
    colours = b'cICP' + bytes([9, 16, 0, 1])
    chunk = struct.pack('>I', 4) + colours + struct.pack('>I', zlib.crc32(colours))
    with pytest.raises(ValueError, match=r'HDR \(PQ\).*convert it to sRGB'):
        through(tmp_path, plain[:33] + chunk + plain[33:], 'a.png')


def media(kind: str, primaries: int, transfer: int, **options: object) -> bytes:
    """An AVIF or HEIC file that claims other colours than it has."""
    if kind == 'HEIF':
        pytest.importorskip('pillow_heif').register_heif_opener()
    content = encode(Image.fromarray(PIXELS[..., :3]).resize((64, 64)), kind, **options)
    before, mark, after = content.partition(b'colrnclx')
    # HEIC has a profile or these.
    assert mark or options
    return before + mark + struct.pack('>HH', primaries, transfer) + after[4:] if mark else content


# pillow-heif and Pillow with AVIF are sure to be in this environment only.
FORMS = [
    pytest.param('AVIF', marks=pytest.mark.onedl),
    pytest.param('HEIF', marks=pytest.mark.onedl),
]


@pytest.mark.parametrize('kind', FORMS)
@pytest.mark.parametrize(('transfer', 'name'), [(16, 'PQ'), (18, 'HLG')])
def test_hdr_avif_and_heic_are_refused(tmp_path, kind, transfer, name):
    with pytest.raises(ValueError, match=rf'a\.x. cannot be .*HDR \({name}\).*convert it to sRGB'):
        through(tmp_path, media(kind, 9, transfer), 'a.x')


@pytest.mark.parametrize('kind', FORMS)
@pytest.mark.parametrize(('primaries', 'transfer'), [(12, 13), (9, 1), (1, 8)])
def test_other_colours_of_avif_and_heic_are_noted(tmp_path, kind, primaries, transfer):
    assert through(tmp_path, media(kind, primaries, transfer), 'a.x')[1] == [
        f'its colours (primaries {primaries}, transfer {transfer}) are taken for sRGB, and may '
        'look paler or of another brightness; convert it to sRGB first'
    ]


@pytest.mark.onedl
def test_depth_of_heic_that_is_not_kept_is_noted(tmp_path):
    eight, ten = (b'pixi\0\0\0\0\x03' + 3 * bytes([bits]) for bits in (8, 10))
    content = media('HEIF', 1, 13)
    assert eight in content
    assert through(tmp_path, content.replace(eight, ten), 'a.x')[1] == [
        'of its 10 bits a channel 8 are kept'
    ]


@pytest.mark.parametrize('kind', FORMS)
@pytest.mark.parametrize(('primaries', 'transfer'), [(1, 13), (1, 1), (2, 2)])
def test_usual_avif_and_heic_have_no_notes(tmp_path, kind, primaries, transfer):
    assert through(tmp_path, media(kind, primaries, transfer), 'a.x')[1] == []


@pytest.mark.parametrize('kind', FORMS)
def test_profile_counts_where_there_is_one(tmp_path, kind):
    assert through(tmp_path, media(kind, 9, 16, icc_profile=SRGB), 'a.x')[1] == []


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b''.join(parts)
    return struct.pack('>I', len(content) + 8) + kind + content


@pytest.mark.parametrize('wide', [False, True])
def test_properties_of_the_primary_picture_alone(wide):
    # Those of a gain map's alternate rendering, picture 1, are not those of picture 2.
    colours = [box(b'colr', b'nclx', struct.pack('>HH', 1, transfer)) for transfer in (16, 13)]
    number, place = ('>I', '>H') if wide else ('>H', '>B')
    entries = [
        struct.pack(number, picture) + b'\1' + struct.pack(place, index)
        for picture, index in ((1, 1), (2, 2))
    ]
    head = bytes([wide, 0, 0, wide])
    meta = box(
        b'meta',
        bytes(4),
        box(b'pitm', head, struct.pack(number, 2)),
        box(b'iprp', box(b'ipco', *colours), box(b'ipma', head, struct.pack('>I', 2), *entries)),
    )
    content = box(b'ftyp', b'avif', bytes(4)) + meta
    assert read_primary_properties(content) == [(b'colr', colours[1][8:])]
    for end in range(len(content)):
        read_primary_properties(content[:end])
