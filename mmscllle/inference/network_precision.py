"""The precision that a network is run in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from mmscllle.utils.shared_settings import SharedSettings

# Within it torch does not round what it convolves in float32 on a GPU to 10 bits.
full_float32 = SharedSettings((torch.backends.cudnn, 'allow_tf32', False))


@contextmanager
def network_precision(device: torch.device, dtype: torch.dtype) -> Iterator[None]:
    """Within it convolutions and matrix multiplications of a float32 network run in ``dtype``.

    Args:
        device: Where the network is.
        dtype: ``torch.float32`` for all of it in float32, to the last bit.
    """
    # Torch 1.13 refuses to be told of float32 on a CPU, even where autocast is off.
    lower = None if dtype == torch.float32 else dtype
    with full_float32, torch.autocast(device.type, lower, enabled=lower is not None):
        yield
