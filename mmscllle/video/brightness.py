"""Keep the brightness of an enhanced video from flickering."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from torch import Tensor

from .scene_cut import is_scene_cut

# By how much the strength of a frame may be changed.
FACTORS = np.linspace(2 / 3, 3 / 2, 9)
# Of the pixels, so many at either end do not count: a lamp that is switched on is no flicker.
TRIMMED = 0.1
# Where even the whole range of factors changes less, there is nothing to steer by.
MIN_RANGE = 1e-3


class BrightnessStabilizer:
    r"""Chooses how strongly each frame of a video is enhanced, so that brightness does not flicker.

    What most pixels of the enhanced picture have in common in their change from frame to frame,
    :math:`d_t`, is taken for flicker as far as it is fast: the frame is enhanced more or less
    strongly, by the one factor with which the sum of these changes follows its own exponential
    moving average,

    .. math:: c_t = e^{-\Delta t / \tau} (c_{t-1} - d_t)

    with :math:`c_t` the brightness to be added to what the plain strength gives.  A scene cut
    starts anew, with the factor 1.

    Smoothing the curves themselves does harm: the network makes up for some of the flicker of
    its input, curves of the past do not, and variance between frames grew 1.4 to 3 times; at
    full or reduced size they also leave ghosts behind moving things.  One factor keeps each
    frame's own curves.

    Args:
        time_constant: :math:`\tau`, in seconds.  Changes that are slower pass; 0: all do.
        strength: What the frames are enhanced with on average, see
            :class:`mmscllle.inference.Engine`.

    Raises:
        ValueError: If ``time_constant`` or ``strength`` is negative.
    """

    def __init__(self, time_constant: float = 0.5, strength: float = 1.0) -> None:
        for name, value in (('time_constant', time_constant), ('strength', strength)):
            if not value >= 0:
                raise ValueError(f'{name} must not be negative, got {value}')
        self.time_constant = time_constant
        self.strength = strength
        self._last: np.ndarray | None = None
        self._seconds: Fraction | float = 0
        self._correction = 0.0

    def __call__(self, enhance: Callable[[float], Tensor], seconds: Fraction | float) -> float:
        """Choose the strength for the next frame.

        Args:
            enhance: Enhances a reduced copy of the frame at a given strength,
                :meth:`mmscllle.inference.Engine.prepare`.
            seconds: When the frame is shown.

        Returns:
            The strength to enhance it with.
        """
        if not (self.time_constant and self.strength):
            return self.strength
        plain, *candidates = (
            enhance(self.strength * factor)[0].mean(dim=0).cpu().numpy() for factor in (1, *FACTORS)
        )
        last, self._last = self._last, plain
        elapsed, self._seconds = max(seconds - self._seconds, 0), seconds
        if last is None or is_scene_cut(last, plain):
            self._correction = 0.0
            return self.strength
        decay = math.exp(-float(elapsed) / self.time_constant)
        wanted = decay * (self._correction - common_change(last, plain))
        reachable = np.array([common_change(plain, other) for other in candidates])
        return self.strength * self._steer(wanted, reachable)

    def _steer(self, wanted: float, reachable: np.ndarray) -> float:
        """The factor that changes brightness by ``wanted``, or as nearly as is possible."""
        # Over-exposed pictures become darker with more strength.
        order = np.argsort(reachable)
        reachable = reachable[order]
        if reachable[-1] - reachable[0] < MIN_RANGE:
            self._correction = 0.0
            return 1.0
        self._correction = float(np.clip(wanted, reachable[0], reachable[-1]))
        return float(np.interp(self._correction, reachable, FACTORS[order]))


def common_change(before: np.ndarray, after: np.ndarray) -> float:
    """The change of brightness that pixels share: its mean without the outermost ones.

    Args:
        before: Brightness of a picture, (H, W).
        after: Of another one of this size.

    Returns:
        The change from ``before`` to ``after``.
    """
    change = np.sort(after - before, axis=None)
    cut = int(TRIMMED * change.size)
    return float(change[cut : change.size - cut].mean())
