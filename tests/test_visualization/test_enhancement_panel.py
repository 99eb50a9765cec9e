import numpy as np
import pytest
import torch

from mmscllle.visualization import class_legend, enhancement_panel

GAP = 8
META = {'classes': ('dark', 'bright', 'absent'), 'palette': [[200, 0, 0], [0, 200, 0], [0, 0, 99]]}


class ThresholdSegmentor:
    """Class 1 where the mean brightness is above 0.5, else class 0."""

    def predict(self, x):
        return (x.mean(dim=1) > 0.5).long()


def test_input_and_enhanced():
    panel = enhancement_panel(torch.full((3, 40, 60), 0.2), torch.full((3, 40, 60), 0.8))
    pictures = panel[-GAP - 40 : -GAP]
    assert panel.shape[1] == 2 * 60 + 3 * GAP
    assert (pictures[:, GAP : GAP + 60] == 51).all()
    assert (pictures[:, -GAP - 60 : -GAP] == 204).all()


def test_segmentations_and_legend():
    low, enhanced = torch.full((3, 40, 60), 0.2), torch.full((3, 40, 60), 0.8)
    panel = enhancement_panel(low, enhanced, ThresholdSegmentor(), META, opacity=1)
    assert panel.shape[1] == 4 * 60 + 5 * GAP
    expected = class_legend(META['classes'][:2], META['palette'][:2], panel.shape[1] - 2 * GAP)
    bottom = panel.shape[0] - GAP - expected.shape[0] - GAP
    pictures = panel[bottom - 40 : bottom]
    assert (pictures[:, -GAP - 60 - GAP - 60 : -GAP - 60 - GAP] == META['palette'][0]).all()
    assert (pictures[:, -GAP - 60 : -GAP] == META['palette'][1]).all()
    assert (panel[bottom + GAP : -GAP, GAP:-GAP] == expected).all()


@pytest.mark.parametrize(('side', 'drawn'), [(64, 32), (8, 8)])
def test_large_pictures_are_reduced_and_small_ones_kept(side, drawn):
    image = torch.zeros(3, side, side)
    assert enhancement_panel(image, image, max_height=32).shape[1] == 2 * drawn + 3 * GAP


def test_enhanced_is_clamped_not_wrapped():
    panel = enhancement_panel(torch.zeros(3, 8, 8), torch.full((3, 8, 8), 1.2))
    assert np.all(panel[-GAP - 8 : -GAP, -GAP - 8 : -GAP] == 255)


@pytest.mark.parametrize('meta', [None, {'classes': ('a',)}])
def test_segmentor_without_palette_is_refused(meta):
    with pytest.raises(ValueError, match='need "classes" and "palette"'):
        enhancement_panel(
            torch.zeros(3, 8, 8), torch.zeros(3, 8, 8), ThresholdSegmentor(), meta=meta
        )
