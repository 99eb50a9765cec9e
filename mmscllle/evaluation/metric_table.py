"""Metrics of several data sets as a table."""

from __future__ import annotations

from collections.abc import Mapping

from mmscllle.utils.markdown import markdown_table

DIGITS = 4
MISSING = '–'


def metrics_by_dataset(metrics: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Take the data sets' names out of the metrics' names.

    Args:
        metrics: By name: ``<data set>/<metric>``, the first part being the metric's ``prefix``.

    Returns:
        Values by data set and metric; metrics without a prefix belong to the data set ``''``.
    """
    table: dict[str, dict[str, float]] = {}
    for name, value in metrics.items():
        dataset, _, metric = name.rpartition('/')
        table.setdefault(dataset, {})[metric] = value if isinstance(value, int) else float(value)
    return table


def to_markdown(
    rows: Mapping[tuple[str, ...], Mapping[str, float]], header: tuple[str, ...]
) -> str:
    """Write a table.

    Args:
        rows: By the first cells of a row, values by metric; not every row needs every metric.
        header: Names of the first columns.

    Returns:
        A Markdown table; numbers that are not counts have four digits.
    """
    metrics = list(dict.fromkeys(metric for values in rows.values() for metric in values))
    lines = [
        [*cells, *(_number(values.get(metric)) for metric in metrics)]
        for cells, values in rows.items()
    ]
    return markdown_table([*header, *metrics], lines, len(header)) + '\n'


def _number(value: float | None) -> str:
    if value is None:
        return MISSING
    return str(value) if isinstance(value, int) else f'{value:.{DIGITS}f}'
