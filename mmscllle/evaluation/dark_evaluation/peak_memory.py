"""Peak memory since a moment: of the GPU, or of the process on a CPU."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import torch

MIB = 1024**2
CLEAR = Path('/proc/self/clear_refs')
STATUS = Path('/proc/self/status')


class PeakMemory:
    """Peak memory since the last :meth:`reset`.

    On a GPU it is what torch has allocated.  On a CPU it is the resident memory of the whole
    process (Python and the libraries included); Linux alone can forget the peak of before.

    Args:
        device: The device that is used.

    Attributes:
        meaning: What is measured, in words.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.meaning = 'allocated by torch on the GPU'
        if device.type != 'cuda':
            self.meaning = (
                'resident memory of the process'
                if self._forget()
                else 'resident memory of the process since its start'
            )

    def reset(self) -> None:
        """Forget the peak so far, where that is possible."""
        gc.collect()
        if self.device.type == 'cuda':
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats(self.device)
        else:
            self._forget()

    def read(self) -> float | None:
        """The peak in MiB; None where the system does not tell."""
        if self.device.type == 'cuda':
            return torch.cuda.max_memory_allocated(self.device) / MIB
        if STATUS.is_file():
            peak = re.search(r'VmHWM:\s+(\d+) kB', STATUS.read_text())
            if peak:
                return int(peak.group(1)) / 1024
        return None

    @staticmethod
    def _forget() -> bool:
        try:
            # 5: set the peak resident size to the present one (man 5 proc).
            CLEAR.write_text('5')
        except OSError:
            return False
        return True
