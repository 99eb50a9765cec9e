"""Tell a new scene from motion and flicker."""

from __future__ import annotations

import cv2
import numpy as np

# Width and height; coarse enough for a pan by an eighth of the width to look alike.
GRID = (16, 12)
# A smaller change is no cut that anybody would see the brightness follow.
MIN_CHANGE = 0.1
# Frames of one scene stay above it in correlation, and below it in change that is not common to
# all of the picture: pans by 1/8 of the width a frame correlate at 0.5, driving at one frame a
# second differs by at most 0.06; unrelated photographs correlate at 0.05 and differ by 0.17.
MIN_CORRELATION = 0.4
MAX_DIFFERENCE = 0.1


def is_scene_cut(last: np.ndarray, current: np.ndarray) -> bool:
    """Whether a frame shows another scene than the one before.

    The scene stays the same when all of it becomes brighter or darker.

    Args:
        last: Brightness of the frame before, display values in [0, 1], (H, W).
        current: Brightness of the frame, (H, W).

    Returns:
        Whether there was a cut between the two.
    """
    before, after = (
        cv2.resize(image, GRID, interpolation=cv2.INTER_AREA) for image in (last, current)
    )
    change = after - before
    if np.abs(change).mean() < MIN_CHANGE:
        return False
    if np.abs(change - np.median(change)).mean() > MAX_DIFFERENCE:
        return True
    before, after = before - before.mean(), after - after.mean()
    # Pictures without contrast have no correlation: nothing in them is recognised.
    return bool(
        (before * after).sum() <= MIN_CORRELATION * np.sqrt((before**2).sum() * (after**2).sum())
    )
