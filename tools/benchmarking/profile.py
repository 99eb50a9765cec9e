"""What limits a case: where its time goes."""

from __future__ import annotations

import time

import torch
from torch.autograd.profiler_util import FunctionEventAvg
from torch.profiler import ProfilerActivity, profile

from .cases import Case, make_enhancer
from .limits import synchronizer
from .measurement import WARM_UPS, check_memory

CALLS = 3
# Which operators or GPU kernels are of a kind, by parts of their names; the first that fits.
KINDS = {
    'convolution': ('conv', 'xmma', 'implicit_gemm', 'cutlass', 'winograd'),
    'copying': ('cat', 'copy', 'clone', 'contiguous', 'fill', 'zero', 'mem'),
    'resizing': ('upsample', 'interpolate', 'avg_pool'),
}
OTHER = 'pointwise and other operators'
OUTSIDE = 'outside operators'


def profile_case(case: Case) -> dict:
    """Profile some calls of a case.

    Args:
        case: The case.

    Returns:
        ``ms``, the time of one call; ``shares``, the share of it by kind, in per cent;
        ``operators``, the ten that take most, with their ms a call.  On a GPU these are kernels,
        and the share outside of them is the time in which it waits for the CPU.

    Raises:
        MemoryError: If the machine has less memory free than the case needs.
    """
    enhancer = make_enhancer(case.model)
    check_memory(case, enhancer)
    on_gpu = case.device != 'cpu'
    synchronize = synchronizer(case.device)
    enhance = case.build(enhancer)
    image = torch.rand(case.shape).square().to(case.device)
    for _ in range(WARM_UPS):
        enhance(image)
    synchronize()
    activities = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * on_gpu
    with profile(activities=activities) as profiler:
        start = time.perf_counter()
        for _ in range(CALLS):
            enhance(image)
        synchronize()
        total = (time.perf_counter() - start) / CALLS * 1e3
    times = {event.key: _milliseconds(event, on_gpu) for event in profiler.key_averages()}
    # The profiler's own clock adds to short operators: together they may exceed the whole.
    whole = max(total, sum(times.values()))
    shares = dict.fromkeys((*KINDS, OTHER), 0.0)
    for name, spent in times.items():
        shares[_kind(name)] += 100 * spent / whole
    shares[OUTSIDE] = max(0.0, 100 - sum(shares.values()))
    most = sorted(times, key=times.__getitem__, reverse=True)[:10]
    return dict(ms=total, shares=shares, operators={name: times[name] for name in most})


def describe(result: dict, matrix_rate: float, flops: float) -> str:
    """Say in one sentence what limits a case.

    Args:
        result: What :func:`profile_case` returned.
        matrix_rate: Operations a second of the machine in matrix multiplication.
        flops: Operations in the convolutions of one call.

    Returns:
        The sentence.
    """
    limit, share = max(result['shares'].items(), key=lambda item: item[1])
    text = f'{share:.0f} % of the time is {limit}'
    if limit == 'convolution':
        rate = flops / (result['ms'] * 1e-3 * share / 100)
        text += f', at {100 * rate / matrix_rate:.0f} % of the rate of matrix multiplication'
    return text


def _kind(name: str) -> str:
    for kind, parts in KINDS.items():
        if any(part in name.lower() for part in parts):
            return kind
    return OTHER


def _milliseconds(event: FunctionEventAvg, on_gpu: bool) -> float:
    if not on_gpu:
        return event.self_cpu_time_total / CALLS / 1e3
    # `cuda` was renamed to `device` in torch 2.4.
    total = getattr(event, 'self_device_time_total', None)
    return (event.self_cuda_time_total if total is None else total) / CALLS / 1e3
