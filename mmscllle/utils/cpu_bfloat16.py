"""Whether a CPU computes in bfloat16 faster than in float32, and what is done where it does not.

Without instructions for it (AVX2 alone, most servers before 2021) oneDNN's bfloat16 is some ten
times slower than float32.
"""

from __future__ import annotations

import logging
import re
from functools import cache
from pathlib import Path

import torch
from mmengine.logging import print_log

# x86: AVX-512 BF16 and AMX; ARM: bf16.
INSTRUCTIONS = {'avx512_bf16', 'amx_bf16', 'bf16'}
FLAGS = re.compile(r'^(?:flags|Features)\s*:(.*)$', re.MULTILINE)


@cache
def has_fast_bfloat16() -> bool:
    """Whether the CPU has instructions for bfloat16, by torch or else by ``/proc/cpuinfo``."""
    if hasattr(torch.cpu, 'get_capabilities'):
        found = torch.cpu.get_capabilities()
        flags = {name for name, there in found.items() if there is True}
    else:
        flags = _linux_flags(Path('/proc/cpuinfo'))
    return bool(INSTRUCTIONS & flags)


def usable_dtype(device: torch.device | str, dtype: torch.dtype) -> torch.dtype:
    """The type that a network is run in.

    Args:
        device: Where it runs.
        dtype: What was asked for.

    Returns:
        ``dtype``; float32 for bfloat16 on a CPU without instructions for it, which is logged once.
    """
    if dtype != torch.bfloat16 or torch.device(device).type != 'cpu' or has_fast_bfloat16():
        return dtype
    _say_once()
    return torch.float32


def _linux_flags(cpuinfo: Path) -> set[str]:
    try:
        found = FLAGS.search(cpuinfo.read_text())
    # Of another system.
    except OSError:
        return set()
    return set(found[1].split()) if found else set()


@cache
def _say_once() -> None:
    print_log(
        'this CPU has no instructions for bfloat16, which would be some ten times slower '
        'than float32: float32 is used',
        'current',
        logging.WARNING,
    )
