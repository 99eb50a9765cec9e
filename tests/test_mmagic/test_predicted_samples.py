"""What SCLLLE predicts, in the form that mmagic's metrics and visualizer read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmscllle.models import SCLLLE

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def model() -> SCLLLE:
    return SCLLLE(dict(type='mmscllle.GammaEnhancer', gamma=0.5))


def test_the_enhanced_image_is_there_twice(model):
    image = torch.tensor([0.01, 0.04, 0.25]).view(1, 3, 1, 1).repeat(1, 1, 4, 5)
    (sample,) = model(image, mode='predict')
    found = sample.to_dict()['output']['pred_img']
    assert found.shape == (3, 4, 5) and found.dtype == torch.float32
    assert found[:, 0, 0].tolist() == pytest.approx([0.5 * 255, 0.2 * 255, 0.1 * 255])
    assert torch.equal(found, sample.enhanced.data.flip(0) * 255)
    assert 'gt_img' not in sample


def test_a_reference_becomes_the_ground_truth(model):
    reference = torch.rand(3, 4, 5)
    given = SegDataSample(reference=PixelData(data=reference), metainfo=dict(img_path='dark.png'))
    (sample,) = model(torch.rand(1, 3, 4, 5), [given], mode='predict')
    assert sample is given and sample.img_path == 'dark.png'
    assert torch.equal(sample.reference.data, reference)
    assert torch.equal(sample.gt_img.data, reference.flip(0) * 255)


NOT_IMPORTED = """
import sys
import torch
from mmengine.registry import DATASETS, HOOKS, MODELS, TRANSFORMS
from mmscllle import apis, datasets, engine, evaluation, models, registry, visualization
generator = dict(type='mmscllle.EnhancerGenerator', enhancer=dict(type='mmscllle.CurveEnhancer'))
MODELS.build(generator)(torch.rand(1, 3, 8, 8))
HOOKS.build(dict(type='mmscllle.GeneratorCheckpointHook'))
TRANSFORMS.build(dict(type='mmscllle.CheckNIQESize'))
model = MODELS.build(dict(type='mmscllle.SCLLLE', enhancer=dict(type='mmscllle.CurveEnhancer')))
model(torch.rand(1, 3, 8, 8), mode='predict')
print('mmagic' in sys.modules, 'torchvision' in sys.modules)
"""


def run(code: str) -> str:
    result = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', code], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()[-1]


def test_mmagic_is_not_imported():
    assert run(NOT_IMPORTED).split()[0] == 'False'
