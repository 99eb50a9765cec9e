"""Make random transforms depend on a number instead of on the process they run in."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def seeded(number: int) -> Iterator[None]:
    """Seed the global generators of Python, NumPy and torch (CPU), and put them back afterwards.

    mmcv's and mmseg's transforms draw from these; whatever runs inside the block depends on
    ``number`` alone.

    Args:
        number: Any non-negative integer.
    """
    states = random.getstate(), np.random.get_state()
    words = np.random.SeedSequence(number).generate_state(4)
    with torch.random.fork_rng(devices=[]):
        random.seed(words.tobytes())
        np.random.seed(words)
        # torch.manual_seed would also seed the devices, which the model draws from.
        torch.default_generator.manual_seed(int(words[0]))
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])
