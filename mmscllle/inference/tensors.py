"""Pixels of photographs as the network's tensors and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

# Of grey, ITU-R BT.601, as Pillow and OpenCV weigh it.
LUMA = (0.299, 0.587, 0.114)


def frames_to_tensor(frames: Sequence[np.ndarray], device: torch.device | str) -> Tensor:
    """Make a batch of frames of one size.

    Args:
        frames: (H, W, C) each, uint8, uint16 or floating point in [0, 1]; grey becomes RGB, alpha
            is left out.
        device: Where the batch lies.

    Returns:
        RGB in [0, 1], float32, (N, 3, H, W).
    """
    return torch.cat([_to_tensor(frame, device) for frame in frames])


def _to_tensor(frame: np.ndarray, device: torch.device | str) -> Tensor:
    colours = frame[..., :3] if frame.shape[2] > 2 else frame[..., :1]
    if colours.dtype == np.uint16:
        # torch before 2.3 knows no uint16.
        colours = colours.astype(np.int32)
    tensor = torch.from_numpy(np.ascontiguousarray(colours)).to(device)
    # Planes at once: three times as fast as conversion and copy one after the other.
    tensor = (
        tensor.permute(2, 0, 1)[None]
        .to(torch.float32, memory_format=torch.contiguous_format, copy=True)
        .div_(_white(frame.dtype))
    )
    return tensor.expand(1, 3, *frame.shape[:2])


def tensor_to_frame(enhanced: Tensor, frame: np.ndarray) -> np.ndarray:
    """Turn an enhanced image into what its input was.

    Grey stays grey: the luma of the enhanced colours, since the curves of the three channels
    differ and would tint it.

    Args:
        enhanced: RGB in [0, 1], (3, H, W).
        frame: The input, (H, W, C), which gives type and alpha.

    Returns:
        An array of the shape and the type of ``frame``.
    """
    if frame.shape[2] < 3:
        weights = torch.tensor(LUMA, device=enhanced.device)
        enhanced = (enhanced * weights[:, None, None]).sum(dim=0, keepdim=True)
    if not np.issubdtype(frame.dtype, np.floating):
        enhanced = (enhanced * _white(frame.dtype)).round_()
        enhanced = enhanced.to(torch.uint8 if frame.dtype == np.uint8 else torch.int32)
    pixels = enhanced.permute(1, 2, 0).cpu().numpy().astype(frame.dtype, copy=False)
    if frame.shape[2] in (2, 4):
        pixels = np.concatenate([pixels, frame[..., -1:]], axis=2)
    return np.ascontiguousarray(pixels)


def _white(dtype: np.dtype) -> int:
    return 1 if np.issubdtype(dtype, np.floating) else np.iinfo(dtype).max
