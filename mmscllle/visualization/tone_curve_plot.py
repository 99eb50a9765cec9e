"""The tone curves that an enhancer applies, as a picture."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

# Enough pixels for the spread, whatever the size of the image.
SAMPLES = 4096
CHANNELS = (('red', 'tab:red'), ('green', 'tab:green'), ('blue', 'tab:blue'))


def tone_curve_plot(levels: Tensor, results: Tensor) -> np.ndarray:
    """Plot output over input brightness: median and 10 % to 90 % of the pixels, by channel.

    Args:
        levels: Input levels in [0, 1], ascending, (L,).
        results: What red, green and blue of these levels become, in [0, 1], by the curves of any
            number of pixels, (3, L, pixels).

    Returns:
        uint8 RGB array (480, 480, 3).
    """
    # matplotlib comes with MMEngine; figures without pyplot leave its global state alone.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    results = results[..., :: -(-results.shape[-1] // SAMPLES)]
    quantiles = torch.quantile(results, torch.tensor([0.1, 0.5, 0.9]), dim=-1)
    low, middle, high = quantiles.numpy()

    figure = Figure(figsize=(4.8, 4.8), dpi=100, layout='constrained')
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color='0.7', linestyle='--', linewidth=1)
    x = levels.numpy()
    for index, (name, colour) in enumerate(CHANNELS):
        axes.fill_between(x, low[index], high[index], color=colour, alpha=0.2, linewidth=0)
        axes.plot(x, middle[index], color=colour, label=name)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel='input', ylabel='enhanced', aspect='equal')
    axes.legend(loc='lower right')
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
