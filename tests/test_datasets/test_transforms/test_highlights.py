from functools import partial

import numpy as np
import pytest

from mmscllle.datasets.transforms import DarkenAsStack, SynthesizeUnderExposure
from mmscllle.datasets.transforms.highlights import draw_highlights

PICTURE = np.random.default_rng(0).integers(0, 256, (72, 96, 3), dtype=np.uint8)


def test_only_what_is_nearly_white_may_have_been_brighter():
    np.random.seed(0)
    factors = np.stack([draw_highlights(PICTURE, 25) for _ in range(20)])
    assert factors.shape == (20, 72, 96, 1) and factors.dtype == np.float32
    assert factors.min() == 1 and 5 < factors.max() <= 25
    assert (factors[:, PICTURE.max(axis=2) < 0.7 * 255] == 1).all()


def test_white_that_was_no_brighter_stays():
    assert (draw_highlights(PICTURE, 1) == 1).all()


@pytest.mark.parametrize('transform', [SynthesizeUnderExposure, partial(DarkenAsStack, 'stacks')])
def test_highlights_are_no_darker_than_white(transform):
    with pytest.raises(ValueError, match='highlights must be at least 1, got 0.9'):
        transform(highlights=0.9)
