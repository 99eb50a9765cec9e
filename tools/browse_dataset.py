"""Write what training sees as a contact sheet: tools/browse_dataset.py CONFIG."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, set_random_seed
from mmseg.structures import SegDataSample
from torch import Tensor

from mmscllle.fileio import Photograph, write_photograph
from mmscllle.utils.command_line import add_config_options, read_run_config
from mmscllle.utils.commands import UsageError, run_command
from mmscllle.visualization import class_legend, contact_sheet, overlay_segmentation
from mmscllle.visualization.panels import GAP
from mmscllle.visualization.text import text_band

MAX_HEIGHT = 240
# Of the class colours: on dark pictures they must not come out dark.
OPACITY = 0.7


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Write the triplets that training sees (low, positive, negative, labels), or '
        'the images of a validation (image, reference, labels), as one contact sheet.'
    )
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--out',
        help='PNG file or folder to write; default: <work dir of the config>/browse_<split>.png',
    )
    parser.add_argument('--count', type=int, default=8, help='number of items; default: 8')
    parser.add_argument('--split', choices=['train', 'val'], default='train')
    add_config_options(parser)
    parser.set_defaults(launcher='none', local_rank=0, work_dir=None)
    args = parser.parse_args()
    if args.count < 1:
        parser.error(f'--count must be at least 1, got {args.count}')
    return args


def read_items(cfg: Config, split: str) -> tuple[Iterator[tuple[dict, SegDataSample]], dict]:
    """Load a split with the sampler, the workers and the seed of the runner, but no model.

    Args:
        cfg: The config.
        split: ``train`` or ``val``.

    Returns:
        Images by title, uint8 BGR tensors (3, H, W), and data sample of each item; and the data
        set's meta information.

    Raises:
        UsageError: If the config has no such split.
    """
    loader_cfg = cfg.get(f'{split}_dataloader')
    if not loader_cfg:
        raise UsageError(f'the config has no {split}_dataloader')
    init_default_scope(cfg.get('default_scope', 'mmengine'))
    randomness = cfg.get('randomness', {})
    loader = Runner.build_dataloader(
        loader_cfg,
        seed=set_random_seed(randomness.get('seed')),
        diff_rank_seed=randomness.get('diff_rank_seed', False),
    )
    return _items(loader), loader.dataset.metainfo


def draw_sheet(items: list[tuple[dict, SegDataSample]], meta: dict) -> np.ndarray:
    """Draw items in rows under the names of their files.

    Args:
        items: Images by title, uint8 BGR tensors (3, H, W), and data sample of each.
        meta: ``classes`` and ``palette`` of the labels, where there are labels.

    Returns:
        uint8 RGB array: the sheet, with the legend of the classes that occur.

    Raises:
        ValueError: If there is no item, or a label has no colour.
    """
    titles = list(dict.fromkeys(title for images, _ in items for title in images))
    labelled = any('gt_sem_seg' in sample for _, sample in items)
    rows, present = [], set()
    for images, sample in items:
        drawn = {title: _to_rgb(image) for title, image in images.items()}
        first = drawn[titles[0]]
        row = [drawn[title] if title in drawn else _note(first, f'no {title}') for title in titles]
        if 'gt_sem_seg' in sample:
            labels = sample.gt_sem_seg.data[0].numpy()
            row.append(overlay_segmentation(first, labels, meta.get('palette') or [], OPACITY))
            present.update(np.unique(labels).tolist())
        elif labelled:
            row.append(_note(first, 'no labels'))
        rows.append(row)
    height = min(MAX_HEIGHT, max(row[0].shape[0] for row in rows))
    sheet = contact_sheet(
        rows, titles + ['labels'] * labelled, [_file_names(sample) for _, sample in items], height
    )
    named = [index for index in sorted(present) if index < len(meta.get('classes') or [])]
    if not named:
        return sheet
    legend = class_legend(
        [meta['classes'][index] for index in named],
        [meta['palette'][index] for index in named],
        sheet.shape[1] - 2 * GAP,
    )
    return np.concatenate(
        [sheet, np.pad(legend, ((0, GAP), (GAP, GAP), (0, 0)), constant_values=255)]
    )


def main() -> int:
    """Write the contact sheet; return the exit status."""
    args = parse_args()
    return run_command('browse_dataset.py', lambda: browse(args))


def browse(args: argparse.Namespace) -> None:
    """Write the contact sheet that the arguments ask for."""
    cfg = read_run_config(args)
    items, meta = read_items(cfg, args.split)
    sheet = draw_sheet(list(islice(items, args.count)), meta)
    out = Path(args.out or cfg.work_dir)
    if out.suffix.lower() != '.png':
        out = out / f'browse_{args.split}.png'
    write_photograph(Photograph([sheet]), out)
    print(f'wrote {out}')


def _items(loader: object) -> Iterator[tuple[dict, SegDataSample]]:
    for batch in loader:
        inputs = batch['inputs']
        for position, sample in enumerate(batch['data_samples']):
            if isinstance(inputs, dict):
                images = {title: part[position] for title, part in inputs.items()}
            else:
                images = dict(image=inputs[position])
            if 'reference' in sample:
                # Packed as RGB in [0, 1].
                images['reference'] = (sample.reference.data * 255).round().byte().flip(0)
            yield images, sample


def _to_rgb(image: Tensor) -> np.ndarray:
    return np.ascontiguousarray(image.flip(0).permute(1, 2, 0).numpy())


def _note(image: np.ndarray, text: str) -> np.ndarray:
    """White picture of the size of another one, with a line of text."""
    height, width = image.shape[:2]
    band = text_band(text, width, max(min(height // 12, 32), 10))[:height]
    top = (height - len(band)) // 2
    return np.pad(band, ((top, height - len(band) - top), (0, 0), (0, 0)), constant_values=255)


def _file_names(sample: SegDataSample) -> str:
    paths = [sample.get(key) for key in ('img_path', 'positive_path', 'negative_path')]
    return ' | '.join(Path(path).name for path in paths if path)


if __name__ == '__main__':
    sys.exit(main())
