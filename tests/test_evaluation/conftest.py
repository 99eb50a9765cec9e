"""Data samples as metrics get them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch import Tensor


@pytest.fixture
def make_sample() -> Callable[..., dict]:
    """Make a sample as a dict: the enhanced image, its reference, and meta information."""

    def make(enhanced: Tensor, reference: Tensor | None = None, **metainfo: str) -> dict:
        sample = SegDataSample(metainfo=dict(img_path='night/a.png', **metainfo))
        sample.enhanced = PixelData(data=enhanced)
        if reference is not None:
            sample.reference = PixelData(data=reference)
        return sample.to_dict()

    return make
