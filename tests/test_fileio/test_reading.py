from __future__ import annotations

import functools
import http.server
import io
import os
import struct
import threading
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import ExifTags, Image, ImageCms, ImageOps, PngImagePlugin

from mmscllle.fileio import opening, read_photograph, write_photograph
from mmscllle.fileio.reading import FORMATS

PIXELS = np.random.default_rng(0).integers(256, size=(12, 18, 4), dtype=np.uint8)
DEEP = np.random.default_rng(1).integers(65536, size=(12, 18, 4), dtype=np.uint16)
RGB = Image.fromarray(PIXELS[..., :3])
RGBA = Image.fromarray(PIXELS)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
PNG_START = b'\x89PNG\r\n\x1a\n'
LOSSLESS = ['PNG', 'TIFF', 'BMP', 'PPM', 'TGA']


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[ExifTags.Base.Make] = 'Maker'
    tags[ExifTags.Base.Orientation] = orientation
    tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExposureTime] = 0.5
    return tags


def read_exif(content: bytes) -> Image.Exif:
    tags = Image.Exif()
    tags.load(content)
    return tags


@pytest.fixture
def save(tmp_path):
    def save(
        picture: Image.Image | bytes, form: str = 'PNG', name: str = 'a.png', **kwargs: object
    ) -> str:
        path = tmp_path / name
        if isinstance(picture, bytes):
            path.write_bytes(picture)
        else:
            picture.save(path, form, **kwargs)
        return str(path)

    return save


def png16(pixels: np.ndarray) -> bytes:
    """OpenCV's 16-bit PNG of grey, RGB or RGB and alpha."""
    channels = [2, 1, 0, 3][: pixels.shape[2]] if pixels.shape[2] > 1 else [0]
    return cv2.imencode('.png', pixels[..., channels])[1].tobytes()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


@pytest.mark.parametrize('form', LOSSLESS)
def test_pixels_and_format(save, form):
    photograph = read_photograph(save(RGB, form))
    np.testing.assert_array_equal(photograph.frames[0], PIXELS[..., :3])
    assert photograph.format == form


@pytest.mark.parametrize('form', ['JPEG', 'WEBP', 'GIF'])
def test_pixels_of_formats_with_losses(save, form):
    path = save(RGB, form)
    photograph = read_photograph(path)
    np.testing.assert_array_equal(photograph.frames[0], np.asarray(Image.open(path).convert('RGB')))
    assert photograph.format == form


def test_pillow_image():
    photograph = read_photograph(RGBA)
    np.testing.assert_array_equal(photograph.frames[0], PIXELS)
    assert photograph.format == 'PNG'


@pytest.mark.parametrize('orientation', range(1, 9))
@pytest.mark.parametrize(
    ('form', 'kwargs'),
    [('PNG', {}), ('WEBP', dict(lossless=True)), ('TIFF', {}), ('JPEG', dict(quality=95))],
)
def test_orientation_is_applied_and_reset(save, form, kwargs, orientation):
    path = save(RGB, form, exif=exif(orientation).tobytes(), **kwargs)
    photograph = read_photograph(path)
    expected = ImageOps.exif_transpose(Image.open(path))
    np.testing.assert_array_equal(photograph.frames[0], np.asarray(expected))
    assert photograph.size == ((18, 12) if orientation > 4 else (12, 18))
    tags = read_exif(photograph.info['exif'])
    assert tags[ExifTags.Base.Make] == 'Maker'
    assert ExifTags.Base.Orientation not in tags
    assert tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExposureTime] == 0.5


@pytest.mark.parametrize('orientation', range(1, 9))
def test_orientation_of_a_compressed_tiff(save, orientation):
    path = save(RGB, 'TIFF', compression='tiff_lzw', tiffinfo={274: orientation})
    photograph = read_photograph(path)
    np.testing.assert_array_equal(photograph.frames[0], np.asarray(Image.open(path)))
    assert photograph.size == ((18, 12) if orientation > 4 else (12, 18))
    assert 'exif' not in photograph.info


