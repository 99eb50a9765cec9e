"""The benchmark's table as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def draw_plot(rows: Sequence[dict], machine: str, path: Path) -> None:
    """Draw speed and peak memory, a group of bars for each size, batch and device.

    Args:
        rows: See :func:`.table.make_row`.
        machine: What they ran on, the caption.
        path: The PNG file.
    """
    rows = [row for row in rows if 'ms' in row]
    figure = Figure(figsize=(12, 5), layout='constrained')
    speed, memory = figure.subplots(1, 2)
    _bars(speed, rows, 'images_per_s', 'images/s', '{:.3g}')
    speed.set_yscale('log')
    _bars(memory, rows, 'memory_mib', 'peak memory, MiB', '{:.0f}')
    handles, labels = speed.get_legend_handles_labels()
    figure.legend(handles, labels, loc='outside upper center', ncols=4, frameon=False)
    figure.supxlabel(machine, fontsize=8)
    FigureCanvasAgg(figure).print_png(str(path))


def _bars(axes: Axes, rows: Sequence[dict], key: str, label: str, number: str) -> None:
    groups = list(dict.fromkeys(_group(row) for row in rows))
    kinds = list(dict.fromkeys(_kind(row) for row in rows))
    width = 0.8 / max(len(kinds), 1)
    for index, kind in enumerate(kinds):
        chosen = [row for row in rows if _kind(row) == kind and row[key] is not None]
        places = [groups.index(_group(row)) + (index + 0.5) * width - 0.4 for row in chosen]
        bars = axes.bar(places, [row[key] for row in chosen], width, label=kind)
        axes.bar_label(
            bars, [number.format(row[key]) for row in chosen], fontsize=6, rotation=90, padding=2
        )
    axes.margins(y=0.15)
    axes.set_xticks(range(len(groups)), groups)
    axes.set_ylabel(label)
    axes.spines[['top', 'right']].set_visible(False)


def _group(row: dict) -> str:
    return f'{row["size"]}\nbatch {row["batch"]}, {row["device"]}'


def _kind(row: dict) -> str:
    return f'{row["model"]}, {row["mode"]}, {row["precision"]}'
