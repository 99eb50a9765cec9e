"""The table of an ablation."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean

from mmscllle.evaluation.metric_table import MISSING
from mmscllle.utils.markdown import markdown_table

from .plan import BASE, Ablation

DIGITS = 3


def to_markdown(ablation: Ablation, results: Mapping[tuple[str, int], Mapping[str, float]]) -> str:
    """Write the table.

    Args:
        ablation: The ablation.
        results: Metrics of the finished trainings by row and seed.

    Returns:
        Markdown: a heading with the length of the trainings, and a row for each of the ablation's,
        with the mean over the seeds, the lowest and the highest, and the mean difference from the
        base over the seeds that both have.

    Raises:
        ValueError: If a column names a metric that a result has not.
    """
    header = ['row', 'seeds']
    for title in ablation.columns:
        header += [title, 'difference']
    lines = []
    for row in ablation.rows:
        done = [seed for seed in ablation.seeds if (row, seed) in results]
        unfinished = len(done) < len(ablation.seeds)
        state = f'{len(done)} of {len(ablation.seeds)}, unfinished' if unfinished else len(done)
        cells = [row.replace('_', ' '), str(state)]
        for title, metric in ablation.columns.items():
            values = {
                seed: _value(results, name, seed, title, metric)
                for name, seed in results
                if name == row
            }
            base = {
                seed: _value(results, BASE, seed, title, metric)
                for seed in values
                if row != BASE and (BASE, seed) in results
            }
            cells += [_spread(list(values.values())), _difference(values, base)]
        lines.append(cells)
    return f'{_heading(ablation)}\n\n{markdown_table(header, lines, 2)}\n'


def _heading(ablation: Ablation) -> str:
    length = f'{ablation.length:,} iterations'
    if ablation.length != ablation.own_length:
        length += f' instead of {ablation.own_length:,}'
    seeds = ', '.join(map(str, ablation.seeds))
    return (
        f'## {ablation.path.stem}: {length}, seeds {seeds}\n\n'
        'Means over the seeds (lowest to highest). Difference: from the base, over the seeds that '
        'both have.'
    )


def _value(
    results: Mapping[tuple[str, int], Mapping[str, float]],
    row: str,
    seed: int,
    title: str,
    metric: str,
) -> float:
    metrics = results[row, seed]
    if metric not in metrics:
        raise ValueError(
            f'ablation.columns.{title}: {row}, seed {seed} has no metric {metric!r}, but '
            f'{", ".join(metrics)}'
        )
    return metrics[metric]


def _spread(values: list[float]) -> str:
    if not values:
        return MISSING
    mean = f'{fmean(values):.{DIGITS}f}'
    if len(values) == 1:
        return mean
    return f'{mean} ({min(values):.{DIGITS}f} to {max(values):.{DIGITS}f})'


def _difference(values: Mapping[int, float], base: Mapping[int, float]) -> str:
    if not base:
        return MISSING
    return f'{fmean(values[seed] - base[seed] for seed in base):+.{DIGITS}f}'
