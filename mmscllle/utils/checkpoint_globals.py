"""The names that a checkpoint file may ask for: what MMEngine's runner writes, and no more.

A checkpoint is a pickle, which names the functions and classes that rebuild its content.  Beside
tensors and Python's own types the runner writes NumPy numbers and arrays, counters of learning
rate schedules, and the histories of what it has logged.
"""

from __future__ import annotations

import pickle
from codecs import encode
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
from mmengine.logging import HistoryBuffer

# Booleans, integers, floating-point and complex numbers, bytes and text: no objects, no records.
_KINDS = 'biufcSU'
_STATISTICS = ('min', 'max', 'current', 'mean')


def _data_type(name: str, *flags: bool) -> np.dtype:
    dtype = np.dtype(name, *flags)
    if dtype.kind not in _KINDS:
        raise pickle.UnpicklingError(f'NumPy arrays of the type {name!r} are no part of it')
    return dtype


def _statistic(owner: type, name: str) -> object:
    """Stand in for ``getattr``, by which a history names its four statistics, and no more."""
    if owner is not HistoryBuffer or name not in _STATISTICS:
        raise pickle.UnpicklingError(f'getattr({owner!r}, {name!r}) is no part of it')
    return getattr(owner, name)


def _allowed_globals() -> dict[str, Callable]:
    allowed: dict[str, Callable] = {
        '_codecs.encode': encode,
        'collections.Counter': Counter,
        'collections.OrderedDict': OrderedDict,
        'numpy.dtype': _data_type,
        'numpy.ndarray': np.ndarray,
        'mmengine.logging.history_buffer.HistoryBuffer': HistoryBuffer,
    }
    for builtins in ('builtins', '__builtin__'):
        allowed.update(
            {f'{builtins}.{kind.__name__}': kind for kind in (bytearray, complex, set, slice)}
        )
        allowed[f'{builtins}.getattr'] = _statistic
    # The module's name before and since NumPy 2, whichever wrote the file.
    restores: tuple[Any, ...] = (np.zeros(0).__reduce__()[0], np.float64(0).__reduce__()[0])
    for restore in restores:
        for core in ('core', '_core'):
            allowed[f'numpy.{core}.multiarray.{restore.__name__}'] = restore
    # A file does not name these, but torch asks for the types whose state it sets.
    for code in '?bhilqBHILQefdgFDGSU':
        kind = type(np.dtype(code))
        allowed[f'{kind.__module__}.{kind.__qualname__}'] = kind
    return allowed


ALLOWED_GLOBALS = _allowed_globals()
