from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from mmscllle.models.enhancers import ZeroDCEPlusPlus


def test_network_against_the_description():
    enhancer, image = ZeroDCEPlusPlus(channels=4), torch.rand(2, 3, 24, 36)
    weights = enhancer.state_dict()

    def conv(i: int, *x: torch.Tensor) -> torch.Tensor:
        x = torch.cat(x, 1)
        for part, groups in (('depth', x.shape[1]), ('point', 1)):
            weight = weights[f'e_conv{i}.{part}_conv.weight']
            x = functional.conv2d(
                x,
                weight,
                weights[f'e_conv{i}.{part}_conv.bias'],
                padding=weight.shape[-1] // 2,
                groups=groups,
            )
        return x

    # A twelfth of the size, bilinear: the mean of the four pixels around the middle.
    reduced = sum(image[:, :, row::12, column::12] for row in (5, 6) for column in (5, 6)) / 4
    x1 = conv(1, reduced).relu()
    x2 = conv(2, x1).relu()
    x3 = conv(3, x2).relu()
    x4 = conv(4, x3).relu()
    x5 = conv(5, x3, x4).relu()
    x6 = conv(6, x2, x5).relu()
    expected = conv(7, x1, x6).tanh()
    enhanced, curves = enhancer(image)
    # The corners are aligned: the estimates at the corners are those of the outermost pixels.
    torch.testing.assert_close(curves[:, :, ::23, ::35], expected[:, :, :, ::2])
    torch.testing.assert_close(
        curves[:, :, 0, 7], 0.6 * expected[:, :, 0, 0] + 0.4 * expected[:, :, 0, 1]
    )
    for _ in range(8):
        image = image + curves * (image.square() - image)
    torch.testing.assert_close(enhanced, image)


def test_other_sizes_are_continued_by_their_edge():
    enhancer, image = ZeroDCEPlusPlus(), torch.rand(1, 3, 13, 35)
    continued = functional.pad(image, (0, 1, 0, 11), 'replicate')
    for found, expected in zip(enhancer(image), enhancer(continued), strict=True):
        torch.testing.assert_close(found, expected[..., :13, :35])


def test_the_size_of_the_whole_picture_decides_where_a_curve_is_taken_from():
    enhancer = ZeroDCEPlusPlus()
    image = torch.rand(1, 3, 12, 480)
    # The network sees 7 of its pixels to each side, 84 of the image; this is far beyond.
    part, whole = (enhancer(image[..., :width])[1][..., :36] for width in (240, 480))
    assert enhancer.receptive_field is None
    assert (part - whole).abs().max() > 1e-4


def test_full_size():
    enhancer, image = ZeroDCEPlusPlus(downsample=1), torch.rand(1, 3, 9, 7)
    assert enhancer(image)[1].shape == (1, 3, 9, 7)


@pytest.mark.parametrize('name', ['channels', 'iterations', 'downsample'])
def test_numbers_below_one(name):
    with pytest.raises(ValueError, match=f'must be positive, got .*{name}=0'):
        ZeroDCEPlusPlus(**{name: 0})