def test_orientation_of_a_pillow_image(save):
    picture = Image.open(save(RGB, exif=exif(6).tobytes()))
    np.testing.assert_array_equal(read_photograph(picture).frames[0], np.rot90(PIXELS[..., :3], -1))


@pytest.mark.parametrize('orientation', range(1, 9))
def test_orientation_of_16_bit_tiff(save, orientation):
    content = io.BytesIO()
    tifffile.imwrite(
        content, DEEP[..., :3], photometric='rgb', extratags=[(274, 'H', 1, orientation, True)]
    )
    found = read_photograph(save(content.getvalue())).frames[0]
    picture = Image.fromarray(np.arange(216, dtype=np.uint8).reshape(12, 18))
    picture.getexif()[274] = orientation
    places = np.asarray(ImageOps.exif_transpose(picture))
    np.testing.assert_array_equal(found, DEEP[..., :3].reshape(216, 3)[places])


def test_orientation_of_16_bit_png(save):
    content = png16(DEEP[..., :3])
    content = content[:33] + chunk(b'eXIf', exif(8).tobytes()[6:]) + content[33:]
    found = read_photograph(save(content)).frames[0]
    np.testing.assert_array_equal(found, np.rot90(DEEP[..., :3]))


def test_thumbnail_of_the_dark_picture_stays_behind(save):
    # A TIFF of two pages is what EXIF data with a thumbnail are.
    content = io.BytesIO()
    tifffile.imwrite(content, np.stack([PIXELS[:4, :4, 0]] * 2), photometric='minisblack')
    path = save(RGB, 'JPEG', exif=b'Exif\0\0' + content.getvalue())
    assert Image.open(path).getexif().get_ifd(ExifTags.IFD.IFD1)
    tags = read_exif(read_photograph(path).info['exif'])
    assert not tags.get_ifd(ExifTags.IFD.IFD1)


def test_tags_of_a_tiff_that_describe_its_layout_stay_behind(save):
    path = save(RGB, 'TIFF', exif=exif().tobytes())
    tags = read_exif(read_photograph(path).info['exif'])
    assert set(tags) == {ExifTags.Base.Make, ExifTags.Base.ExifOffset}


@pytest.mark.parametrize('form', ['PNG', 'JPEG', 'TIFF', 'WEBP'])
def test_profile_and_resolution(save, form):
    path = save(RGB, form, icc_profile=SRGB, dpi=(300, 200))
    info = read_photograph(path).info
    assert info['icc_profile'] == SRGB
    if form != 'WEBP':
        assert [round(float(value)) for value in info['dpi']] == [300, 200]


def test_grey_stays_grey(save):
    photograph = read_photograph(save(Image.fromarray(PIXELS[..., 0])))
    np.testing.assert_array_equal(photograph.frames[0], PIXELS[..., :1])


@pytest.mark.parametrize(
    ('form', 'channels'),
    [
        ('PNG', 1),
        ('PNG', 3),
        ('PNG', 4),
        ('TIFF', 1),
        ('TIFF', 3),
        ('TIFF', 4),
        ('PPM', 1),
        ('PPM', 3),
    ],
)
def test_16_bit(save, form, channels):
    pixels = DEEP[..., :channels]
    if form == 'TIFF':
        buffer = io.BytesIO()
        tifffile.imwrite(
            buffer,
            pixels[..., 0] if channels == 1 else pixels,
            extrasamples=['unassalpha'] if channels == 4 else None,
            photometric='rgb' if channels > 1 else 'minisblack',
        )
        content = buffer.getvalue()
    elif form == 'PNG':
        content = png16(pixels)
    else:
        # As the format says: a header and big-endian numbers.
        kind = b'P5' if channels == 1 else b'P6'
        content = kind + b' 18 12 65535\n' + pixels.astype('>u2').tobytes()
    photograph = read_photograph(save(content))
    assert photograph.format == form
    assert photograph.frames[0].dtype == np.uint16
    np.testing.assert_array_equal(photograph.frames[0], pixels)


