import numpy as np
import pytest

from mmscllle.datasets.transforms import CheckNIQESize


def result(height, width):
    return dict(img=np.zeros((height, width, 3), np.uint8), img_path='a/dark.png')


@pytest.mark.parametrize('size', [(96, 192), (192, 96), (300, 1000)])
def test_two_blocks_are_enough(size):
    given = result(*size)
    assert CheckNIQESize()(given) is given


@pytest.mark.parametrize(('size', 'blocks'), [((95, 2000), 0), ((191, 191), 1), ((1, 1), 0)])
def test_a_small_image_is_named(size, blocks):
    with pytest.raises(
        ValueError,
        match=rf"image 'a/dark.png' of {size[0]} x {size[1]} \(H x W\) "
        rf'is too small for NIQE: it holds {blocks} whole blocks of 96 x 96, and '
        'NIQE needs 2',
    ):
        CheckNIQESize()(result(*size))
