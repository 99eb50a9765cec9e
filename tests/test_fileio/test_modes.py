from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from mmscllle.fileio.modes import read_pixels, upright

COLOURS = np.random.default_rng(0).integers(256, size=(5, 7, 4), dtype=np.uint8)
RGBA = Image.fromarray(COLOURS)
RGB = RGBA.convert('RGB')


@pytest.mark.parametrize(
    ('mode', 'channels'),
    [
        ('1', 1),
        ('L', 1),
        ('LA', 2),
        ('La', 2),
        ('RGB', 3),
        ('RGBA', 4),
        ('RGBa', 4),
        ('RGBX', 3),
        ('P', 3),
        ('PA', 4),
        ('YCbCr', 3),
        ('HSV', 3),
        ('CMYK', 3),
    ],
)
def test_channels(mode, channels):
    picture = RGBA if mode in ('LA', 'RGBA', 'RGBa', 'RGBX') else RGB
    if mode == 'La':
        picture = RGBA.convert('LA')
    elif mode == 'PA':
        picture = RGB.convert('P')
    pixels = read_pixels(picture.convert(mode))
    assert pixels.shape == (5, 7, channels) and pixels.dtype == np.uint8


def test_values_stay():
    np.testing.assert_array_equal(read_pixels(RGBA), COLOURS)
    np.testing.assert_array_equal(read_pixels(RGB), COLOURS[..., :3])
    grey = Image.fromarray(COLOURS[..., 0])
    np.testing.assert_array_equal(read_pixels(grey), COLOURS[..., :1])
    np.testing.assert_array_equal(read_pixels(Image.fromarray(COLOURS[..., :2])), COLOURS[..., :2])


def test_bits_become_black_and_white():
    bits = COLOURS[..., :1] > 127
    np.testing.assert_array_equal(read_pixels(Image.fromarray(bits[..., 0])), bits * 255)


def test_palette_becomes_its_colours():
    picture = RGB.quantize(6)
    np.testing.assert_array_equal(read_pixels(picture), np.asarray(picture.convert('RGB')))
    picture.info['transparency'] = picture.getpixel((0, 0))
    pixels = read_pixels(picture)
    assert pixels.shape == (5, 7, 4) and pixels[0, 0, 3] == 0
    assert set(pixels[..., 3].ravel()) == {0, 255}


def test_transparent_colour_becomes_alpha():
    picture = Image.new('RGB', (2, 1), (1, 2, 3))
    picture.putpixel((1, 0), (4, 5, 6))
    picture.info['transparency'] = (4, 5, 6)
    assert read_pixels(picture).tolist() == [[[1, 2, 3, 255], [4, 5, 6, 0]]]


def test_16_bit_grey_keeps_its_depth():
    values = np.array([[0, 255, 256, 65535]], np.uint16)
    np.testing.assert_array_equal(read_pixels(Image.fromarray(values)), values[..., None])


def test_transparent_value_of_16_bit_grey_becomes_alpha():
    picture = Image.fromarray(np.array([[1000, 1001]], np.uint16))
    picture.info['transparency'] = 1000
    assert read_pixels(picture).tolist() == [[[1000, 0], [1001, 65535]]]


def test_white_and_black_ink():
    picture = Image.new('CMYK', (2, 1))
    picture.putpixel((1, 0), (0, 0, 0, 255))
    assert read_pixels(picture).tolist() == [[[255, 255, 255], [0, 0, 0]]]


def test_broken_printing_profile_is_done_without():
    picture = RGB.convert('CMYK')
    plain = read_pixels(picture)
    picture.info['icc_profile'] = b'no profile'
    np.testing.assert_array_equal(read_pixels(picture), plain)


@pytest.mark.parametrize('mode', ['I', 'F'])
def test_32_bit_pixels_are_refused(mode):
    with pytest.raises(ValueError, match='32-bit pixels have no known range; convert it to'):
        read_pixels(Image.new(mode, (2, 2)))


@pytest.mark.parametrize('orientation', range(1, 9))
def test_upright_is_what_pillow_makes_of_it(orientation):
    picture = RGB.copy()
    picture.getexif()[274] = orientation
    expected = np.asarray(ImageOps.exif_transpose(picture))
    found = upright(COLOURS[..., :3], orientation)
    np.testing.assert_array_equal(found, expected)
    assert found.flags['C_CONTIGUOUS']


@pytest.mark.parametrize('orientation', [0, 9, 'top', None])
def test_orientations_that_exif_does_not_know_mean_upright(orientation):
    np.testing.assert_array_equal(upright(COLOURS, orientation), COLOURS)
