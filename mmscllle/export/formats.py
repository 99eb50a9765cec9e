"""Write a network to a file of another format, and read it back as a function."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .image_to_image import ImageToImage

# Written by torch 1.13 and all later ones; looking up a grid between its cells came with 16.
OPSET = 16
INPUT, OUTPUT = 'image', 'enhanced'


def write_onnx(network: ImageToImage, path: Path, example: Tensor) -> None:
    """Write an ONNX file with input ``image`` and output ``enhanced``, both (N, 3, H, W).

    Args:
        network: What is written.
        path: The file.
        example: Images of an ordinary size.
    """
    options: dict[str, Any] = {}
    if 'dynamo' in inspect.signature(torch.onnx.export).parameters:
        # The exporter by torch.export ties the fast mode to the sizes that are multiples of
        # `downsample`, or to those that are none, whichever the example is.
        options = dict(dynamo=False)
    sizes = {0: 'batch', 2: 'height', 3: 'width'}
    with _without_tracer_warnings():
        torch.onnx.export(
            network,
            (example,),
            str(path),
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: sizes, OUTPUT: sizes},
            opset_version=OPSET,
            **options,
        )


def read_onnx(path: Path) -> Callable[[Tensor], Tensor]:
    """Open an ONNX file in onnxruntime, on the CPU."""
    import onnx
    import onnxruntime

    onnx.checker.check_model(str(path), full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])

    def run(image: Tensor) -> Tensor:
        (enhanced,) = session.run([OUTPUT], {INPUT: image.numpy()})
        return torch.from_numpy(np.asarray(enhanced))

    return run


def write_torchscript(network: ImageToImage, path: Path, example: Tensor) -> None:
    """Write a TorchScript file.

    Args:
        network: What is written.
        path: The file.
        example: Images of an ordinary size.
    """
    with _without_tracer_warnings():
        torch.jit.save(torch.jit.trace(network, example), str(path))


def read_torchscript(path: Path) -> Callable[[Tensor], Tensor]:
    """Open a TorchScript file."""
    with _without_tracer_warnings():
        return torch.jit.load(str(path))


@contextmanager
def _without_tracer_warnings() -> Iterator[None]:
    """Silence what torch says of tracing: that it is old, and that sizes may become constants.

    The checks of an input's size are constants indeed; that the rest is not is tested on images
    of other sizes when the file is read back.
    """
    with warnings.catch_warnings():
        for category in (torch.jit.TracerWarning, DeprecationWarning):
            warnings.simplefilter('ignore', category)
        yield
