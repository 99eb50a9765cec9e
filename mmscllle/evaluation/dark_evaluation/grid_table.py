"""One table of methods by sets of images and segmentors, with gains and seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mmscllle.utils.markdown import markdown_table

MISSING = '–'

# The mIoU of a training, None where there is none, the number of images that it is of, and the
# images that failed.
Score = tuple['float | None', int, frozenset[str]]
# By column (set, segmentor): by row the score of each training.
Grid = Mapping[tuple[str, str], Mapping[str, Sequence[Score]]]


def summarise_grid(grid: Grid, rows: Sequence[str]) -> list[dict]:
    """Sum every cell up.

    Args:
        grid: mIoU in per cent.
        rows: Names of the rows, in order.

    Returns:
        By row: ``name``; ``cells``, a list of ``set``, ``segmentor``, ``mIoU`` (the mean over the
        trainings), ``lowest``, ``highest``, ``seeds`` (their number), ``images`` (the fewest that
        one is of), ``same_images`` (whether they are those of ``none``) and ``gain`` over ``none``,
        if they are; and ``gain``, the mean over the cells. None stands for what is not there.
    """
    return [
        _summarise_row(
            row,
            [
                _summarise_cell(images, segmentor, scores.get(row, ()), _base(row, scores))
                for (images, segmentor), scores in grid.items()
            ],
        )
        for row in rows
    ]


def _base(row: str, scores: Mapping[str, Sequence[Score]]) -> Score:
    """What a row's gain is over: ``none``, which itself has none."""
    return next(iter(scores.get('none', ()) if row != 'none' else ()), (None, 0, frozenset()))


def _summarise_cell(images: str, segmentor: str, scores: Sequence[Score], base: Score) -> dict:
    values = [value for value, *_ in scores if value is not None]
    cell: dict = dict(set=images, segmentor=segmentor, mIoU=None, gain=None, seeds=len(values))
    cell.update(lowest=min(values, default=None), highest=max(values, default=None))
    cell['images'] = min((number for value, number, _ in scores if value is not None), default=0)
    failed = {each for value, _, each in scores if value is not None}
    cell['same_images'] = base[0] is None or failed == {base[2]}
    if values:
        mean = sum(values) / len(values)
        cell['mIoU'] = round(mean, 2)
        if base[0] is not None and cell['same_images']:
            cell['gain'] = round(mean - base[0], 2)
    return cell


def _summarise_row(name: str, cells: list[dict]) -> dict:
    gains = [cell['gain'] for cell in cells if cell['gain'] is not None]
    gain = round(sum(gains) / len(gains), 2) if gains else None
    return dict(name=name, cells=cells, gain=gain)


def grid_to_markdown(rows: Sequence[dict], seen: Sequence[str]) -> str:
    """Write the table.

    Args:
        rows: See :func:`summarise_grid`.
        seen: Segmentors that the trainings of the enhancers knew.

    Returns:
        A Markdown table, aligned for reading as it is, with notes.
    """
    columns = [
        f'{cell["set"]}, {cell["segmentor"]}{"*" * (cell["segmentor"] in seen)}'
        for cell in rows[0]['cells']
    ]
    lines = [
        [row['name'], *map(_show, row['cells']), _gain(row['gain']) or MISSING] for row in rows
    ]
    seeds = max(cell['seeds'] for row in rows for cell in row['cells'])
    notes = [
        'mIoU in per cent over the classes that the label maps of a set have, the same for '
        'all rows; after it the gain over none. Last column: mean gain over the others.'
    ]
    others = _with_other_images(rows)
    if others:
        notes.append(f'No gain is given where not the same images failed as for none: {others}.')
    if seeds > 1:
        notes.append('Of several trainings: the mean, and in brackets the lowest and the highest.')
    if seen:
        notes.append('*: the enhancers were trained through this segmentor.')
    return (
        '\n'.join(
            [
                markdown_table(['method', *columns, 'mean gain'], lines, text_columns=1),
                '',
                ' '.join(notes),
            ]
        )
        + '\n'
    )


def _with_other_images(rows: Sequence[dict]) -> str:
    """The cells that are of fewer images than others of their column, or of other ones."""
    columns = zip(*(row['cells'] for row in rows), strict=True)
    most = [max(cell['images'] for cell in column) for column in columns]
    return ', '.join(
        f'{row["name"]} on {cell["set"]}, {cell["segmentor"]} ({cell["images"]} of {number})'
        for row in rows
        for cell, number in zip(row['cells'], most, strict=True)
        if 0 < cell['images'] < number or (cell['images'] and not cell['same_images'])
    )


def _show(cell: dict) -> str:
    if cell['mIoU'] is None:
        return MISSING
    parts = [f'{cell["mIoU"]:.1f}', _gain(cell['gain'])]
    if cell['seeds'] > 1:
        parts.append(f'[{cell["lowest"]:.1f}, {cell["highest"]:.1f}]')
    return ' '.join(filter(None, parts))


def _gain(value: float | None) -> str:
    return '' if value is None else f'{value:+.1f}'
