"""White balance by the grey world."""

from __future__ import annotations

from torch import Tensor

# The largest factor on a channel, and the smallest is its inverse: a channel with hardly any light
# is not to become noise.
MOST_GAIN = 2.0
# Added to the mean of each channel: a black picture has no cast.
DARKEST = 1e-3


def grey_world_gains(image: Tensor, amount: Tensor) -> Tensor:
    r"""Factors that give the channels of a picture one mean, or come part of the way.

    .. math:: g_c = \left(\frac{\bar m}{m_c}\right)^a

    with the mean :math:`m_c` of channel c, the mean :math:`\bar m` of these and the amount a
    (Buchsbaum, *A spatial processor model for object colour perception*, Journal of the Franklin
    Institute 1980).  The factors are on encoded values: a factor on linear light is one on its
    power, too.

    Args:
        image: RGB in [0, 1], (N, 3, H, W); its means serve as well, (N, 3, 1, 1).
        amount: a, from 0 for nothing to 1, (N, 1, 1, 1).

    Returns:
        In [0.5, 2], (N, 3, 1, 1).
    """
    means = image.mean(dim=(2, 3), keepdim=True) + DARKEST
    gains = (means.mean(dim=1, keepdim=True) / means).pow(amount)
    return gains.clamp(1 / MOST_GAIN, MOST_GAIN)
