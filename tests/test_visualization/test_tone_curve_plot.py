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


LEVELS = torch.linspace(0, 1, 50)


def bent(*amounts: float) -> torch.Tensor:
    """Curves of red, green and blue that are bent by ``amounts``, of one pixel."""
    return LEVELS[:, None] + torch.tensor(amounts)[:, None, None] * (LEVELS * (1 - LEVELS))[:, None]


def test_channels_and_direction():
    # Red is brightened a lot, green a little, blue is darkened.
    plot = tone_curve_plot(LEVELS, bent(0.9, 0.4, -0.8))
    assert plot.shape == (480, 480, 3) and plot.dtype == np.uint8
    middle = [
        np.median(rows[(rows[:, 1] > 200) & (rows[:, 1] < 260), 0])
        for rows in (line(plot, channel) for channel in range(3))
    ]
    assert middle[0] < middle[1] - 20 < middle[2] - 60


def test_no_curves_are_the_diagonal():
    rows, columns = line(tone_curve_plot(LEVELS, bent(0, 0, 0)), 2).T
    axes = np.polyfit(columns, rows, 1)
    assert axes[0] == pytest.approx(-1, abs=0.05)


def test_levels_need_not_be_even():
    levels = LEVELS**3
    rows, columns = line(tone_curve_plot(levels, levels.view(1, -1, 1).expand(3, -1, 1)), 2).T
    assert np.polyfit(columns, rows, 1)[0] == pytest.approx(-1, abs=0.05)


def test_spread_of_the_pixels_is_shaded():
    pixels = torch.cat([bent(amount, amount, amount) for amount in LEVELS.tolist()], dim=2)
    narrow = tone_curve_plot(LEVELS, pixels.mean(dim=2, keepdim=True))
    assert (tone_curve_plot(LEVELS, pixels) < 250).sum() > 1.5 * (narrow < 250).sum()


@pytest.mark.parametrize('pixels', [1, 4097, 20_000])
def test_any_number_of_pixels(pixels):
    results = bent(0.5, 0.5, 0.5)
    expected = tone_curve_plot(LEVELS, results)
    np.testing.assert_array_equal(tone_curve_plot(LEVELS, results.expand(3, 50, pixels)), expected)
