from __future__ import annotations

import numpy as np
import pytest

from mmscllle.fileio import Photograph


def pixels(channels: int | None, dtype: type = np.uint8) -> np.ndarray:
    """Distinct values, (2, 3) or (2, 3, channels)."""
    shape = (2, 3) if channels is None else (2, 3, channels)
    values = np.arange(np.prod(shape)).reshape(shape)
    return (
        (values / values.max()).astype(dtype)
        if dtype in (np.float32, np.float64)
        else values.astype(dtype)
    )


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize('channels', [None, 3, 4])
def test_array_and_back(channels, dtype):
    array = pixels(channels, dtype)
    photograph = Photograph.from_array(array)
    assert photograph.size == (2, 3)
    back = photograph.to_array()
    assert back.dtype == dtype
    np.testing.assert_array_equal(back, array)


def test_colours_are_bgr_outside_and_rgb_inside():
    array = pixels(4)
    (frame,) = Photograph.from_array(array).frames
    assert frame[0, 0].tolist() == [2, 1, 0, 3]


def test_grey_array_with_a_channel_comes_back_without():
    array = pixels(1)
    np.testing.assert_array_equal(Photograph.from_array(array).to_array(), array[..., 0])


def test_grey_with_alpha_becomes_bgr_with_alpha():
    array = Photograph([pixels(2)]).to_array()
    assert array[0, 1].tolist() == [2, 2, 2, 3]


def test_animation_is_a_list():
    arrays = Photograph([pixels(3), pixels(3) + 1]).to_array()
    assert [array[0, 0].tolist() for array in arrays] == [[2, 1, 0], [3, 2, 1]]


@pytest.mark.parametrize('shape', [(3,), (2, 3, 2), (2, 3, 5), (1, 2, 3, 3), (0, 3, 3)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r'BGR \(H, W, 3\), .* got shape \(' + str(shape[0])):
        Photograph.from_array(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(
    'dtype', [bool, np.int8, np.int32, np.int64, np.longdouble, complex, object]
)
def test_other_types_are_refused(dtype):
    with pytest.raises(
        ValueError, match='must be uint8, uint16 or floating point .*, got ' + np.dtype(dtype).name
    ):
        Photograph.from_array(np.zeros((2, 3, 3), dtype))


@pytest.mark.parametrize('value', [-0.1, 1.1, 255.0, np.nan, np.inf])
def test_other_ranges_of_floating_point_are_refused(value):
    array = np.zeros((2, 3, 3), np.float32)
    array[1, 1, 1] = value
    with pytest.raises(ValueError, match='values from 0 to 1, got '):
        Photograph.from_array(array)
