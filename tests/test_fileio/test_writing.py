from __future__ import annotations

import errno
import io
import os

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms, ImageSequence

from mmscllle.fileio import Photograph, read_photograph, write_photograph

PIXELS = np.random.default_rng(0).integers(256, size=(12, 18, 4), dtype=np.uint8)
DEEP = np.random.default_rng(1).integers(65536, size=(12, 18, 4), dtype=np.uint16)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()


def exif() -> bytes:
    tags = Image.Exif()
    tags[ExifTags.Base.Make] = 'Maker'
    tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExposureTime] = 0.5
    tags.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = 'N'
    return tags.tobytes()


def check_info(picture: Image.Image, keys: list[str]) -> None:
    """Look with Pillow for what :func:`info` says."""
    assert (picture.info.get('icc_profile') == SRGB) == ('icc_profile' in keys)
    if 'dpi' in keys:
        assert [round(float(value)) for value in picture.info['dpi']] == [300, 200]
    tags = picture.getexif()
    assert (tags.get(ExifTags.Base.Make) == 'Maker') == ('exif' in keys)
    if 'exif' in keys:
        assert tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExposureTime] == 0.5
        assert tags.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] == 'N'


INFO = dict(icc_profile=SRGB, dpi=(300, 200), exif=exif())


@pytest.mark.parametrize(
    ('form', 'channels', 'keys'),
    [
        ('PNG', 1, ['icc_profile', 'dpi', 'exif']),
        ('PNG', 2, ['icc_profile', 'dpi', 'exif']),
        ('PNG', 3, ['icc_profile', 'dpi', 'exif']),
        ('PNG', 4, ['icc_profile', 'dpi', 'exif']),
        ('TIFF', 1, ['icc_profile', 'dpi', 'exif']),
        ('TIFF', 2, ['icc_profile', 'dpi', 'exif']),
        ('TIFF', 3, ['icc_profile', 'dpi', 'exif']),
        ('TIFF', 4, ['icc_profile', 'dpi', 'exif']),
        ('BMP', 1, ['dpi']),
        ('BMP', 3, ['dpi']),
        ('BMP', 4, []),
        ('TGA', 1, []),
        ('TGA', 2, []),
        ('TGA', 3, []),
        ('TGA', 4, []),
        ('PPM', 1, []),
        ('PPM', 3, []),
    ],
)
def test_8_bit(tmp_path, form, channels, keys):
    path = tmp_path / 'a'
    write_photograph(Photograph([PIXELS[..., :channels]], form, INFO), path)
    with Image.open(path) as picture:
        check_info(picture, keys)
    photograph = read_photograph(path)
    assert photograph.format == form
    np.testing.assert_array_equal(photograph.frames[0], PIXELS[..., :channels])


@pytest.mark.parametrize(
    ('form', 'channels', 'keys'),
    [
        ('PNG', 1, ['icc_profile', 'dpi', 'exif']),
        ('PNG', 3, ['icc_profile', 'dpi', 'exif']),
        ('PNG', 4, ['icc_profile', 'dpi', 'exif']),
        ('TIFF', 1, ['icc_profile', 'dpi']),
        ('TIFF', 3, ['icc_profile', 'dpi']),
        ('TIFF', 4, ['icc_profile', 'dpi']),
        ('PPM', 1, []),
        ('PPM', 3, []),
    ],
)
def test_16_bit(tmp_path, form, channels, keys):
    path = tmp_path / 'a'
    write_photograph(Photograph([DEEP[..., :channels]], form, INFO), path)
    with Image.open(path) as picture:
        check_info(picture, keys)
        picture.load()
    photograph = read_photograph(path)
    assert photograph.frames[0].dtype == np.uint16
    np.testing.assert_array_equal(photograph.frames[0], DEEP[..., :channels])


def test_16_bit_grey_with_alpha_is_written_as_colours(tmp_path):
    write_photograph(Photograph([DEEP[..., :2]]), tmp_path / 'a.png')
    np.testing.assert_array_equal(
        read_photograph(tmp_path / 'a.png').frames[0], DEEP[..., [0, 0, 0, 1]]
    )


def test_floating_point_is_written_with_16_bit(tmp_path):
    values = np.array([[[0, 0.5, 1]]])
    write_photograph(Photograph([values]), tmp_path / 'a.png')
    assert read_photograph(tmp_path / 'a.png').frames[0].tolist() == [[[0, 32768, 65535]]]


