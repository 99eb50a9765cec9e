import numpy as np
import pytest

from mmscllle.datasets.transforms.srgb import linear_to_srgb, srgb_to_linear


def test_hand_values():
    found = srgb_to_linear(np.array([0, 10, 11, 128, 255], np.uint8))
    # 10 / 255 is below the toe's end at 0.04045, 11 / 255 above.
    assert found == pytest.approx(
        [0, 10 / 255 / 12.92, ((11 / 255 + 0.055) / 1.055) ** 2.4, 0.21586, 1], rel=1e-4
    )


def test_there_and_back():
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert (linear_to_srgb(srgb_to_linear(values)) == values).all()


def test_what_is_out_of_range_is_black_or_white():
    assert linear_to_srgb(np.array([-0.5, 0.0031308, 0.5, 3.0], np.float32)).tolist() == [
        0,
        10,
        188,
        255,
    ]