def test_16_bit_grey_png_with_alpha(save):
    # Neither Pillow nor OpenCV writes it: a header, unfiltered rows, an end.
    rows = b''.join(b'\0' + row.tobytes() for row in DEEP[..., :2].astype('>u2'))
    content = PNG_START + chunk(b'IHDR', struct.pack('>IIBBBBB', 18, 12, 16, 4, 0, 0, 0))
    content += chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'')
    np.testing.assert_array_equal(read_photograph(save(content)).frames[0], DEEP[..., :2])


def test_16_bit_grey_png_with_a_transparent_value(save, tmp_path):
    content = png16(DEEP[..., :1])
    value = int(DEEP[3, 4, 0])
    content = content[:33] + chunk(b'tRNS', struct.pack('>H', value)) + content[33:]
    alpha = np.where(DEEP[..., :1] == value, 0, 65535)
    photograph = read_photograph(save(content))
    np.testing.assert_array_equal(photograph.frames[0], np.concatenate([DEEP[..., :1], alpha], 2))
    write_photograph(photograph, tmp_path / 'b.png')
    np.testing.assert_array_equal(
        read_photograph(tmp_path / 'b.png').frames[0][..., 3:], alpha.astype(np.uint16)
    )


def test_white_of_a_12_bit_grey_tiff(save):
    # Neither Pillow nor tifffile writes it: a header, nine tags, three bytes for two pixels.
    values = np.array([[0, 1, 2048, 4095]])
    bits = ''.join(f'{value:012b}' for value in values.ravel())
    tags = {256: 4, 257: 1, 258: 12, 259: 1, 262: 1, 273: 122, 277: 1, 278: 1, 279: 6}
    entries = b''.join(struct.pack('<HHII', tag, 3, 1, value) for tag, value in tags.items())
    content = b'II*\0' + struct.pack('<IH', 8, 9) + entries + bytes(4)
    content += int(bits, 2).to_bytes(6, 'big')
    path = save(content, name='a.tif')
    for source in (path, Image.open(path)):
        (frame,) = read_photograph(source).frames
        assert frame.dtype == np.uint16 and frame[0, :, 0].tolist() == [0, 16, 32776, 65535]


def test_signed_tiff_is_refused(save):
    content = io.BytesIO()
    tifffile.imwrite(content, np.zeros((4, 4, 3), np.int16), photometric='rgb')
    with pytest.raises((ValueError, OSError), match=r"a\.png' (cannot be enhanced|is damaged)"):
        read_photograph(save(content.getvalue()))


def grey_printing_profile() -> bytes:
    """An ICC profile (version 2.1, a lut8 table) of a press whose four inks are all grey."""
    corners = np.indices((2,) * 4).reshape(4, -1).T
    lightness = np.rint(255 * (1 - corners.mean(axis=1)))
    lab = np.stack([lightness, *[np.full_like(lightness, 128)] * 2], axis=1).astype(np.uint8)
    identity = bytes(range(256))
    matrix = struct.pack('>9i', *(np.eye(3, dtype=int).ravel() * 65536).tolist())
    table = (
        b'mft1\0\0\0\0' + bytes([4, 3, 2, 0]) + matrix + identity * 4 + lab.tobytes() + identity * 3
    )
    start = 128 + 4 + 12
    tags = struct.pack('>I4sII', 1, b'A2B0', start, len(table))
    head = struct.pack(
        '>I4sI4s4s4s12s4s',
        start + len(table),
        b'',
        0x02100000,
        b'prtr',
        b'CMYK',
        b'Lab ',
        b'',
        b'acsp',
    )
    head += bytes(28) + struct.pack('>3i', 63190, 65536, 54061)
    return head.ljust(128, b'\0') + tags + table


def test_cmyk_jpeg_without_a_profile(save):
    picture = Image.new('CMYK', (16, 16), (255, 0, 0, 0))
    photograph = read_photograph(save(picture, 'JPEG'))
    np.testing.assert_allclose(photograph.frames[0][8, 8], [0, 255, 255], atol=3)
    assert 'icc_profile' not in photograph.info


