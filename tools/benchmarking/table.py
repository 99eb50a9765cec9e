"""Rows of the benchmark's table, and the table as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, quantiles

from mmscllle.utils.markdown import markdown_table

from .cases import Case

NOT_MEASURED = '–'
COLUMNS = (
    'model',
    'size',
    'batch',
    'mode',
    'precision',
    'ms',
    'quartiles',
    'images/s',
    'times eager',
    'peak MiB',
    '% of matrix rate',
    '% of bandwidth',
)
TEXT_COLUMNS = COLUMNS.index('ms')


def make_row(case: Case, result: dict, limits: dict) -> dict:
    """One row of the table.

    Args:
        case: What was measured.
        result: See :func:`.measurement.measure`; or ``error`` with the reason of a failure.
        limits: See :func:`.worker.limits`.

    Returns:
        The case's fields and ``error``, or ``runs``, ``ms`` (median), ``ms_quartiles``,
        ``images_per_s``, ``memory_mib``, and of the machine's limits the per cent reached:
        ``matrix_rate_percent`` of the rate of matrix multiplication in this precision, counting
        the convolutions; ``bandwidth_percent`` of the memory bandwidth, counting images and
        results.
    """
    row = case._asdict()
    if 'error' in result:
        return dict(row, error=result['error'])
    typical = median(result['seconds'])
    first, _, third = quantiles(result['seconds'], n=4)
    matrix_rate = limits['matrix_rates'][case.precision]
    return dict(
        row,
        runs=len(result['seconds']),
        ms=1e3 * typical,
        ms_quartiles=[1e3 * first, 1e3 * third],
        images_per_s=case.batch / typical,
        memory_mib=result['memory_mib'],
        matrix_rate_percent=100 * result['flops'] / typical / matrix_rate,
        bandwidth_percent=100 * result['moved_bytes'] / typical / limits['bandwidth'],
    )


def add_speed_ups(rows: Sequence[dict]) -> None:
    """Add ``times_eager`` to the rows whose model, size, batch and device ran eagerly, too."""
    eager = {_place(row): row['ms'] for row in rows if row['mode'] == 'eager' and 'ms' in row}
    for row in rows:
        if 'ms' in row and _place(row) in eager:
            row['times_eager'] = eager[_place(row)] / row['ms']


def to_markdown(report: dict) -> str:
    """Write the table.

    Args:
        report: ``machine`` (text), ``limits`` by device and ``rows``.

    Returns:
        Markdown: a table for each device, with the machine's limits and what failed.
    """
    parts = [f'# Benchmark\n\n{report["machine"]}.']
    for device, limits in report['limits'].items():
        rates = ', '.join(
            f'{rate / 1e9:.0f} GFLOP/s in {name}' for name, rate in limits['matrix_rates'].items()
        )
        parts.append(
            f'## {device}\n\nLimits measured in this run: {rates} in matrix '
            f'multiplication, {limits["bandwidth"] / 1e9:.1f} GB/s in copying memory.'
        )
        rows = [row for row in report['rows'] if row['device'] == device]
        parts.append(markdown_table(COLUMNS, [_cells(row) for row in rows], TEXT_COLUMNS))
        parts += [
            f'- {row["model"]}, {row["size"]}, {row["mode"]}, {row["precision"]}, '
            f'batch {row["batch"]}: {row["error"]}'
            for row in rows
            if 'error' in row
        ]
    memory = 'of the whole process; on a GPU what torch has allocated there'
    parts.append(
        'ms: median of a batch; quartiles: the middle half of the runs. times eager: '
        'speed against what the authors of the model run, in float32. Each row ran in a '
        f'process of its own; peak MiB: peak memory {memory}. % of matrix rate: '
        'operations of convolutions and linear layers against matrix multiplication in '
        'the same precision. % of bandwidth: bytes of images and results against copying '
        'memory.'
    )
    return '\n\n'.join(parts) + '\n'


def _place(row: dict) -> tuple:
    return row['model'], row['size'], row['batch'], row['device']


def _cells(row: dict) -> list[str]:
    case = [row['model'], row['size'], str(row['batch']), row['mode'], row['precision']]
    if 'error' in row:
        return case + [NOT_MEASURED] * (len(COLUMNS) - len(case))
    numbers = [
        row['images_per_s'],
        row.get('times_eager'),
        row['memory_mib'],
        row['matrix_rate_percent'],
        row['bandwidth_percent'],
    ]
    formats = ['.2f', '.2f', '.0f', '.0f', '.1f']
    return [
        *case,
        f'{row["ms"]:.1f}',
        ' to '.join(f'{ms:.1f}' for ms in row['ms_quartiles']),
        *(
            NOT_MEASURED if number is None else format(number, spec)
            for number, spec in zip(numbers, formats, strict=True)
        ),
    ]
