"""One table of all methods, as figures and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from mmscllle.utils.markdown import markdown_table

from .loop import WARM_UP
from .scores import dataset_scores

MISSING = '–'


def summarise(name: str, records: Sequence[dict], classes: Sequence[str]) -> dict:
    """Sum the records of one method up.

    Args:
        name: The method's name.
        records: Its records, see :func:`.loop.evaluate_methods`.
        classes: Class names.

    Returns:
        ``name``; ``mIoU``, ``mAcc``, ``aAcc`` and by class ``IoU``, in per cent; ``ms_per_image``,
        the median without the first images of a run; ``peak_memory_mib``; ``images``, the number
        of those that count; ``failed``, the number of others, and ``failures``, their names and
        reasons. None stands for what is not defined.
    """
    good = [record for record in records if 'error' not in record]
    failures = [
        dict(image=record['image'], reason=record['error'])
        for record in records
        if 'error' in record
    ]
    scores = dataset_scores([record['areas'] for record in good], len(classes))
    scores['IoU'] = dict(zip(classes, scores['IoU'], strict=True))
    times = [record['ms'] for record in good if not record['warm_up']]
    peaks = [record['memory_mib'] for record in good if record['memory_mib'] is not None]
    return dict(
        name=name,
        **scores,
        ms_per_image=round(median(times), 2) if times else None,
        peak_memory_mib=round(max(peaks), 1) if peaks else None,
        images=len(good),
        failed=len(failures),
        failures=failures,
    )


def to_markdown(rows: Sequence[dict], device: str, memory: str) -> str:
    """Write the table.

    Args:
        rows: One a method, see :func:`summarise`.
        device: What the methods ran on.
        memory: What the peak memory is, in words.

    Returns:
        A Markdown table, aligned for reading as it is, with notes and the failures.
    """
    classes = list(rows[0]['IoU'])
    header = ['method', 'mIoU', 'mAcc', 'aAcc', *classes, 'ms/image', 'MiB', 'images', 'failed']
    cells = []
    for row in rows:
        percent = [row['mIoU'], row['mAcc'], row['aAcc'], *row['IoU'].values()]
        cells.append(
            [
                row['name'],
                *(_number(value, 2) for value in percent),
                _number(row['ms_per_image'], 1),
                _number(row['peak_memory_mib'], 0),
                str(row['images']),
                str(row['failed']),
            ]
        )
    lines = [markdown_table(header, cells, text_columns=1)]
    lines += [
        '',
        'Under a class name: its IoU. mIoU, mAcc, aAcc and IoU in per cent; mIoU and '
        'mAcc are means over the classes that the label maps have, the same for all rows. '
        f'ms/image: median time to enhance and segment one image on {device}, without '
        f'loading it and without the first {WARM_UP} of a run. MiB: peak memory, {memory}.',
    ]
    return '\n'.join(lines + _failures(rows)) + '\n'


def failed_images(row: dict) -> frozenset[str]:
    """Names of the images that failed, of a row of :func:`summarise`."""
    return frozenset(failure['image'] for failure in row['failures'])


def _failures(rows: Sequence[dict]) -> list[str]:
    """Which images failed, each reason once with the methods that it holds for."""
    methods: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for failure in row['failures']:
            key = (failure['image'], failure['reason'])
            methods.setdefault(key, []).append(row['name'])
    if not methods:
        return []
    count = len({image for image, _ in methods})
    lines = [
        '',
        f'{count} image{"s" * (count > 1)} failed and {"do" if count > 1 else "does"} not count:',
        '',
    ]
    for (image, reason), names in methods.items():
        which = 'all methods' if len(names) == len(rows) else ', '.join(names)
        lines.append(f'- {image} ({which}): {reason}')
    if len({failed_images(row) for row in rows}) > 1:
        lines += ['', 'The rows are over different images: compare them with care.']
    return lines


def _number(value: float | None, digits: int) -> str:
    return MISSING if value is None else f'{value:.{digits}f}'
