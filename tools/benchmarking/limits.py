"""What the machine itself can do: rate of matrix multiplications and memory bandwidth."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch.nn import functional

from mmscllle.inference import PRECISIONS

# Side of the matrices and bytes that are copied: beyond the caches, yet a matter of seconds.
SIDE = dict(cpu=2048, cuda=8192)
COPIED = dict(cpu=2**28, cuda=2**31)
# Seconds after which a repetition is no longer begun: some releases of torch have no fast kernel
# for a product, which is then not the one that counts.
ENOUGH = 3.0


def synchronizer(device: str) -> Callable[[], None]:
    """What waits for the device to have finished; nothing on a CPU."""
    return torch.cuda.synchronize if torch.device(device).type == 'cuda' else lambda: None


def matrix_rate(device: str, precision: str, repetitions: int = 7) -> float:
    """Floating-point operations a second in the multiplication of two large matrices.

    On a CPU torch has two libraries for it, MKL behind ``mm`` and oneDNN behind convolutions, of
    which MKL reaches half of oneDNN's rate in float32 on AMD's processors: the faster one counts.

    Args:
        device: ``'cpu'`` or ``'cuda'``.
        precision: Name of the type.
        repetitions: Of which the fastest counts.

    Returns:
        The rate.
    """
    side = SIDE[torch.device(device).type]
    left, right = (
        torch.rand(side, side, device=device).to(PRECISIONS[precision]) for _ in range(2)
    )
    result = torch.empty_like(left)
    seconds = [_fastest(lambda: torch.mm(left, right, out=result), device, repetitions)]
    if torch.device(device).type == 'cpu':
        # The same product: a row of `left` is a pixel, a column of `right` a filter.
        image = left.view(1, 1, side, side).permute(0, 3, 1, 2)
        filters = right.t().contiguous()[:, :, None, None]
        seconds.append(_fastest(lambda: functional.conv2d(image, filters), device, repetitions))
    return 2 * side**3 / min(seconds)


def memory_bandwidth(device: str, repetitions: int = 7) -> float:
    """Bytes a second that are read and written together in copying a large block of memory.

    Args:
        device: ``'cpu'`` or ``'cuda'``.
        repetitions: Of which the fastest counts.

    Returns:
        The rate.
    """
    size = COPIED[torch.device(device).type]
    source = torch.ones(size, dtype=torch.uint8, device=device)
    target = torch.zeros_like(source)
    return 2 * size / _fastest(lambda: target.copy_(source), device, repetitions)


def _fastest(work: Callable[[], object], device: str, repetitions: int) -> float:
    """The shortest time of the repetitions, in seconds; the first call warms up."""
    synchronize = synchronizer(device)
    times: list[float] = []
    while len(times) <= repetitions and sum(times) < ENOUGH:
        start = time.perf_counter()
        work()
        synchronize()
        times.append(time.perf_counter() - start)
    return min(times)
