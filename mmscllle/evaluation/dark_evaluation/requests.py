"""What a run of ``tools/dark_eval.py`` is asked for: segmentors, sets of images, methods."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import NamedTuple

from mmengine.config import Config

from mmscllle.datasets.class_names import find_moved_class

from .dataset import LabelledImages, read_class_names
from .inputs import InputError, read_config, split_method_source, split_named_source
from .methods import Method, MethodBuilder

# How rows of the fast mode are named.
FAST = '-fast'


class Request(NamedTuple):
    """A method as it is asked for.

    Attributes:
        name: Its own name, of its file of results.
        row: The name of its row: trainings of one method, with other seeds, share it.
        kind: ``'baselines'``, ``'enhancer'`` or ``'joint'``.
        source: Config or checkpoint.
    """

    name: str
    row: str
    kind: str
    source: str


def read_requests(args: argparse.Namespace) -> list[Request]:
    """Read what is compared.

    An enhancer that is named several times stands for several trainings of one method.

    Raises:
        InputError: If an entry is no NAME=SOURCE, a name comes twice, or there is none.
    """
    entries = [('baselines', name, '') for name in args.baselines]
    for kind in ('enhancer', 'joint'):
        entries += [
            (kind, *split_method_source(entry, f'--{kind}')) for entry in getattr(args, kind)
        ]
    if not entries:
        raise InputError('--enhancer: nothing to compare; give one, or a name to --baselines')
    counts = Counter(name for _, name, _ in entries)
    found: list[Request] = []
    seen: Counter[str] = Counter()
    for kind, row, source in entries:
        seen[row] += 1
        name = row if counts[row] == 1 else f'{row}.{seen[row]}'
        same = [other for other in found if other.row == row]
        if any(other.kind != kind or kind == 'baselines' for other in same) or name in {
            other.name for other in found
        }:
            raise InputError(f'--{kind}: the name {row!r} is given twice; rename one')
        found.append(Request(name, row, kind, source))
    return found


def build_methods(
    requests: list[Request], builder: MethodBuilder, joint: bool, fast: bool
) -> dict[str, list[Method]]:
    """Build every method of a segmentor, so that a wrong one shows before the run.

    Args:
        requests: The methods.
        builder: Builds those of the segmentor.
        joint: Whether joint checkpoints are of this segmentor.
        fast: Also build the fast mode of each enhancer that has one.

    Returns:
        By row its methods, one for each training.

    Raises:
        InputError: If a source is not right, or no enhancer has a fast mode.
    """
    rows: dict[str, list[Method]] = {}
    names: set[str] = set()

    def add(row: str, method: Method) -> None:
        if method.name in names:
            raise InputError(f'--fast: there is another method {method.name!r}; rename it')
        names.add(method.name)
        rows.setdefault(row, []).append(method)

    for request in requests:
        if request.kind == 'baselines':
            add(request.row, builder.baseline(request.name))
            continue
        if request.kind == 'joint' and not joint:
            continue
        method = getattr(builder, request.kind)(request.name, request.source)
        add(request.row, method)
        if fast and builder.has_fast_mode(method):
            add(request.row + FAST, builder.fast(method, request.name + FAST))
    if fast and not any(row.endswith(FAST) for row in rows):
        raise InputError('--fast: no enhancer has a fast mode; leave it out')
    return rows


class Segmentor(NamedTuple):
    """A segmentor by its name in the table.

    Attributes:
        name: Its name.
        cfg: Its config.
        builder: Builds its methods.
    """

    name: str
    cfg: Config
    builder: MethodBuilder


def read_segmentor(entry: str) -> Segmentor:
    """Read NAME=CONFIG,CHECKPOINT.

    Raises:
        InputError: If it is something else, or a file is not right.
    """
    name, source = split_named_source(entry, '--segmentor')
    config, _, checkpoint = source.rpartition(',')
    if not config or not checkpoint:
        raise InputError(f'--segmentor: got {entry!r}; write NAME=CONFIG,CHECKPOINT')
    cfg = read_config(config, f'--segmentor {name}')
    return Segmentor(
        name, cfg, MethodBuilder(cfg, checkpoint, f'--segmentor {name}', f'--segmentor {name}')
    )


def read_set(entry: str, segmentor: Segmentor) -> LabelledImages:
    """Read NAME=IMG_DIR,ANN_DIR, or NAME=CONFIG, for a segmentor.

    Raises:
        InputError: If it is something else, there is no image, or the classes do not fit.
    """
    name, source = split_named_source(entry, '--set')
    img_dir, _, ann_dir = source.rpartition(',')
    if img_dir and not ann_dir:
        raise InputError(f'--set: got {entry!r}; write NAME=IMG_DIR,ANN_DIR or NAME=CONFIG')
    try:
        if img_dir:
            return take_folders(img_dir, ann_dir, segmentor)
        return take_config(read_config(source, f'--set {name}'), f'--set {name}', segmentor)
    except InputError as error:
        text = str(error)
        raise InputError(text if text.startswith('--set') else f'--set {name}: {text}') from error


def take_folders(img_dir: str, ann_dir: str, segmentor: Segmentor) -> LabelledImages:
    """Take the images of two folders, whose classes are the segmentor's."""
    builder = segmentor.builder
    return LabelledImages.from_folders(
        img_dir, ann_dir, read_class_names(builder.meta, builder.num_classes), segmentor.cfg
    )


def take_config(cfg: Config, argument: str, segmentor: Segmentor) -> LabelledImages:
    """Take the images of a config's ``test_dataloader``.

    Raises:
        InputError: If their classes are not as many as the segmentor's, or in another order.
    """
    images = LabelledImages.from_config(cfg, argument)
    if len(images.classes) != segmentor.builder.num_classes:
        raise InputError(
            f'{argument}: the dataset has {len(images.classes)} classes, the segmentor '
            f'{segmentor.builder.num_classes}; take a dataset with the classes that the segmentor '
            'was trained on'
        )
    named = read_class_names(segmentor.builder.meta, 0)['classes']
    moved = find_moved_class(named, images.classes)
    if moved is not None:
        raise InputError(
            f'{argument}: {named[moved[0]]!r} is label {moved[1]} of the dataset and label '
            f'{moved[0]} of the segmentor; take a dataset that numbers its labels as the '
            'segmentor does'
        )
    return images