def test_cmyk_jpeg_is_converted_by_its_profile(save):
    picture = Image.new('CMYK', (16, 16), (255, 0, 0, 0))
    photograph = read_photograph(save(picture, 'JPEG', icc_profile=grey_printing_profile()))
    red, green, blue = photograph.frames[0][8, 8].tolist()
    # One ink of four: a lightness of 75, which is sRGB 185.
    assert abs(red - 185) < 5 and max(red, green, blue) - min(red, green, blue) < 4
    assert 'icc_profile' not in photograph.info


def test_first_picture_of_an_mpo(save):
    path = save(RGB, 'MPO', save_all=True, append_images=[Image.new('RGB', (4, 4))])
    assert Image.open(path).n_frames == 2
    photograph = read_photograph(path)
    assert photograph.format == 'JPEG' and len(photograph.frames) == 1
    assert photograph.size == (12, 18)


FRAMES = [Image.fromarray(np.roll(PIXELS[..., :3], 5 * step, axis=1)) for step in range(3)]


@pytest.mark.parametrize(
    ('form', 'kwargs'), [('GIF', {}), ('PNG', {}), ('WEBP', dict(lossless=True))]
)
def test_animation(save, form, kwargs):
    path = save(
        FRAMES[0],
        form,
        save_all=True,
        append_images=FRAMES[1:],
        duration=[50, 120, 70],
        loop=3,
        **kwargs,
    )
    photograph = read_photograph(path)
    assert photograph.format == form
    assert photograph.info['duration'] == [50, 120, 70] and photograph.info['loop'] == 3
    with Image.open(path) as picture:
        for index, frame in enumerate(photograph.frames):
            picture.seek(index)
            np.testing.assert_array_equal(frame, np.asarray(picture.convert('RGB')))


@pytest.mark.parametrize('orientation', [1, 3, 6])
@pytest.mark.parametrize(('form', 'kwargs'), [('PNG', {}), ('WEBP', dict(lossless=True))])
def test_orientation_of_an_animation_is_applied_and_reset(save, form, kwargs, orientation):
    tags = exif(orientation).tobytes()
    path = save(FRAMES[0], form, save_all=True, append_images=FRAMES[1:], exif=tags, **kwargs)
    photograph = read_photograph(path)
    for found, picture in zip(photograph.frames, FRAMES, strict=True):
        picture.getexif()[ExifTags.Base.Orientation] = orientation
        np.testing.assert_array_equal(found, np.asarray(ImageOps.exif_transpose(picture)))
    assert ExifTags.Base.Orientation not in read_exif(photograph.info['exif'])


def test_animation_that_plays_once_has_no_loop(save):
    path = save(FRAMES[0], 'GIF', save_all=True, append_images=FRAMES[1:], duration=50)
    assert 'loop' not in read_photograph(path).info


def test_transparent_animation_has_alpha_throughout(save):
    clear = [RGBA, Image.new('RGBA', RGBA.size, (9, 9, 9, 0))]
    path = save(clear[0], 'PNG', save_all=True, append_images=clear[1:], duration=50)
    photograph = read_photograph(path)
    np.testing.assert_array_equal(photograph.frames[0], PIXELS)
    assert photograph.frames[1][..., 3].max() == 0


def test_several_pages_are_refused(save):
    path = save(RGB, 'TIFF', save_all=True, append_images=[RGB])
    with pytest.raises(ValueError, match=r"a\.png' cannot be enhanced: it has 2 pages; split it"):
        read_photograph(path)


def test_16_bit_animation_is_refused(save):
    content = png16(DEEP[..., :3])
    content = content[:33] + chunk(b'acTL', struct.pack('>II', 2, 0)) + content[33:]
    with pytest.raises(ValueError, match='it is an animation of 16 bit a channel'):
        read_photograph(save(content))


def test_empty_file(save):
    with pytest.raises(OSError, match=r"a\.png' is an empty file"):
        read_photograph(save(b''))


