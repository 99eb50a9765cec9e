"""The tone curves that an enhancer applies, as a picture."""
from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

# Enough pixels for the spread, whatever the size of the image.
SAMPLES = 4096
LEVELS = 128
CHANNELS = (('red', 'tab:red'), ('green', 'tab:green'), ('blue', 'tab:blue'))


def tone_curve_plot(curves: Tensor) -> np.ndarray:
    """Plot output over input brightness: median and 10 % to 90 % of the pixels, by channel.

    Args:
        curves: Curve parameters of one image, (3 * iterations, H, W).

    Returns:
        uint8 RGB array (480, 480, 3).

    Raises:
        ValueError: If the number of channels is no multiple of 3.
    """
    if curves.dim() != 3 or curves.shape[0] % 3:
        raise ValueError('curves must be of shape (3 * iterations, H, W), '
                         f'got {tuple(curves.shape)}')
    # matplotlib comes with MMEngine; figures without pyplot leave its global state alone.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    parameters = curves.detach().float().cpu().flatten(1)
    parameters = parameters[:, ::-(-parameters.shape[1] // SAMPLES)]
    # (3 * iterations, pixels) -> (iterations, 3, 1, pixels), beside levels (LEVELS, 1).
    parameters = parameters.unflatten(0, (-1, 3))[:, :, None]
    levels = torch.linspace(0, 1, LEVELS)[:, None]
    result = levels.expand(3, LEVELS, parameters.shape[-1])
    for parameter in parameters:
        result = result + parameter * (result * result - result)
    low, middle, high = torch.quantile(result, torch.tensor([0.1, 0.5, 0.9]), dim=-1).numpy()

    figure = Figure(figsize=(4.8, 4.8), dpi=100, layout='constrained')
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color='0.7', linestyle='--', linewidth=1)
    x = levels[:, 0].numpy()
    for index, (name, colour) in enumerate(CHANNELS):
        axes.fill_between(x, low[index], high[index], color=colour, alpha=0.2, linewidth=0)
        axes.plot(x, middle[index], color=colour, label=name)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel='input', ylabel='enhanced', aspect='equal')
    axes.legend(loc='lower right')
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
