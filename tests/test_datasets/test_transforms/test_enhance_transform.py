import numpy as np
import pytest
import torch
from mmcv.transforms import KeyMapper

from mmscllle.datasets.transforms import Enhance, TakeAsReference
from mmscllle.models.enhancers import load_enhancer
from mmscllle.models.enhancers.known import read_source

rng = np.random.default_rng(0)
DARK = rng.integers(0, 90, size=(32, 40, 3), dtype=np.uint8)
GAMMA = dict(type='mmscllle.GammaEnhancer', gamma=0.5)


def test_equals_the_enhancer_of_red_green_and_blue():
    enhancer = load_enhancer(read_source('scl-lle', 'model'), 'model').eval()
    image = torch.from_numpy(DARK[..., ::-1].copy()).permute(2, 0, 1)[None] / 255
    with torch.no_grad():
        wanted = enhancer(image)[0][0].permute(1, 2, 0).numpy()[..., ::-1] * 255
    found = Enhance('mmscllle://scl-lle')(dict(img=DARK.copy()))['img']
    assert found.dtype == np.uint8 and found.flags.c_contiguous
    assert np.abs(found - wanted).max() <= 0.501


@pytest.mark.parametrize('strength', [0.0, 0.4, 1.0])
def test_part_of_it(strength):
    found = Enhance(GAMMA, strength=strength)(dict(img=DARK))['img']
    whole = 255 * (DARK / 255) ** 0.5
    assert np.abs(found - (DARK + strength * (whole - DARK))).max() <= 0.51


def test_weights_for_a_config():
    grid = dict(type='mmscllle.BilateralGridEnhancer')
    found = Enhance(grid, weights='mmscllle://scl-lle-paired')(dict(img=DARK))['img']
    clean = Enhance('mmscllle://scl-lle-paired')(dict(img=DARK))['img']
    # The noise is left.
    assert found.std() > 1.2 * clean.std()


def test_makes_a_reference():
    step = KeyMapper([dict(type='mmscllle.Enhance', model=GAMMA)], dict(img='gt_img'))
    results = step(TakeAsReference()(dict(img=DARK.copy())))
    assert np.array_equal(results['img'], DARK)
    assert results['gt_img'].mean() > 1.5 * DARK.mean()


def test_wrong_input(tmp_path):
    with pytest.raises(ValueError, match=r'strength must be in \[0, 1\], got 2'):
        Enhance(GAMMA, strength=2)
    with pytest.raises(ValueError, match='Enhance.weights: no weights of the BilateralGrid'):
        Enhance(dict(type='mmscllle.BilateralGridEnhancer'))
    with pytest.raises(FileNotFoundError, match='Enhance.model: .*no.pth'):
        Enhance(str(tmp_path / 'no.pth'))
