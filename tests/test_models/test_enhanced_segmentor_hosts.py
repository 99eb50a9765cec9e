"""mmseg's own tools, metrics and inferencer on the chain."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import mmseg
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from mmscllle.registry import MODELS

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(mmseg.__file__).parent / '.mim' / 'tools'
CLASSES = ('sky', 'building', 'road', 'car')
SIZE = (48, 64)
CONFIG = """
custom_imports = dict(imports=['mmscllle'])
default_scope = 'mmseg'
model = dict(
    type='mmscllle.EnhancedSegmentor',
    enhancer=dict(type='mmscllle.CurveEnhancer'),
    segmentor={config!r},
    segmentor_checkpoint={checkpoint!r},
    learn='both',
    decode_head=dict(type='DepthwiseSeparableFCNHead'))
load_image = dict(type='LoadImageFromFile')
load_labels = dict(type='LoadAnnotations', _scope_='mmseg')
pipeline = [load_image, load_labels, dict(type='mmseg.PackSegInputs')]
loader = dict(
    batch_size=1,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='BaseSegDataset',
        metainfo=dict(classes={classes!r}, palette=[[i, i, i] for i in range(4)]),
        data_root={root!r},
        data_prefix=dict(img_path='img', seg_map_path='ann'),
        img_suffix='.png',
        pipeline=pipeline))
test_dataloader = loader
test_cfg = dict(type='TestLoop')
test_evaluator = dict(type='IoUMetric', iou_metrics=['mIoU'])
train_dataloader = dict(
    batch_size=2, num_workers=0, sampler=dict(type='InfiniteSampler'), dataset=loader['dataset'])
train_cfg = dict(type='IterBasedTrainLoop', max_iters=2)
optim_wrapper = dict(
    optimizer=dict(type='SGD', lr=0.01),
    paramwise_cfg=dict(custom_keys=dict(segmentor=dict(lr_mult=0.1))))
default_hooks = dict(
    visualization=dict(type='mmscllle.EnhancementVisualizationHook'),
    checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=2))
visualizer = dict(
    type='SegLocalVisualizer', name='visualizer', vis_backends=[dict(type='LocalVisBackend')])
log_processor = dict(by_epoch=False)
tta_model = dict(type='SegTTAModel')
tta_pipeline = [
    load_image,
    dict(type='TestTimeAug', transforms=[
        [dict(type='RandomFlip', prob=prob, direction='horizontal') for prob in (0., 1.)],
        [load_labels], [dict(type='mmseg.PackSegInputs')]])]
"""


@pytest.fixture(scope='module')
def folder(tmp_path_factory, tiny_segmentor) -> Path:
    """A config, a checkpoint of the chain and as many images as mmseg's benchmark asks for."""
    folder = tmp_path_factory.mktemp('hosts')
    rng = np.random.default_rng(0)
    for name in ('img', 'ann'):
        (folder / name).mkdir()
    for number in range(200):
        image = rng.integers(60, size=(*SIZE, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f'img/{number:03d}.png'), image)
        cv2.imwrite(
            str(folder / f'ann/{number:03d}.png'), rng.integers(4, size=SIZE, dtype=np.uint8)
        )
    config, checkpoint = tiny_segmentor
    (folder / 'chain.py').write_text(
        CONFIG.format(config=config, checkpoint=checkpoint, classes=CLASSES, root=str(folder))
    )
    chain = MODELS.build(Config.fromfile(str(folder / 'chain.py')).model)
    meta = dict(dataset_meta=dict(classes=CLASSES, palette=[[9, 9, 9]] * 4))
    torch.save(dict(state_dict=chain.state_dict(), meta=meta), folder / 'chain.pth')
    return folder


