"""A flip that leaves a reference as it is does not pass."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from mmseg.datasets.transforms import RandomFlip

from mmscllle.datasets.transforms import (
    LoadImage,
    LoadReference,
    LoadSecondShot,
    PackEnhanceInputs,
    PackTripletInputs,
    RandomSquareCrop,
    TakeAsReference,
    TakeAsSecondShot,
)

WRONG = r"low.png' is flipped, its gt_img is not: .*RandomSquareCrop"


@pytest.fixture
def start(tmp_path):
    """Paths of a picture, its reference and another shot."""
    for name in ('low', 'high'):
        picture = np.random.default_rng(len(name)).integers(0, 256, (24, 24, 3), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / f'{name}.png'), picture)
    low, high = (str(tmp_path / f'{name}.png') for name in ('low', 'high'))
    return dict(img_path=low, gt_path=high, second_paths=[high])


def run(results, *steps):
    for step in steps:
        results = step(results)
    return results


def test_a_reference_that_a_flip_leaves_alone(start):
    with pytest.raises(ValueError, match=WRONG):
        run(start, LoadImage(), LoadReference(), RandomFlip(prob=1.0), PackEnhanceInputs())


@pytest.mark.parametrize('added', [LoadReference(), TakeAsReference()])
def test_a_reference_of_a_triplet(start, added):
    anchor = run(start, LoadImage(), added, RandomFlip(prob=1.0))
    with pytest.raises(ValueError, match=WRONG):
        PackTripletInputs(reference=True)(dict(anchor=anchor))


@pytest.mark.parametrize('added', [LoadSecondShot(), TakeAsSecondShot()])
def test_a_second_shot(start, added):
    anchor = run(start, LoadImage(), added, RandomFlip(prob=1.0))
    with pytest.raises(ValueError, match='its second_img is not'):
        PackTripletInputs(second=True)(dict(anchor=anchor))


def test_a_reference_that_is_loaded_after_the_flip(start):
    with pytest.raises(ValueError, match=WRONG):
        run(start, LoadImage(), RandomFlip(prob=1.0), LoadReference(), PackEnhanceInputs())


def test_what_is_flipped_alike_passes(start):
    run(dict(start), LoadImage(), LoadReference(), RandomFlip(prob=0.0), PackEnhanceInputs())
    # A copy of what is flipped already.
    packed = run(
        dict(start), LoadImage(), RandomFlip(prob=1.0), TakeAsReference(), PackEnhanceInputs()
    )
    reference = (packed['data_samples'].reference.data.flip(0) * 255).round()
    assert (reference == packed['inputs']).all()
    run(dict(start), LoadImage(), LoadReference(), RandomSquareCrop(16), PackEnhanceInputs())
