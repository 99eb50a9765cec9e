"""Train and test the whole method on a small generated data set, in a few minutes on a CPU.

Draws street scenes by day and by night, trains a small mmseg segmentor on the days, trains SCL-LLE
on the nights with that segmentor frozen, and compares on nights that neither has seen.
"""
from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import cv2
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from mmscllle.datasets.night_street import CLASSES, PALETTE, generate_night_street
from mmscllle.models import SCLLLE
from mmscllle.visualization import contact_sheet, overlay_segmentation

ROOT = Path(__file__).resolve().parents[1]
SEGMENTOR = 'configs/night_street/fcn-r18_night-street-160x224_400.py'
ENHANCER = 'configs/scl_lle/scl-lle_fcn-r18_night-street-160x224_200.py'
FOLDER = Path('work_dirs/quick_start')
BASELINES = {
    'none': dict(type='mmscllle.IdentityEnhancer'),
    'gamma 0.45': dict(type='mmscllle.GammaEnhancer', gamma=0.45),
    'CLAHE': dict(type='mmscllle.CLAHEEnhancer'),
}
COLUMNS = ('mIoU', 'aAcc', 'PSNR', 'SSIM', 'brightness')


def runner_of(config: str, name: str, **changes: object) -> Runner:
    """Build a runner from a config of the project, with some top-level keys changed."""
    cfg = Config.fromfile(config)
    cfg.merge_from_dict(dict(randomness=dict(seed=0), work_dir=str(FOLDER / name), **changes))
    cfg.launcher = 'none'
    cfg.experiment_name = f'quick_start_{name}'
    return Runner.from_cfg(cfg)


def train(config: str, name: str) -> str:
    """Train a config from scratch and return the path of its last checkpoint."""
    runner = runner_of(config, name)
    runner.train()
    return str(FOLDER / name / f'iter_{runner.iter}.pth')


def test(name: str, enhancer: dict, checkpoint: str | None) -> dict[str, float]:
    """Metrics of an enhancer on the night streets that were kept aside."""
    runner = runner_of(ENHANCER, f'test_{name}', load_from=checkpoint, log_level='ERROR')
    if checkpoint is None:
        runner.model.enhancer = SCLLLE(enhancer).enhancer
    return runner.test()


def table(results: dict[str, dict[str, float]]) -> str:
    """Lay the metrics out as a Markdown table."""
    lines = ['| enhancer | ' + ' | '.join(COLUMNS) + ' |', '|---|' + '---:|' * len(COLUMNS)]
    for name, metrics in results.items():
        cells = [f'{metrics[column]:.3g}' if column in ('SSIM', 'brightness')
                 else f'{metrics[column]:.1f}' for column in COLUMNS]
        lines.append(f'| {name} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines) + '\n'


@torch.no_grad()
def picture(checkpoint: str, count: int = 4) -> Path:
    """Write what the enhancer makes of the first night streets, and what the segmentor sees."""
    runner = runner_of(ENHANCER, 'picture', load_from=checkpoint, log_level='ERROR')
    runner.load_or_resume()
    model = runner.model.eval()
    rows = []
    for item, _ in zip(runner.test_dataloader.dataset, range(count)):
        batch = dict(inputs=[item['inputs']], data_samples=[item['data_samples']])
        low = item['inputs'].flip(0)[None] / 255
        sample = model.test_step(batch)[0]
        images = [(tensor.permute(1, 2, 0) * 255).round().byte().numpy()
                  for tensor in (low[0], sample.enhanced.data, sample.reference.data)]
        labels = [model.segmentor.predict(low)[0].numpy(), sample.pred_sem_seg.data[0].numpy(),
                  sample.gt_sem_seg.data[0].numpy()]
        overlays = [overlay_segmentation(image, label, PALETTE)
                    for image, label in zip(images, labels)]
        rows.append([images[0], images[1], *overlays])
    titles = ['night', 'enhanced', 'segmented at night', 'segmented, enhanced', 'truth, on the day']
    path = FOLDER / 'before_after.png'
    cv2.imwrite(str(path), contact_sheet(rows, titles)[..., ::-1])
    return path


def main() -> None:
    """Run all steps and print where the results are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--scenes', type=int, default=80,
                        help='training scenes by day, and by night')
    args = parser.parse_args()
    start = time.time()
    os.chdir(ROOT)
    generate_night_street(str(FOLDER / 'data'), num_train=args.scenes, num_val=16, seed=0)
    train(SEGMENTOR, 'segmentor')
    checkpoint = train(ENHANCER, 'scl_lle')
    results = {name: test(name, enhancer, None) for name, enhancer in BASELINES.items()}
    results['SCL-LLE, trained here'] = test('scl-lle', {}, checkpoint)
    text = table(results)
    (FOLDER / 'table.md').write_text(text, encoding='utf-8')
    path = picture(checkpoint)
    print(f'\nClasses: {", ".join(CLASSES)}. Night streets that training has not seen:\n\n{text}')
    print(f'Table: {FOLDER / "table.md"}. Before and after: {path}. Weights: {checkpoint}. '
          f'{time.time() - start:.0f} s.')


if __name__ == '__main__':
    main()
