import numpy as np
import pytest

from mmscllle.visualization import class_legend, overlay_segmentation

PALETTE = [(200, 0, 0), (0, 100, 0)]


def test_blend_by_hand():
    image = np.full((1, 3, 3), 100, np.uint8)
    labels = np.array([[0, 1, 255]])
    out = overlay_segmentation(image, labels, PALETTE, opacity=0.25)
    assert out.tolist() == [[[125, 75, 75], [75, 100, 75], [100, 100, 100]]]
    assert (image == 100).all()


def test_wrong_input_is_refused():
    image = np.zeros((2, 2, 3), np.uint8)
    labels = np.zeros((2, 2), np.int64)
    with pytest.raises(ValueError, match='label 2 has no colour: the palette has 2 entries'):
        overlay_segmentation(image, labels + 2, PALETTE)
    with pytest.raises(ValueError, match='label -1 has no colour'):
        overlay_segmentation(image, labels - 1, PALETTE)
    with pytest.raises(ValueError, match=r'\(2, 2\) do not fit a picture of \(2, 3\)'):
        overlay_segmentation(np.zeros((2, 3, 3), np.uint8), labels, PALETTE)
    with pytest.raises(TypeError, match='labels must be integers, got float64'):
        overlay_segmentation(image, labels.astype(float), PALETTE)
    with pytest.raises(ValueError, match='opacity must be from 0 to 1, got 2'):
        overlay_segmentation(image, labels, PALETTE, opacity=2)
    with pytest.raises(TypeError, match='image_rgb must be uint8'):
        overlay_segmentation(image.astype(float), labels, PALETTE)


def test_legend_shows_colours_and_names():
    legend = class_legend(['road', 'tree'], PALETTE, width=200)
    assert legend.shape[1:] == (200, 3)
    for colour in PALETTE:
        assert (legend == colour).all(axis=2).sum() > 100
    assert (class_legend([''], [(255, 255, 255)], width=200) < 100).sum() < (legend < 100).sum()


def test_legend_wraps():
    one = class_legend(['road'], PALETTE[:1], width=80)
    three = class_legend(['road'] * 3, PALETTE[:1] * 3, width=80)
    assert three.shape[0] == 3 * one.shape[0]


def test_legend_survives_a_width_without_room():
    assert class_legend(['road'], PALETTE[:1], width=4).shape[1] == 4


def test_legend_needs_a_colour_per_name():
    with pytest.raises(ValueError, match='1 class names for 2 colours'):
        class_legend(['road'], PALETTE, width=80)
