"""Mixed precision that also works on a CPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import torch
from mmengine.device import get_device
from mmengine.optim import OptimWrapper
from torch import nn

from mmscllle.registry import OPTIM_WRAPPERS
from mmscllle.utils.cpu_bfloat16 import usable_dtype


@OPTIM_WRAPPERS.register_module()
class BFloat16OptimWrapper(OptimWrapper):
    """Compute losses in bfloat16 where torch deems it safe; weights and updates stay float32.

    bfloat16 has float32's range, so no loss has to be scaled.  MMEngine's ``AmpOptimWrapper`` does
    the same on a GPU and refuses a CPU, where a processor with AVX-512 BF16 or AMX gains most.
    On a CPU without instructions for bfloat16, all is computed in float32, which is faster there.

    Args:
        **kwargs: Arguments of MMEngine's ``OptimWrapper``.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Compute a training step in mixed precision.

        Args:
            model: The model that is trained.
        """
        device = get_device()
        lower = usable_dtype(device, torch.bfloat16)
        mixed = nullcontext() if lower == torch.float32 else torch.autocast(device, lower)
        with super().optim_context(model), mixed:
            yield