def test_text(save):
    with pytest.raises(
        ValueError,
        match=r"a\.png' cannot be enhanced: it is no image, of another "
        'format than JPEG, PNG',
    ):
        read_photograph(save(b'I am a text.\n' * 100))


def test_format_that_starts_another_program(save):
    content = io.BytesIO()
    RGB.save(content, 'EPS')
    assert 'EPS' not in FORMATS
    with pytest.raises(ValueError, match='of another format than'):
        read_photograph(save(content.getvalue()))


@pytest.mark.parametrize('share', [0.3, 0.7, 0.98])
@pytest.mark.parametrize(
    'kind',
    [
        'JPEG',
        'progressive JPEG',
        'PNG',
        'TIFF',
        'WEBP',
        'GIF',
        'BMP',
        'PPM',
        'TGA',
        '16-bit PNG',
        '16-bit TIFF',
        'animated GIF',
    ],
)
def test_file_that_is_cut_off(save, kind, share):
    picture = RGB.resize((180, 120))
    content = io.BytesIO()
    if kind == '16-bit PNG':
        content.write(png16(np.tile(DEEP[..., :3], (10, 10, 1))))
    elif kind == '16-bit TIFF':
        tifffile.imwrite(content, np.tile(DEEP[..., :3], (10, 10, 1)), photometric='rgb')
    elif kind == 'animated GIF':
        picture.save(content, 'GIF', save_all=True, append_images=[picture.rotate(90)])
    elif kind == 'progressive JPEG':
        picture.save(content, 'JPEG', progressive=True)
    else:
        picture.save(content, kind)
    whole = content.getvalue()
    read_photograph(save(whole))
    with pytest.raises((OSError, ValueError), match=r"a\.png' (is damaged or cut off|cannot be)"):
        read_photograph(save(whole[: int(share * len(whole))]))


def test_jpeg_without_its_last_bytes(save):
    content = io.BytesIO()
    RGB.save(content, 'JPEG')
    with pytest.raises(OSError, match=r"a\.png' is damaged or cut off: .*truncated"):
        read_photograph(save(content.getvalue()[:-20]))


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'none\.png'):
        read_photograph(tmp_path / 'none.png')


def test_folder(tmp_path):
    with pytest.raises(IsADirectoryError, match=tmp_path.name):
        read_photograph(tmp_path)


def test_no_permission(save, monkeypatch):
    # Nothing is forbidden to root, who may run the tests.
    path = save(RGB)

    def forbid(name: str, *_: object, **__: object) -> None:
        raise PermissionError(13, 'Permission denied', name)

    monkeypatch.setattr(opening, 'open', forbid, raising=False)
    with pytest.raises(PermissionError, match=r'Permission denied: .*a\.png'):
        read_photograph(path)


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    head = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    return (
        PNG_START + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(b'')) + chunk(b'IEND', b'')
    )


def test_decompression_bomb_is_not_decoded(save, monkeypatch):
    def decode(_: Image.Image) -> None:
        raise AssertionError('decoded')

    monkeypatch.setattr(Image.Image, 'load', decode)
    with pytest.raises(
        ValueError,
        match=r"a\.png' cannot be enhanced: it claims 60000 x 50000 = "
        r'3,000,000,000 pixels, more than max_pixels=67,108,864.*None',
    ):
        read_photograph(save(bomb(60000, 50000)))


def test_limit_may_be_raised_or_lifted(save, monkeypatch):
    # Pillow's own limit, far below, does not count.
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 10)
    path = save(RGB)
    with pytest.raises(ValueError, match='18 x 12 = 216 pixels, more than max_pixels=215'):
        read_photograph(path, max_pixels=215)
    for limit in (216, None):
        assert read_photograph(path, max_pixels=limit).size == (12, 18)
    assert Image.MAX_IMAGE_PIXELS == 10


def test_limit_is_that_of_all_frames(save):
    path = save(FRAMES[0], 'GIF', save_all=True, append_images=FRAMES[1:])
    with pytest.raises(ValueError, match='18 x 12 x 3 frames = 648 pixels, more than max'):
        read_photograph(path, max_pixels=647)
    assert len(read_photograph(path, max_pixels=648).frames) == 3


