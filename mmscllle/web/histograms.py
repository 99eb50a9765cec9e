"""The histograms of a picture before and after, as one plot."""

from __future__ import annotations

import numpy as np

CHANNELS = (('red', 'tab:red'), ('green', 'tab:green'), ('blue', 'tab:blue'))


def histogram_plot(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Plot the share of the pixels over their value, by channel.

    Args:
        before: uint8 RGB (H, W, 3).
        after: The enhanced picture.

    Returns:
        uint8 RGB array (480, 480, 3).
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.8, 4.8), dpi=100)
    canvas = FigureCanvasAgg(figure)
    plots = figure.subplots(2, 1, sharex=True, sharey=True)
    for axes, picture, title in zip(plots, (before, after), ('before', 'after'), strict=True):
        for channel, (name, colour) in enumerate(CHANNELS):
            counts = np.bincount(picture[..., channel].ravel(), minlength=256)
            # Of four values each: fast modes of 8-bit pictures leave gaps between single ones.
            share = 100 * counts.reshape(64, 4).sum(axis=1) / counts.sum()
            axes.stairs(share, np.arange(65) / 64, color=colour, label=name)
        axes.set(title=title, xlim=(0, 1), ylim=(0, None), ylabel='% of the pixels')
    plots[0].legend(loc='upper right')
    plots[1].set_xlabel('value')
    figure.subplots_adjust(left=0.12, right=0.96, bottom=0.1, top=0.93, hspace=0.22)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
