"""Measure one case in this process."""

from __future__ import annotations

import re
import time
from pathlib import Path

import torch
from torch import nn

from mmscllle.evaluation.dark_evaluation.peak_memory import PeakMemory

from .cases import Case, make_enhancer
from .limits import synchronizer

MEMORY_INFO = Path('/proc/meminfo')
WARM_UPS = 2


def measure(case: Case, seconds: float, repetitions: int) -> dict:
    """Time a case and read the peak memory of the process.

    Args:
        case: The case.
        seconds: How long to repeat it, the warm-up not counted.
        repetitions: How often at least.

    Returns:
        ``seconds``, a list with one entry a repetition; ``memory_mib``, the peak of the whole
        process on a CPU, on a GPU what torch has allocated there; ``flops`` and ``moved_bytes``
        of one repetition.

    Raises:
        MemoryError: If the machine has less memory free than the case needs.
    """
    enhancer, synchronize = make_enhancer(case.model), synchronizer(case.device)
    check_memory(case, enhancer)
    memory = PeakMemory(torch.device(case.device))
    enhance = case.build(enhancer)
    image = torch.rand(case.shape).square().to(case.device)
    times: list[float] = []
    for _ in range(WARM_UPS):
        enhance(image)
    synchronize()
    end = time.perf_counter() + seconds
    while len(times) < repetitions or time.perf_counter() < end:
        start = time.perf_counter()
        enhance(image)
        synchronize()
        times.append(time.perf_counter() - start)
    return dict(
        seconds=times,
        memory_mib=memory.read(),
        flops=case.flops(enhancer),
        moved_bytes=case.moved_bytes(),
    )


def check_memory(case: Case, enhancer: nn.Module) -> None:
    """Refuse what would bring the machine to a stop.

    Raises:
        MemoryError: If less memory is free than the case needs.
    """
    if case.device == 'cpu':
        text = MEMORY_INFO.read_text() if MEMORY_INFO.is_file() else ''
        found = re.search(r'MemAvailable:\s+(\d+) kB', text)
        free = int(found.group(1)) * 1024 if found else None
    else:
        free = torch.cuda.mem_get_info()[0]
    needed = case.needed_bytes(enhancer)
    if free is not None and free < needed:
        raise MemoryError(f'needs {needed / 2**30:.1f} GiB, {free / 2**30:.1f} GiB are free')
