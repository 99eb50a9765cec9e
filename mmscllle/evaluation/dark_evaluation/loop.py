"""Run the methods over the images, one image at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

import torch
from mmengine.utils import ProgressBar
from mmseg.models import BaseSegmentor
from mmseg.structures import SegDataSample

from mmscllle.version import __version__

from .code_digest import code_digest
from .dataset import LabelledImages
from .inputs import one_line
from .methods import Method
from .peak_memory import PeakMemory
from .result_log import ResultLog
from .scores import count_areas

# The first images of a run are slower: libraries set themselves up, GPUs choose their kernels.
WARM_UP = 3


def evaluate_methods(
    methods: Sequence[Method],
    images: LabelledImages,
    count: int,
    folder: Path,
    device: torch.device,
    say: Callable[[str], None],
) -> dict[str, list[dict]]:
    """Segment the first ``count`` images with each method and score them.

    Results go to ``folder/<method>.jsonl`` as they come; those that are there already are kept,
    if they belong to the same weights, config, data, device and code of this package.  An image
    that fails is named and does not stop the run.

    Args:
        methods: The methods.
        images: The images.
        count: How many of them.
        folder: Folder of the result files.
        device: Where the models run.
        say: Called with each message to the user.

    Returns:
        By method, a record an image: ``image``, ``stamp``, and either ``error`` or ``areas``
        (see :func:`.scores.count_areas`), ``ms``, ``warm_up`` and ``memory_mib``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [images.name(index) for index in range(count)]
    stamps = [images.stamp(index) for index in range(count)]
    logs = {}
    for method in methods:
        fingerprint = dict(
            method.fingerprint,
            data=images.fingerprint,
            device=str(device),
            version=f'{__version__} ({code_digest()})',
        )
        log = logs[method.name] = ResultLog(folder / f'{method.name}.jsonl', fingerprint)
        if log.discarded is not None:
            say(
                f'{method.name}: the earlier results in {log.path} are discarded, since they '
                f'belong to other {" and ".join(log.discarded) or "content"}'
            )
    todo = {
        method.name: [
            index
            for index in range(count)
            if not logs[method.name].find(names[index], stamps[index])
        ]
        for method in methods
    }
    left = sum(map(len, todo.values()))
    done = count * len(methods) - left
    if done:
        say(f'{done} of {count * len(methods)} results are there already, {left} to do')
    bar = ProgressBar(left, file=sys.stderr) if left else None
    for method in methods:
        memory = PeakMemory(device)
        if todo[method.name]:
            method.model.to(device)
            memory.reset()
        for position, index in enumerate(todo[method.name]):
            record: dict = dict(image=names[index], stamp=stamps[index])
            try:
                record.update(
                    _evaluate_image(method.model, images, index, device),
                    warm_up=position < WARM_UP,
                    memory_mib=memory.read(),
                )
            # Whatever is wrong with one image must not cost the others.
            except Exception as error:
                record['error'] = one_line(error)
                say(f'{method.name}: {names[index]} failed: {record["error"]}')
            logs[method.name].append(record)
            if bar:
                bar.update()
        method.model.to('cpu')
    if bar:
        sys.stderr.write('\n')
    return {name: [log.records[image] for image in names] for name, log in logs.items()}


@torch.no_grad()
def segment(model: BaseSegmentor, batch: dict) -> SegDataSample:
    """Run the model on a batch of one image."""
    return model.test_step(batch)[0]


def _evaluate_image(
    model: BaseSegmentor, images: LabelledImages, index: int, device: torch.device
) -> dict:
    batch = images[index]
    if 'gt_sem_seg' not in batch['data_samples'][0]:
        raise ValueError(
            f'it has no label map; add LoadAnnotations to the pipeline ({images.argument})'
        )
    label = batch['data_samples'][0].gt_sem_seg.data
    start = perf_counter()
    sample = segment(model, batch)
    if device.type == 'cuda':
        torch.cuda.synchronize(device)
    milliseconds = 1000 * (perf_counter() - start)
    enhanced = sample.get('enhanced')
    if enhanced is not None and not enhanced.data.isfinite().all():
        raise ValueError('the enhancer gives values that are no numbers (NaN) or infinite')
    label = label[0] if label.dim() == 3 and len(label) == 1 else label
    areas = count_areas(
        sample.pred_sem_seg.data[0], label, len(images.classes), images.ignore_index
    )
    return dict(areas=areas, ms=milliseconds)