def test_pillow_image_above_the_limit():
    with pytest.raises(ValueError, match='216 pixels, more than max_pixels=100'):
        read_photograph(RGB, max_pixels=100)


def test_pillows_limit_is_back_when_the_last_thread_is_done(save, monkeypatch):
    from mmscllle.fileio.pillow_limit import without_pillows_limit

    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 10)
    with without_pillows_limit:
        with without_pillows_limit:
            assert Image.MAX_IMAGE_PIXELS is None
        assert Image.MAX_IMAGE_PIXELS is None
    assert Image.MAX_IMAGE_PIXELS == 10


@pytest.mark.parametrize('size', [(1, 1), (1, 50), (50, 1)])
def test_thin_pictures(save, size):
    assert read_photograph(save(RGB.resize(size))).size == size[::-1]


def test_url(save, tmp_path, monkeypatch):
    path = Path(save(RGB, name='a b ü.png'))
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, 'log_message', lambda *_: None)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f'http://127.0.0.1:{server.server_port}'
        np.testing.assert_array_equal(
            read_photograph(f'{address}/a%20b%20%C3%BC.png').frames[0],
            read_photograph(path).frames[0],
        )
        with pytest.raises(OSError, match=r'/none\.png. cannot be fetched: .*404'):
            read_photograph(f'{address}/none.png')
        server.shutdown()


@pytest.mark.parametrize('white', [1, 15, 100, 254, 255, 256, 1023, 4095, 65534, 65535])
@pytest.mark.parametrize(('kind', 'channels'), [('P2', 1), ('P3', 3), ('P5', 1), ('P6', 3)])
def test_white_of_pgm_and_ppm(save, kind, channels, white):
    values = np.random.default_rng(0).integers(white + 1, size=(5, 7, channels))
    text = ' '.join(map(str, values.ravel())).encode() + b'\n'
    binary = values.astype('u1' if white < 256 else '>u2').tobytes()
    head = f'{kind}\n# two\n# comments\n7 5\n{white}\n'.encode()
    content = head + (text if kind in ('P2', 'P3') else binary)
    pixels = read_photograph(save(content, name='a.ppm')).frames[0]
    assert pixels.dtype == (np.uint16 if white > 255 else np.uint8)
    largest = np.iinfo(pixels.dtype).max
    np.testing.assert_allclose(pixels / largest, values / white, atol=0.51 / largest)


@pytest.mark.parametrize('content', [b'P1\n2 1\n0 1\n', b'P4\n2 1\n\x40'])
def test_bits_of_a_pbm(save, content):
    assert read_photograph(save(content, name='a.pbm')).frames[0].tolist() == [[[255], [0]]]


def test_values_of_a_ppm_above_white(save):
    content = b'P5 2 1 1000 ' + np.array([7, 1001], '>u2').tobytes()
    with pytest.raises(ValueError, match='must hold 2 values from 0 to 1000'):
        read_photograph(save(content, name='a.ppm'))


@pytest.mark.parametrize(
    ('colours', 'alpha', 'planes'),
    [
        ('minisblack', None, None),
        ('miniswhite', None, None),
        *(
            ('rgb', alpha, planes)
            for alpha in (None, 'unassalpha', 'assocalpha')
            for planes in ('contig', 'separate')
        ),
    ],
)
def test_layouts_of_16_bit_tiff(save, colours, alpha, planes):
    expected = DEEP[..., :3] if colours == 'rgb' else DEEP[..., :1]
    stored = 65535 - expected if colours == 'miniswhite' else expected
    if alpha:
        opacity = DEEP[..., 3:] // 2 + 32768
        if alpha == 'assocalpha':
            stored = np.rint(stored * (opacity / 65535)).astype(np.uint16)
        stored, expected = (np.concatenate([part, opacity], 2) for part in (stored, expected))
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        np.moveaxis(stored, 2, 0)
        if planes == 'separate'
        else stored
        if colours == 'rgb'
        else stored[..., 0],
        photometric=colours,
        metadata=None,
        planarconfig=planes,
        extrasamples=alpha and [alpha],
    )
    pixels = read_photograph(save(buffer.getvalue(), name='a.tif')).frames[0]
    np.testing.assert_allclose(pixels.astype(int), expected, atol=2 if alpha == 'assocalpha' else 0)


