"""One segmentor on one set of images: results, table, figures and pictures in a folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

from mmscllle.fileio import Photograph, write_photograph, write_text

from .comparison_table import summarise, to_markdown
from .contact_sheet import draw_contact_sheet, rank_images
from .dataset import LabelledImages
from .inputs import blame
from .loop import evaluate_methods
from .methods import BASELINES, Method
from .peak_memory import PeakMemory


def evaluate_cell(
    methods: list[Method],
    images: LabelledImages,
    limit: int | None,
    pictures: int,
    device: torch.device,
    out_dir: Path,
    about: dict,
) -> list[dict]:
    """Evaluate, print and save ``dark_eval.md``, ``dark_eval.json`` and ``dark_eval.png``.

    Args:
        methods: What is compared.
        images: The images.
        limit: Take only so many of them.
        pictures: Draw so many of the largest gains and losses each.
        device: Where the models run.
        out_dir: The folder.
        about: What the report says besides the figures.

    Returns:
        A row a method, see :func:`.comparison_table.summarise`.
    """
    with blame('--out-dir'):
        out_dir.mkdir(parents=True, exist_ok=True)
    count = min(limit or len(images), len(images))
    results = evaluate_methods(
        methods,
        images,
        count,
        out_dir / 'results',
        device,
        lambda text: print(f'\n{text}', file=sys.stderr),
    )
    rows = [summarise(name, records, images.classes) for name, records in results.items()]
    memory = PeakMemory(device).meaning
    table = to_markdown(rows, str(device), memory)
    print(table)
    write_text(out_dir / 'dark_eval.md', table)
    drawn = draw(methods, results, images, pictures, device, out_dir / 'dark_eval.png')
    report = dict(
        about,
        device=str(device),
        peak_memory=memory,
        classes=images.classes,
        methods=rows,
        pictures=drawn,
    )
    write_text(out_dir / 'dark_eval.json', json.dumps(report, indent=2))
    print(f'table: {out_dir / "dark_eval.md"}, {out_dir / "dark_eval.json"}')
    return rows


def draw(
    methods: list[Method],
    results: dict[str, list[dict]],
    images: LabelledImages,
    pictures: int,
    device: torch.device,
    path: Path,
) -> list[dict]:
    """Write the contact sheet of the first enhancer against ``none``; return what is on it."""
    path.unlink(missing_ok=True)
    by_name = {method.name: method for method in methods}
    own = [name for name in by_name if name not in BASELINES]
    first = next(iter(own or [name for name in by_name if name != 'none']), None)
    if not pictures or first is None or 'none' not in by_name:
        if pictures:
            print('no pictures: they compare an enhancer with the baseline none')
        return []
    ranked = rank_images(results['none'], results[first], pictures)
    if not ranked:
        print(f'no pictures: {first} changes the mIoU of no image')
        return []
    sheet = draw_contact_sheet(ranked, by_name['none'], by_name[first], images, device)
    write_photograph(Photograph([sheet]), path)
    print(f'pictures of {first} against none: {path}')
    return [dict(entry, method=first) for entry in ranked]
