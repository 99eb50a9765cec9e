"""One table of methods by sets of images and segmentors, with gains and seeds."""
from __future__ import annotations

from typing import Mapping, Sequence

from mmscllle.utils.markdown import markdown_table

MISSING = '–'

# By column (set, segmentor): by row the mIoU of each training, None where there is none.
Grid = Mapping[tuple[str, str], Mapping[str, Sequence['float | None']]]


def summarise_grid(grid: Grid, rows: Sequence[str]) -> list[dict]:
    """Sum every cell up.

    Args:
        grid: mIoU in per cent.
        rows: Names of the rows, in order.

    Returns:
        By row: ``name``; ``cells``, a list of ``set``, ``segmentor``, ``mIoU`` (the mean over the
        trainings), ``lowest``, ``highest``, ``seeds`` (their number) and ``gain`` over ``none``;
        and ``gain``, the mean over the cells. None stands for what is not there.
    """
    found = []
    for row in rows:
        cells = []
        for (images, segmentor), scores in grid.items():
            values = [value for value in scores.get(row, ()) if value is not None]
            base = [value for value in scores.get('none', ()) if value is not None]
            mean = sum(values) / len(values) if values else None
            cells.append(dict(
                set=images, segmentor=segmentor, mIoU=mean and round(mean, 2),
                lowest=min(values, default=None), highest=max(values, default=None),
                seeds=len(values),
                gain=round(mean - base[0], 2) if values and base and row != 'none' else None))
        gains = [cell['gain'] for cell in cells if cell['gain'] is not None]
        found.append(dict(name=row, cells=cells,
                          gain=round(sum(gains) / len(gains), 2) if gains else None))
    return found


def grid_to_markdown(rows: Sequence[dict], seen: Sequence[str]) -> str:
    """Write the table.

    Args:
        rows: See :func:`summarise_grid`.
        seen: Segmentors that the trainings of the enhancers knew.

    Returns:
        A Markdown table, aligned for reading as it is, with notes.
    """
    columns = [f'{cell["set"]}, {cell["segmentor"]}{"*" * (cell["segmentor"] in seen)}'
               for cell in rows[0]['cells']]
    lines = [[row['name'], *map(_show, row['cells']), _gain(row['gain']) or MISSING]
             for row in rows]
    seeds = max(cell['seeds'] for row in rows for cell in row['cells'])
    notes = ['mIoU in per cent over the classes that the label maps of a set have, the same for '
             'all rows; after it the gain over none. Last column: mean gain over the others.']
    if seeds > 1:
        notes.append('Of several trainings: the mean, and in brackets the lowest and the highest.')
    if seen:
        notes.append('*: the enhancers were trained through this segmentor.')
    return '\n'.join([markdown_table(['method', *columns, 'mean gain'], lines, text_columns=1), '',
                      ' '.join(notes)]) + '\n'


def _show(cell: dict) -> str:
    if cell['mIoU'] is None:
        return MISSING
    parts = [f'{cell["mIoU"]:.1f}', _gain(cell['gain'])]
    if cell['seeds'] > 1:
        parts.append(f'[{cell["lowest"]:.1f}, {cell["highest"]:.1f}]')
    return ' '.join(filter(None, parts))


def _gain(value: float | None) -> str:
    return '' if value is None else f'{value:+.1f}'
