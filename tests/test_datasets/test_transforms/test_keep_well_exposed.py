from __future__ import annotations

import numpy as np
import pytest

from mmscllle.datasets.transforms import KeepWellExposed


def keep(image: object, reference: object, **arguments: object) -> np.ndarray:
    """What becomes of one color of reference, where the picture has another."""
    shape = (24, 32, 3)
    pictures = (np.broadcast_to(np.array(color, np.uint8), shape) for color in (image, reference))
    results = dict(zip(('img', 'gt_img'), (picture.copy() for picture in pictures), strict=True))
    changed = KeepWellExposed(**arguments)(results)
    assert (changed['img'] == np.array(image)).all()
    return changed['gt_img'][0, 0]


def test_a_sky_keeps_its_blue_and_land_becomes_bright():
    # Beyond the upper level: 0.95 of the way to the picture.
    expected = np.array((255, 230, 210)) + 0.95 * (np.array((220, 150, 90)) - (255, 230, 210))
    changed = keep((220, 150, 90), (255, 230, 210), brightness=0.0)
    np.testing.assert_allclose(changed, expected, atol=0.501)
    # Below the lower one: the reference.
    assert tuple(keep((20, 30, 45), (90, 140, 200))) == (90, 140, 200)


def test_between_the_levels():
    # Where a smooth step and a straight one differ most.
    changed = keep((90, 90, 90), (220, 220, 220), brightness=0.0)
    step = (90 / 255 - 0.2) / 0.4
    share = 0.95 * step * step * (3 - 2 * step)
    np.testing.assert_allclose(changed, 220 + share * (90 - 220), atol=0.501)


def test_a_sky_becomes_brighter_and_keeps_its_saturation():
    # A luma of 108.9 goes half of the way to 140: 1.143 times the colour.
    sky, bright_sky = (200, 110, 72), (140, 140, 140)
    changed = keep(sky, bright_sky, share=1.0, brightness=0.5)
    luma = 0.114 * 200 + 0.587 * 110 + 0.299 * 72
    np.testing.assert_allclose(changed, np.array(sky) * (1 + 0.5 * (140 / luma - 1)), atol=0.501)


def test_no_channel_is_cut_off_and_none_becomes_darker():
    # 2.29 times as bright, the blue would be 459.
    changed = keep((200, 100, 60), (228, 228, 228), share=1.0, brightness=1.0)
    np.testing.assert_allclose(changed, np.array((1, 0.5, 0.3)) * 0.92 * 255, atol=0.501)
    assert tuple(keep((220, 150, 90), (90, 60, 30), share=1.0, brightness=1.0)) == (220, 150, 90)
    assert tuple(keep((252, 150, 90), (255, 200, 180), share=1.0)) == (252, 150, 90)


def test_black_beside_what_is_bright_stays_finite():
    image, reference = np.full((24, 32, 3), 200, np.uint8), np.full((24, 32, 3), 220, np.uint8)
    image[12, 16] = 0
    changed = KeepWellExposed(share=1.0, brightness=1.0)(dict(img=image, gt_img=reference))
    # What is black in the dark copy keeps the reference.
    assert (changed['gt_img'] == 220).all()


def test_neutral_white_stays_white():
    assert tuple(keep((200, 195, 190), (255, 255, 255))) == (255, 255, 255)
    darkest = 236
    white = (darkest / 255 - 0.9) / 0.1
    share = 0.95 * (1 - white * white * (3 - 2 * white))
    changed = keep((200, 200, 200), (255, 250, darkest), brightness=0.0)
    np.testing.assert_allclose(changed[2], darkest + share * (200 - darkest), atol=0.501)


@pytest.mark.parametrize(('sky', 'bright_sky'), [(200, 225), (140, 210)])
def test_an_edge_stays_where_it_is(sky, bright_sky):
    # A dark tree in front of a bright sky, with a texture on each.
    image = np.full((40, 60, 3), 30, np.uint8)
    image[:, 30:] = sky
    image[::2, ::2] += 8
    reference = np.full((40, 60, 3), 120, np.uint8)
    reference[:, 30:] = bright_sky
    reference[::2, ::2] += 8
    kept = reference.copy()
    changed = KeepWellExposed()(dict(img=image, gt_img=reference))['gt_img'].astype(int)
    assert (changed[:, :29] == kept[:, :29]).all()
    # The share is even within the sky, so that its texture is no flatter.
    assert changed[10:30, 35:55].std() >= 0.95 * kept[10:30, 35:55].std()
    assert abs(changed[:, 31:] - np.median(changed[:, 31:])).max() <= 12


def test_share_0_keeps_the_reference():
    assert tuple(keep((220, 150, 90), (255, 230, 210), share=0.0)) == (255, 230, 210)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (dict(levels=(0.5,)), r'levels must be two ascending positive numbers, got \(0.5,\)'),
        (dict(levels=(0.5, 0.5)), r'two different numbers of at most 1, got \(0.5, 0.5\)'),
        (dict(levels=(0.5, 1.5)), r'two different numbers of at most 1, got \(0.5, 1.5\)'),
        (dict(share=1.5), r'share must be in \[0, 1\], got 1.5'),
        (dict(brightness=-0.5), r'brightness must be in \[0, 1\], got -0.5'),
    ],
)
def test_arguments_out_of_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        KeepWellExposed(**arguments)
