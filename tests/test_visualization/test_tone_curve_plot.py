from __future__ import annotations

import numpy as np
import pytest
import torch

from mmscllle.visualization.tone_curve_plot import tone_curve_plot


def line(plot: np.ndarray, channel: int) -> np.ndarray:
    """Rows and columns of the pixels where one channel is far ahead of the others."""
    others = [index for index in range(3) if index != channel]
    ahead = plot[..., channel].astype(int) - plot[..., others].max(axis=2)
    # The legend lies below the curves.
    return np.argwhere(ahead[:380] > 60)


def test_channels_and_direction():
    # Red is brightened a lot, green a little, blue is darkened.
    curves = torch.tensor([-0.3, -0.1, 0.2] * 8)[:, None, None].expand(24, 4, 5)
    plot = tone_curve_plot(curves)
    assert plot.shape == (480, 480, 3) and plot.dtype == np.uint8
    middle = [np.median(rows[(rows[:, 1] > 200) & (rows[:, 1] < 260), 0])
              for rows in (line(plot, channel) for channel in range(3))]
    assert middle[0] < middle[1] - 20 < middle[2] - 60


def test_no_curves_are_the_diagonal():
    plot = tone_curve_plot(torch.zeros(24, 4, 5))
    rows, columns = line(plot, 2).T
    axes = np.polyfit(columns, rows, 1)
    assert axes[0] == pytest.approx(-1, abs=0.05)


def test_spread_of_the_pixels_is_shaded():
    curves = torch.linspace(-1, 0, 100).reshape(1, 10, 10).expand(24, 10, 10)
    narrow = tone_curve_plot(curves.mean(dim=(1, 2), keepdim=True))
    assert (tone_curve_plot(curves) < 250).sum() > 1.5 * (narrow < 250).sum()


@pytest.mark.parametrize('shape', [(1, 1), (1, 4097), (300, 200)])
def test_sizes(shape):
    assert tone_curve_plot(torch.full((24, *shape), -0.5)).shape == (480, 480, 3)


@pytest.mark.parametrize('shape', [(24, 4), (23, 4, 4), (1, 24, 4, 4)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r'curves must be of shape \(3 \* iterations, H, W\), got'):
        tone_curve_plot(torch.zeros(shape))
