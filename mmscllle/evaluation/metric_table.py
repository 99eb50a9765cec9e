"""Metrics of several data sets as a table."""

from __future__ import annotations

from typing import Mapping

from prettytable import PrettyTable

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
        table.setdefault(dataset, {})[metric] = float(value)
    return table


def to_markdown(rows: Mapping[tuple[str, ...], Mapping[str, float]],
                header: tuple[str, ...]) -> str:
    """Write a table.

    Args:
        rows: By the first cells of a row, values by metric; not every row needs every metric.
        header: Names of the first columns.

    Returns:
        A Markdown table, aligned for reading as it is.
    """
    metrics = list(dict.fromkeys(metric for values in rows.values() for metric in values))
    table = PrettyTable([*header, *metrics], junction_char='|', align='r')
    for name in header:
        table.align[name] = 'l'
    for cells, values in rows.items():
        table.add_row([*cells, *(f'{values[metric]:.{DIGITS}f}' if metric in values else MISSING
                                 for metric in metrics)])
    # Without the frame's upper and lower line it is Markdown.
    return '\n'.join(table.get_string().splitlines()[1:-1]) + '\n'