def test_planes_of_an_8_bit_tiff_with_alpha(save):
    buffer = io.BytesIO()
    opaque = np.concatenate([PIXELS[..., :1], np.full_like(PIXELS[..., :1], 255)], 2)
    tifffile.imwrite(
        buffer,
        np.moveaxis(opaque, 2, 0),
        photometric='minisblack',
        metadata=None,
        planarconfig='separate',
        extrasamples=['unassalpha'],
        compression='zlib',
    )
    pixels = read_photograph(save(buffer.getvalue(), name='a.tif')).frames[0]
    np.testing.assert_array_equal(pixels, opaque)


@pytest.mark.parametrize('target', ['pipe', '/dev/zero', '/dev/null'])
def test_what_is_no_regular_file_is_not_read(tmp_path, target):
    path = tmp_path / 'a.png'
    if target == 'pipe':
        os.mkfifo(path)
    else:
        path.symlink_to(target)
    with pytest.raises(OSError, match=f'{path}. is no regular file'):
        read_photograph(path)


def test_a_name_that_no_file_has():
    with pytest.raises(OSError, match='is no name of a file: embedded null byte'):
        read_photograph('a\0b.png')


def test_a_file_above_the_limit_of_bytes(save):
    path = save(RGB)
    with pytest.raises(ValueError, match=r'a\.png. is larger than 100 bytes'):
        opening.read_content(path, max_bytes=100)


@pytest.mark.parametrize('scheme', ['ftp', 'file', 'foo', 's3', 'petrel'])
def test_schemes_that_nobody_knows_here(scheme):
    with pytest.raises(OSError, match=f"'{scheme}://host/a.png' cannot be fetched: "):
        read_photograph(f'{scheme}://host/a.png')


def test_profile_and_texts_of_a_png_above_pillows_limit(save):
    profile = np.random.default_rng(0).bytes(2**21)
    texts = PngImagePlugin.PngInfo()
    for zipped in (False, True):
        texts.add_text('comment', 'x' * 2**21, zip=zipped)
    photograph = read_photograph(save(RGB, icc_profile=profile, pnginfo=texts))
    assert photograph.info['icc_profile'] == profile
    assert PngImagePlugin.MAX_TEXT_CHUNK == 2**20


@pytest.mark.parametrize('form', ['PNG', 'WEBP'])
@pytest.mark.parametrize('garbage', [b'Exif\0\0garbage, no TIFF', b'Exif\0\0II'])
def test_exif_data_that_are_garbage_are_left_out(save, form, garbage):
    photograph = read_photograph(save(RGB, form, exif=garbage))
    assert photograph.size == (12, 18) and 'exif' not in photograph.info
    (note,) = photograph.notes
    assert 'its EXIF data are damaged' in note


@pytest.mark.parametrize('deep', [False, True])
@pytest.mark.parametrize('fraction', [(0, 0), (0, 1), (1, 0)])
def test_impossible_resolution_of_a_tiff(save, deep, fraction):
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer, (DEEP if deep else PIXELS)[..., :3], photometric='rgb', resolution=((7, 1), (7, 1))
    )
    content = buffer.getvalue().replace(struct.pack('<II', 7, 1), struct.pack('<II', *fraction))
    assert 'dpi' not in read_photograph(save(content, name='a.tif')).info


def test_an_8_bit_bigtiff_comes_back(save, tmp_path):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, PIXELS[..., :3], photometric='rgb', bigtiff=True, description='words')
    photograph = read_photograph(save(buffer.getvalue(), name='a.tif'))
    write_photograph(photograph, tmp_path / 'b.tif')
    np.testing.assert_array_equal(read_photograph(tmp_path / 'b.tif').frames[0], PIXELS[..., :3])
