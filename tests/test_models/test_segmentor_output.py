"""The heads whose predictions are known are there."""

from __future__ import annotations

import pytest
from mmseg.models import decode_heads

from mmscllle.models.segmentor_output import LOGIT_HEADS, MASK_HEADS


@pytest.mark.parametrize('name', sorted(MASK_HEADS | LOGIT_HEADS))
def test_the_heads_that_are_known_are_mmsegs(name):
    assert hasattr(decode_heads, name)
