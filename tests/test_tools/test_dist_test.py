"""The chain on several processes."""

from __future__ import annotations

import re
import sys

import cv2
import numpy as np
import pytest
from commands import ROOT, run

CONFIG = """
custom_imports = dict(imports=['mmscllle'])
default_scope = 'mmseg'
model = dict(
    type='mmscllle.EnhancedSegmentor', learn={learn!r},
    enhancer=dict(type='mmscllle.CurveEnhancer'),
    segmentor={config!r}, segmentor_checkpoint={checkpoint!r})
test_dataloader = dict(
    batch_size=1, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='mmscllle.CamVidDataset', data_root={root!r}, img_suffix='.png',
        data_prefix=dict(img_path='img', seg_map_path='ann'),
        metainfo=dict(classes=('sky', 'building', 'road', 'car'),
                      palette=[[i] * 3 for i in range(4)]),
        pipeline=[dict(type='LoadImageFromFile'), dict(type='LoadAnnotations'),
                  dict(type='mmseg.PackSegInputs')]))
test_cfg = dict(type='TestLoop')
test_evaluator = dict(type='IoUMetric', iou_metrics=['mIoU'])
"""


def report(*command: object) -> list[str]:
    """The table by class and the mean values that a test prints."""
    return re.findall(
        r'^\|.*\|$|aAcc: [\d.]+ +mIoU: [\d.]+ +mAcc: [\d.]+', run(*command), re.MULTILINE
    )


@pytest.mark.parametrize('learn', ['nothing', 'both'])
def test_two_ranks_print_the_table_of_one(tmp_path, tiny_segmentor, learn):
    rng = np.random.default_rng(0)
    for folder, colours in (('img', (3,)), ('ann', ())):
        (tmp_path / folder).mkdir()
        for number in range(3):
            pixels = rng.integers(4 if folder == 'ann' else 60, size=(32, 40, *colours))
            cv2.imwrite(str(tmp_path / folder / f'{number}.png'), pixels.astype(np.uint8))
    config = tmp_path / 'chain.py'
    config.write_text(
        CONFIG.format(
            learn=learn, config=tiny_segmentor[0], checkpoint=tiny_segmentor[1], root=str(tmp_path)
        )
    )
    arguments = config, 'mmscllle://scl-lle-curves'
    one = report(sys.executable, ROOT / 'tools/test.py', *arguments, '--work-dir', tmp_path / '1')
    two = report('bash', ROOT / 'tools/dist_test.sh', *arguments, 2, '--work-dir', tmp_path / '2')
    assert len(one) == 1 + 4 + 1
    assert one == two
