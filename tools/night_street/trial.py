"""Train and compare on the drawn streets: the steps of the quick start."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import cv2
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmscllle.command_line.progress import make_progress
from mmscllle.datasets.night_street import NightStreetDataset
from mmscllle.models import SCLLLE
from mmscllle.utils.markdown import markdown_table
from mmscllle.visualization import contact_sheet, overlay_segmentation

from .generate import generate_night_street

SEGMENTOR = 'configs/night_street/fcn-r18_night-street-128x176_300.py'
ENHANCER = 'configs/scl_lle/scl-lle_fcn-r18_night-street-128x176_160.py'
BASELINES = {
    'none': dict(type='mmscllle.IdentityEnhancer'),
    'gamma 0.45': dict(type='mmscllle.GammaEnhancer', gamma=0.45),
    'CLAHE': dict(type='mmscllle.CLAHEEnhancer'),
}
TRAINED = 'SCL-LLE, trained here'
COLUMNS = ('mIoU', 'aAcc', 'PSNR', 'SSIM', 'brightness')
# The configs look for the streets and the segmentor here.
FOLDER = Path('work_dirs/quick_start')
NUM_VAL = 16
SHOWN = 4


class ProgressHook(Hook):
    """Calls a function after each step of a training or a test."""

    def __init__(self, advanced: Callable[[], None]) -> None:
        self.after_train_iter = self.after_test_iter = lambda *args, **kwargs: advanced()


def make_runner(
    config: str, name: str, seed: int, advanced: Callable[[], None], **changes: object
) -> Runner:
    """Make a runner from a config of the project, with some top-level keys changed."""
    cfg = Config.fromfile(config)
    # What is to be shown is tested after the training.
    for key in ('val_dataloader', 'val_cfg', 'val_evaluator'):
        cfg[key] = None
    cfg.merge_from_dict(dict(randomness=dict(seed=seed), work_dir=str(FOLDER / name), **changes))
    cfg.launcher = 'none'
    cfg.experiment_name = f'quick_start_{name}_{time.time()}'
    runner = Runner.from_cfg(cfg)
    # A fifth faster on a CPU.
    runner.model.to(memory_format=torch.channels_last)
    runner.register_hook(ProgressHook(advanced), 'LOWEST')
    return runner


def train(runner: Runner) -> str:
    """Train and return the path of the last checkpoint."""
    runner.train()
    return str(Path(runner.work_dir) / f'iter_{runner.iter}.pth')


def compare(runner: Runner) -> dict[str, dict[str, float]]:
    """Metrics of all enhancers, by name, on the night streets that were kept aside."""
    trained = runner.test()
    network, results = runner.model.enhancer, {}
    for name, enhancer in BASELINES.items():
        runner.model.enhancer = SCLLLE(enhancer).enhancer
        results[name] = runner.test()
    runner.model.enhancer = network
    return {**results, TRAINED: trained}


def make_table(results: dict[str, dict[str, float]]) -> str:
    """Lay the metrics out as a Markdown table."""
    return (
        markdown_table(
            ['enhancer', *COLUMNS],
            [
                [
                    name,
                    *(
                        f'{metrics[column]:.3f}'
                        if column in ('SSIM', 'brightness')
                        else f'{metrics[column]:.1f}'
                        for column in COLUMNS
                    ),
                ]
                for name, metrics in results.items()
            ],
            text_columns=1,
        )
        + '\n'
    )


@torch.no_grad()
def draw_picture(runner: Runner) -> Path:
    """Write what the enhancer makes of the first night streets, and what the segmentor sees."""
    model = runner.model.eval()
    rows = []
    for item in islice(runner.test_dataloader.dataset, SHOWN):
        batch = dict(inputs=[item['inputs']], data_samples=[item['data_samples']])
        low = item['inputs'].flip(0)[None] / 255
        sample = model.test_step(batch)[0]
        images = [
            (tensor.permute(1, 2, 0) * 255).round().byte().numpy()
            for tensor in (low[0], sample.enhanced.data, sample.reference.data)
        ]
        labels = [
            model.segmentor.predict(low)[0].numpy(),
            sample.pred_sem_seg.data[0].numpy(),
            sample.gt_sem_seg.data[0].numpy(),
        ]
        overlays = [
            overlay_segmentation(image, label, NightStreetDataset.METAINFO['palette'])
            for image, label in zip(images, labels, strict=True)
        ]
        rows.append([images[0], images[1], *overlays])
    titles = ['night', 'enhanced', 'segmented at night', 'segmented, enhanced', 'truth, on the day']
    path = FOLDER / 'before_after.png'
    cv2.imwrite(str(path), contact_sheet(rows, titles)[..., ::-1])
    return path


def run(scenes: int, seed: int) -> tuple[str, Path, str]:
    """Draw the streets, train on them and compare, with a progress bar for each step.

    Args:
        scenes: Streets to train on, by day and by night.
        seed: Of the streets and of both trainings.

    Returns:
        The table, the path of the picture, and that of the enhancer's checkpoint.
    """
    with make_progress() as progress:

        def begin(step: str, total: int) -> Callable[[], None]:
            task = progress.add_task(step, total=total)
            # Into a file the bars are written at the very end.
            if not progress.console.is_terminal:
                progress.console.print(step)
            return lambda: progress.advance(task)

        generate_night_street(
            FOLDER / 'data',
            scenes,
            NUM_VAL,
            seed=seed,
            workers=os.cpu_count() or 1,
            advanced=begin('1/4 draw streets', 2 * scenes + NUM_VAL),
        )
        advanced = begin('2/4 train the segmentor by day', Config.fromfile(SEGMENTOR).max_iters)
        train(make_runner(SEGMENTOR, 'segmentor', seed, advanced))
        advanced = begin('3/4 train SCL-LLE by night', Config.fromfile(ENHANCER).max_iters)
        checkpoint = train(make_runner(ENHANCER, 'scl_lle', seed, advanced))
        advanced = begin('4/4 compare', NUM_VAL * (1 + len(BASELINES)))
        tester = make_runner(ENHANCER, 'test', seed, advanced, load_from=checkpoint)
        table = make_table(compare(tester))
        (FOLDER / 'table.md').write_text(table, encoding='utf-8')
        return table, draw_picture(tester), checkpoint