def test_opencv_reads_a_png_with_its_chunks(tmp_path):
    write_photograph(Photograph([DEEP[..., :3]], 'PNG', INFO), tmp_path / 'a.png')
    found = cv2.imread(str(tmp_path / 'a.png'), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(found, DEEP[..., 2::-1])


@pytest.mark.parametrize(
    ('form', 'keys'), [('JPEG', ['icc_profile', 'dpi', 'exif']), ('WEBP', ['icc_profile', 'exif'])]
)
def test_formats_with_losses(tmp_path, form, keys):
    smooth = np.asarray(Image.fromarray(PIXELS[:3, :3, :3]).resize((90, 60)))
    write_photograph(Photograph([smooth], form, INFO), tmp_path / 'a')
    with Image.open(tmp_path / 'a') as picture:
        assert picture.format == form
        check_info(picture, keys)
        difference = np.abs(np.asarray(picture).astype(int) - smooth)
    assert difference.mean() < 2


FRAMES = [np.roll(PIXELS[..., :3], 5 * step, axis=1) for step in range(3)]


@pytest.mark.parametrize('loop', [None, 0, 3])
@pytest.mark.parametrize('form', ['GIF', 'PNG', 'WEBP'])
def test_animation(tmp_path, form, loop):
    if form != 'GIF' and loop is None:
        loop = 1  # Those formats always say how often.
    info = dict(duration=[50, 120, 70], **({} if loop is None else dict(loop=loop)))
    write_photograph(Photograph(FRAMES, form, info), tmp_path / 'a')
    photograph = read_photograph(tmp_path / 'a')
    assert photograph.info.get('loop') == loop
    assert photograph.info['duration'] == [50, 120, 70]
    for found, frame in zip(photograph.frames, FRAMES, strict=True):
        assert found.shape == frame.shape
        # 216 colours fit into a palette; WebP of noise is far off, but nearest to its own frame.
        if form == 'WEBP':
            distances = [np.abs(found.astype(int) - other).mean() for other in FRAMES]
            assert np.argmin(distances) == [frame is other for other in FRAMES].index(True)
        else:
            np.testing.assert_array_equal(found, frame)


@pytest.mark.parametrize('form', ['GIF', 'PNG', 'WEBP'])
def test_transparent_parts_of_an_animation_do_not_show_the_last_frame(tmp_path, form):
    frames = []
    for half in (slice(0, 9), slice(9, 18)):
        frame = np.zeros((12, 18, 4), np.uint8)
        frame[:, half] = (200, 100, 50, 255)
        frames.append(frame)
    write_photograph(Photograph(frames, form, dict(duration=[50, 50], loop=0)), tmp_path / 'a')
    with Image.open(tmp_path / 'a') as picture:
        found = [np.asarray(frame.convert('RGBA')) for frame in ImageSequence.Iterator(picture)]
    for frame, expected in zip(found, frames, strict=True):
        np.testing.assert_array_equal(frame[..., 3], expected[..., 3])


def test_default_image_of_an_animated_png(tmp_path):
    info = dict(duration=[0, 50, 70], loop=0, default_image=True)
    write_photograph(Photograph(FRAMES, 'PNG', info), tmp_path / 'a.png')
    photograph = read_photograph(tmp_path / 'a.png')
    assert photograph.info['default_image'] and photograph.info['duration'][1:] == [50, 70]
    np.testing.assert_array_equal(photograph.frames, FRAMES)


def test_opencv_reads_a_bmp_with_alpha(tmp_path):
    write_photograph(Photograph([PIXELS], 'BMP'), tmp_path / 'a.bmp')
    found = cv2.imread(str(tmp_path / 'a.bmp'), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(found, PIXELS[..., [2, 1, 0, 3]])


def test_alpha_does_not_go_into_a_jpeg(tmp_path):
    with pytest.raises(ValueError, match=r"a\.jpg' cannot be written as JPEG: cannot write mode"):
        write_photograph(Photograph([PIXELS], 'JPEG'), tmp_path / 'a.jpg')
    assert not os.listdir(tmp_path)


def test_16_bit_do_not_go_into_a_jpeg(tmp_path):
    with pytest.raises(ValueError, match='as JPEG: only PNG, TIFF and PPM hold 16 bit a channel'):
        write_photograph(Photograph([DEEP], 'JPEG'), tmp_path / 'a.jpg')


def test_16_bit_animation_is_refused(tmp_path):
    with pytest.raises(ValueError, match='16-bit animations are not supported'):
        write_photograph(Photograph([DEEP, DEEP]), tmp_path / 'a.png')


@pytest.mark.parametrize('frames', [1, 3])
@pytest.mark.parametrize('channels', [3, 4])
def test_lossless_webp_stays_so(tmp_path, channels, frames):
    # Opaque: colours that do not show are not kept.
    pixels = np.concatenate([PIXELS[..., :3], PIXELS[..., 3:] | 1], 2)[..., :channels]
    first, *others = [Image.fromarray(np.roll(pixels, 5 * step, axis=1)) for step in range(frames)]
    options = dict(save_all=bool(others), append_images=others, icc_profile=SRGB)
    for lossless in (True, False):
        first.save(tmp_path / 'a', 'WEBP', lossless=lossless, **options)
        read = read_photograph(tmp_path / 'a')
        write_photograph(read, tmp_path / 'b')
        again = read_photograph(tmp_path / 'b')
        assert len(again.frames) == frames
        assert np.array_equal(again.frames, read.frames) == lossless


def test_full_disk_leaves_no_half_file(tmp_path, monkeypatch):
    path = tmp_path / 'a.png'
    path.write_bytes(b'before')
    write = io.FileIO.write

    def fill_up(self: object, data: bytes) -> int:
        with open('/dev/full', 'wb', buffering=0) as full:
            return write(full, data)

    class Full(io.FileIO):
        write = fill_up

    def open_full(name: str, mode: str = 'r', *args: object, **kwargs: object) -> io.FileIO:
        return Full(name, mode)

    # Every new file is on a disk that is full.
    monkeypatch.setattr('pathlib.Path.open', open_full)
    with pytest.raises(OSError, match=r'No space left on device: .*a\.png') as caught:
        write_photograph(Photograph([PIXELS]), path)
    assert caught.value.errno == errno.ENOSPC
    monkeypatch.undo()
    assert path.read_bytes() == b'before' and os.listdir(tmp_path) == ['a.png']