def run(tool: str, folder: Path, *arguments: str) -> str:
    """Run one of mmseg's tools in a folder of its own, without touching its code."""
    cwd = folder / Path(tool).stem
    cwd.mkdir(exist_ok=True)
    path = os.pathsep.join([str(ROOT), os.environ.get('PYTHONPATH', '')])
    result = subprocess.run(
        [sys.executable, str(TOOLS / tool), str(folder / 'chain.py'), *arguments],
        cwd=cwd,
        env=dict(os.environ, PYTHONPATH=path, OMP_NUM_THREADS='1'),
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout + result.stderr


def test_test_tool(folder):
    output = run(
        'test.py',
        folder,
        str(folder / 'chain.pth'),
        '--work-dir',
        'work',
        '--show-dir',
        'shown',
        '--out',
        'out',
        '--cfg-options',
        'test_dataloader.dataset.indices=2',
    )
    assert re.search(r'aAcc: [\d.]+ +mIoU: [\d.]+ +mAcc: [\d.]+', output)
    assert len(list((folder / 'test').rglob('out/*.png'))) == 2
    panels = [cv2.imread(str(path)) for path in (folder / 'test').rglob('vis_image/*.png')]
    # input | enhanced | segmentation of either.
    assert len(panels) == 2 and all(panel.shape[1] > 4 * SIZE[1] for panel in panels)


def test_train_tool(folder):
    output = run(
        'train.py',
        folder,
        '--work-dir',
        'work',
        '--cfg-options',
        'default_hooks.logger.type=LoggerHook',
        'default_hooks.logger.interval=1',
    )
    assert 'segmentor.decode.loss_ce' in output
    state = torch.load(folder / 'train/work/iter_2.pth', weights_only=False)['state_dict']
    assert {name.split('.')[0] for name in state} == {'enhancer', 'segmentor'}


# That of mmseg 1.2.2 gives MMEngine two arguments of which it takes one, whatever the model.
@pytest.mark.onedl
def test_flops_tool(folder):
    output = run('analysis_tools/get_flops.py', folder, '--shape', '32', '32')
    flops = re.search(r'Flops: ([\d.]+)(\w)', output)
    # The enhancer alone: a multiplication per weight and pixel.
    assert flops[2] == 'M' and float(flops[1]) >= 79416 * 32 * 32 / 1e6 * 0.99


def test_benchmark_tool(folder):
    output = run('analysis_tools/benchmark.py', folder, str(folder / 'chain.pth'))
    assert float(re.search(r'Overall fps: ([\d.]+) img', output)[1]) > 0


@pytest.fixture
def build_runner(folder, tmp_path):
    def build(**changes: object) -> Runner:
        config = Config.fromfile(str(folder / 'chain.py'))
        for key in ('train_dataloader', 'train_cfg', 'optim_wrapper'):
            config.pop(key)
        config.test_dataloader.dataset.indices = 2
        config.merge_from_dict(changes)
        config.visualizer.name = tmp_path.name
        config.update(work_dir=str(tmp_path), experiment_name=tmp_path.name)
        return Runner.from_cfg(config)

    return build


def test_iou_metric_is_that_of_the_bare_segmentor(build_runner, tiny_segmentor):
    chain = build_runner(**{'model.enhancer': dict(type='mmscllle.IdentityEnhancer')}).test()
    bare = Config.fromfile(tiny_segmentor[0]).model
    runner = build_runner(model=dict(bare, _delete_=True), load_from=tiny_segmentor[1])
    assert runner.test() == chain and chain['mIoU'] > 0


def test_test_time_augmentation(build_runner, folder, tmp_path):
    config = Config.fromfile(str(folder / 'chain.py'))
    runner = build_runner(
        **{
            'model': dict(config.tta_model, module=config.model, _delete_=True),
            'test_dataloader.dataset.pipeline': config.tta_pipeline,
            'default_hooks.visualization.draw': True,
            'load_from': str(folder / 'chain.pth'),
        }
    )
    assert runner.test()['aAcc'] > 0
    assert len(list(tmp_path.rglob('vis_image/*.png'))) == 2


def test_cityscapes_metric(build_runner, tmp_path):
    runner = build_runner(
        test_evaluator=dict(
            type='CityscapesMetric',
            output_dir=str(tmp_path / 'out'),
            format_only=True,
            keep_results=True,
        )
    )
    runner.test()
    assert len(list((tmp_path / 'out').glob('*.png'))) == 2


def test_inferencer(folder):
    from mmseg.apis import MMSegInferencer

    inferencer = MMSegInferencer(str(folder / 'chain.py'), str(folder / 'chain.pth'), device='cpu')
    result = inferencer(str(folder / 'img/000.png'), return_datasamples=True, show=False)
    assert result.pred_sem_seg.data.shape == (1, *SIZE)
    assert result.enhanced.data.shape == (3, *SIZE)
    assert tuple(inferencer.model.dataset_meta['classes']) == CLASSES
    drawn = inferencer([str(folder / 'img/001.png')] * 2, return_vis=True, batch_size=2)
    assert np.asarray(drawn['visualization']).shape == (2, *SIZE, 3)
