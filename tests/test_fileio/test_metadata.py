"""What a photograph's file says beside its pixels comes through."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from PIL import ExifTags, Image, JpegImagePlugin, PngImagePlugin

from mmscllle.fileio import read_photograph, write_photograph

PIXELS = np.random.default_rng(0).integers(90, size=(16, 32, 3), dtype=np.uint8)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><d tiff:Orientation="6" dc:title="night"/></x:xmpmeta>'
SEGMENT = b'http://ns.adobe.com/xap/1.0/\0'


def jpeg_with(xmp: bytes = b'', **options: object) -> bytes:
    buffer = io.BytesIO()
    extra = b''
    if xmp:
        extra = b'\xff\xe1' + (len(SEGMENT + xmp) + 2).to_bytes(2, 'big') + SEGMENT + xmp
    Image.fromarray(PIXELS).save(buffer, 'JPEG', extra=extra, **options)
    return buffer.getvalue()


def through(tmp_path, content: bytes, name: str) -> tuple[Image.Image, list[str]]:
    """Read a file and write it again: the written file, and the notes."""
    (tmp_path / name).write_bytes(content)
    photograph = read_photograph(tmp_path / name)
    write_photograph(photograph, tmp_path / f'new-{name}')
    picture = Image.open(tmp_path / f'new-{name}')
    picture.load()
    return picture, photograph.notes


def segments(picture: Image.Image) -> list[bytes]:
    return [data[len(SEGMENT) :] for _, data in picture.applist if data.startswith(SEGMENT)]


def test_xmp_of_a_jpeg_is_kept_once_and_upright(tmp_path):
    picture, notes = through(tmp_path, jpeg_with(XMP), 'a.jpg')
    assert segments(picture) == [XMP.replace(b'"6"', b'"1"')]
    assert notes == []


def test_xmp_of_pictures_that_are_not_kept_is_noted(tmp_path):
    picture, notes = through(tmp_path, jpeg_with(XMP + b'<hdrgm:Version="1.0"/>'), 'a.jpg')
    assert segments(picture) == []
    assert notes == ['its XMP data are not kept: they are too long, or describe further pictures']


@pytest.mark.parametrize('kind', ['png', 'webp'])
def test_xmp_of_other_formats(tmp_path, kind):
    buffer = io.BytesIO()
    if kind == 'png':
        texts = PngImagePlugin.PngInfo()
        texts.add_itxt('XML:com.adobe.xmp', XMP.decode())
        Image.fromarray(PIXELS).save(buffer, 'PNG', pnginfo=texts)
    else:
        Image.fromarray(PIXELS).save(buffer, 'WEBP', xmp=XMP)
    picture, _ = through(tmp_path, buffer.getvalue(), f'a.{kind}')
    xmp = picture.info.get('xmp') or picture.info['XML:com.adobe.xmp']
    xmp = xmp.encode() if isinstance(xmp, str) else xmp
    assert xmp == XMP.replace(b'"6"', b'"1"')


def test_comment_of_a_jpeg(tmp_path):
    picture, _ = through(tmp_path, jpeg_with(comment=b'by the lake'), 'a.jpg')
    assert picture.info['comment'] == b'by the lake'


def test_texts_of_a_png(tmp_path):
    texts = PngImagePlugin.PngInfo()
    texts.add_text('Title', 'At night')
    texts.add_itxt('Author', 'Zoë')
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, 'PNG', pnginfo=texts)
    picture, _ = through(tmp_path, buffer.getvalue(), 'a.png')
    assert picture.text == dict(Title='At night', Author='Zoë')


@pytest.mark.parametrize('kind', ['grey with alpha', 'animation'])
def test_texts_and_xmp_of_a_png_that_pillow_writes(tmp_path, kind):
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt('Author', 'Zoë')
    texts.add_itxt('XML:com.adobe.xmp', XMP.decode())
    buffer = io.BytesIO()
    first, second = Image.fromarray(PIXELS[..., :2]), Image.fromarray(PIXELS[..., 1:])
    others = [second.convert('LA')] if kind == 'animation' else []
    first.save(buffer, 'PNG', pnginfo=texts, save_all=bool(others), append_images=others)
    picture, _ = through(tmp_path, buffer.getvalue(), 'a.png')
    assert picture.text == {
        'Author': 'Zoë',
        'XML:com.adobe.xmp': XMP.decode().replace('"6"', '"1"'),
    }


@pytest.mark.parametrize('subsampling', [0, 1, 2])
def test_chroma_sampling_of_a_jpeg(tmp_path, subsampling):
    picture, _ = through(tmp_path, jpeg_with(subsampling=subsampling), 'a.jpg')
    assert JpegImagePlugin.get_sampling(picture) == subsampling


@pytest.mark.parametrize('orientation', [1, 3, 6])
def test_exif_states_the_size_of_the_upright_picture(tmp_path, orientation):
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    part = tags.get_ifd(ExifTags.IFD.Exif)
    part[ExifTags.Base.ExifImageWidth], part[ExifTags.Base.ExifImageHeight] = 32, 16
    tags.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = 'N'
    picture, _ = through(tmp_path, jpeg_with(exif=tags.tobytes()), 'a.jpg')
    assert picture.size == ((16, 32) if orientation == 6 else (32, 16))
    part = picture.getexif().get_ifd(ExifTags.IFD.Exif)
    assert (part[ExifTags.Base.ExifImageWidth], part[ExifTags.Base.ExifImageHeight]) == picture.size
    # The place is kept, as docs/limits.md says.
    assert picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] == 'N'


# The beginning of a HEIC file as a telephone writes it.
HEIC = (24).to_bytes(4, 'big') + b'ftypheic' + bytes(4) + b'mif1heic' + bytes(40)


def test_heic_without_its_library_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'pillow_heif', None)
    (tmp_path / 'a.heic').write_bytes(HEIC)
    with pytest.raises(ValueError, match=r'a.heic.*HEIC picture.*`pip install pillow-heif`'):
        read_photograph(tmp_path / 'a.heic')


# The other environment is made of the system's packages.
@pytest.mark.onedl
def test_heic_is_read_and_written(tmp_path):
    pillow_heif = pytest.importorskip('pillow_heif')
    image = Image.fromarray(np.full((48, 64, 3), (30, 60, 90), np.uint8))
    tags = Image.Exif()
    tags[ExifTags.Base.Make] = 'Maker'
    pillow_heif.from_pillow(image).save(tmp_path / 'a.heic', exif=tags.tobytes(), quality=95)
    photograph = read_photograph(tmp_path / 'a.heic')
    assert photograph.format == 'HEIF' and photograph.size == (48, 64)
    assert np.abs(photograph.frames[0].astype(int) - (30, 60, 90)).max() <= 3
    write_photograph(photograph, tmp_path / 'b.heic')
    again = read_photograph(tmp_path / 'b.heic')
    assert np.abs(again.frames[0].astype(int) - (30, 60, 90)).max() <= 4
    assert Image.open(tmp_path / 'b.heic').getexif()[ExifTags.Base.Make] == 'Maker'
