"""Give memory back to the system when visitors have left."""

from __future__ import annotations

import ctypes
import gc


def give_back_memory() -> None:
    """Collect what refers to itself, plots above all, and return free memory to the system.

    The C library keeps what many threads have freed for each of them; only glibc can be told to
    give it back.
    """
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        pass
