"""No frame: a picture is enhanced at its border as where it goes on beyond it.

A large picture and a part cut out of it are both enhanced.  What the two differ by in the part's
outermost pixels is compared with what they differ by within, where a network that sees the whole
picture also gives another result.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mmscllle.models import CurveEnhancer
from mmscllle.models.enhancers import load_enhancer
from mmscllle.models.enhancers.base import make_engine
from mmscllle.models.enhancers.known import read_source

FRAME = 16
# A multiple of the cells' size, so that the cells of the part are cells of the whole.
CUT = 64
MODES = dict(exact=False, fast=True)


def shipped(name: str) -> nn.Module:
    return load_enhancer(read_source(f'mmscllle://{name}', 'model'), 'model')


def padded_by(padding_mode: str, network: CurveEnhancer) -> CurveEnhancer:
    other = CurveEnhancer(padding_mode=padding_mode)
    other.load_state_dict(network.state_dict())
    return other


def zero_padded(network: nn.Module) -> nn.Module:
    other = copy.deepcopy(network)
    for module in other.modules():
        if isinstance(module, nn.Conv2d):
            module.padding_mode = 'zeros'
    return other


def to_tensor(picture: np.ndarray) -> Tensor:
    height, width = (8 * (side // 8) for side in picture.shape[:2])
    return torch.from_numpy(picture[:height, :width, ::-1].copy()).permute(2, 0, 1)[None] / 255


def generate(seed: int) -> Tensor:
    """A dark picture with large and small things in it, and a little noise, 384 x 384."""
    rng = np.random.default_rng(seed)
    light = sum(
        cv2.resize(rng.random((cells, cells, 3)), (384, 384), interpolation=cv2.INTER_CUBIC) / cells
        for cells in (3, 6, 12, 24, 48, 96)
    )
    light = (light - light.min()) / (light.max() - light.min())
    picture = 90 * light**2 + rng.normal(scale=1.5, size=light.shape)
    return to_tensor(picture.clip(0, 255).astype(np.uint8))


def measure(network: nn.Module, fast: bool, pictures: Sequence[Tensor]) -> tuple[float, float]:
    """Mean differences, of 255, in the outermost pixels and within."""
    engine, values = make_engine(network, 'cpu', fast=fast), []
    for picture in pictures:
        whole = engine(picture)[..., CUT:-CUT, CUT:-CUT]
        part = engine(picture[..., CUT:-CUT, CUT:-CUT].contiguous())
        difference = 255 * (whole - part).abs().mean(dim=(0, 1))
        inner = torch.zeros_like(difference, dtype=torch.bool)
        inner[FRAME:-FRAME, FRAME:-FRAME] = True
        values.append((difference[~inner].mean().item(), difference[inner].mean().item()))
    outer, within = np.mean(values, axis=0)
    return outer, within


@pytest.fixture(scope='module')
def generated() -> list[Tensor]:
    return [generate(seed) for seed in range(3)]


@pytest.fixture(scope='module')
def photographs(shared: Path) -> list[Tensor]:
    shots = sorted((shared / 'data/exposures').glob('*/*.jpg'))
    files = [
        *[shot for shot in shots if 8 <= float(shot.stem.split('_')[1]) <= 62][::80],
        *sorted((shared / 'data/lowlight/dicm').iterdir())[::5],
    ]
    assert len(files) >= 8
    return [to_tensor(cv2.imread(str(file))[:384, :384]) for file in files]


def check_whole_picture(fast: bool, pictures: Sequence[Tensor]) -> None:
    network = shipped('scl-lle')
    outer, within = measure(network, fast, pictures)
    assert outer <= 1.1 * within, (outer, within)
    if not fast:  # what the test would see of a frame
        outer, within = measure(zero_padded(network), fast, pictures)
        assert outer > 1.3 * within, (outer, within)


def check_curves(fast: bool, pictures: Sequence[Tensor]) -> None:
    network = shipped('scl-lle-curves')
    outer, within = measure(padded_by('replicate', network), fast, pictures)
    # Within, the network sees the same in both, in fast mode nearly.  At the border it cannot know
    # what lies beyond: half a level of 8 bit is allowed.
    assert outer <= within + 0.5, (outer, within)
    zeros, _ = measure(padded_by('zeros', network), fast, pictures)
    assert zeros > 4 * outer, (zeros, outer)


@pytest.mark.parametrize('mode', MODES)
def test_of_the_network_that_sees_the_whole_picture(generated, mode):
    check_whole_picture(MODES[mode], generated)


@pytest.mark.parametrize('mode', MODES)
def test_of_the_network_that_sees_the_whole_picture_on_photographs(photographs, mode):
    check_whole_picture(MODES[mode], photographs)


@pytest.mark.parametrize('mode', MODES)
def test_of_the_papers_network(generated, mode):
    check_curves(MODES[mode], generated)


@pytest.mark.parametrize('mode', MODES)
def test_of_the_papers_network_on_photographs(photographs, mode):
    check_curves(MODES[mode], photographs[::3])
