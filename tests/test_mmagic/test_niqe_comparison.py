"""Our NIQE beside mmagic's."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from mmscllle.evaluation.niqe import niqe

pytestmark = pytest.mark.openmmlab


def mmagic_niqe(bgr: np.ndarray) -> float:
    from mmagic.evaluation.metrics.niqe import niqe

    return float(niqe(bgr, crop_border=0, input_order='HWC', convert_to='gray'))


def test_the_shared_photographs(shared):
    paths = sorted((shared / 'data/lowlight').rglob('*.*'))
    assert len(paths) == 23
    for path in paths:
        bgr = cv2.imread(str(path))
        for picture in (bgr, 255 * np.float32(bgr / 255) ** 0.45):
            rgb = torch.from_numpy(picture[..., ::-1] / np.float32(255)).permute(2, 0, 1)
            assert niqe(rgb) == pytest.approx(mmagic_niqe(picture), abs=1e-3), path


def test_flat_blocks():
    image = np.random.default_rng(0).random((200, 300, 3)).astype(np.float32)
    image[:100, :100] = 0.5
    rgb = torch.from_numpy(image[..., ::-1].copy()).permute(2, 0, 1)
    assert niqe(rgb) == pytest.approx(mmagic_niqe(255 * image), abs=1e-3)
