"""The machine in words."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

import torch

CPU_INFO = Path('/proc/cpuinfo')


def describe_machine(devices: Sequence[str], threads: int) -> str:
    """Name the processors that are used, their load by others, and the versions."""
    parts = []
    for device in devices:
        if device == 'cpu':
            parts.append(
                f'{_cpu_name()}, {threads} thread{"s" * (threads > 1)} of '
                f'{os.cpu_count()}, load average {os.getloadavg()[0]:.1f} at the start'
            )
        else:
            parts.append(torch.cuda.get_device_name(device))
    return '; '.join([*parts, f'Python {platform.python_version()}, torch {torch.__version__}'])


def _cpu_name() -> str:
    text = CPU_INFO.read_text() if CPU_INFO.is_file() else ''
    found = re.search(r'^model name\s*: (.+)$', text, re.MULTILINE)
    return found.group(1).strip() if found else platform.processor() or platform.machine()
