"""Export an enhancer and check what was written."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from mmscllle.fileio.atomic import atomic_path

from .formats import read_onnx, read_torchscript, write_onnx, write_torchscript
from .image_to_image import ImageToImage

# Images that the exported file is tested on: its results must not depend on the example's size.
SHAPES = ((1, 3, 1, 1), (2, 3, 65, 97), (3, 3, 64, 96), (1, 3, 7, 200), (1, 3, 240, 320))
EXAMPLE_SHAPE = (2, 3, 66, 98)
TOLERANCE = 1e-4


class Format(NamedTuple):
    """A file format.

    Attributes:
        name: In words.
        write: Writes a network.
        read: Opens what was written.
        needs: Modules beyond torch that are needed for it.
    """

    name: str
    write: Callable[[ImageToImage, Path, Tensor], None]
    read: Callable[[Path], Callable[[Tensor], Tensor]]
    needs: tuple[str, ...] = ()


FORMATS = {
    '.onnx': Format('ONNX', write_onnx, read_onnx, needs=('onnx', 'onnxruntime')),
    '.pt': Format('TorchScript', write_torchscript, read_torchscript),
}


def checked_format(path: Path, overwrite: bool) -> Format:
    """The format of a file that is going to be written.

    Args:
        path: The file.
        overwrite: Whether a file of that name is replaced.

    Returns:
        The format.

    Raises:
        FileExistsError: If there is such a file and ``overwrite`` is False.
        ImportError: If a library for the format is not installed.
        ValueError: If the suffix is none of :data:`FORMATS`.
    """
    if path.suffix not in FORMATS:
        known = ' or '.join(f'{suffix} ({kind.name})' for suffix, kind in FORMATS.items())
        raise ValueError(f'the suffix decides on the format: {known}; got {str(path)!r}')
    kind = FORMATS[path.suffix]
    if path.exists() and not overwrite:
        raise FileExistsError(f'{str(path)!r} exists; choose another name or allow overwriting')
    missing = [name for name in kind.needs if importlib.util.find_spec(name) is None]
    if missing:
        raise ImportError(
            f"{kind.name} needs {' and '.join(missing)}: pip install 'mmscllle[export]'"
        )
    return kind


def export_enhancer(
    enhancer: nn.Module, path: str | Path, fast: bool = False, overwrite: bool = False
) -> float:
    """Export an enhancer, open the file and compare its results with the enhancer's.

    The file takes RGB images in [0, 1], float32, (N, 3, H, W), of any number and size, and gives
    enhanced ones.  It appears under its name only if it has passed the comparison.

    Args:
        enhancer: The network.
        path: The file; its suffix decides on the format, see :data:`FORMATS`.
        fast: Take the enhancer's fast mode.
        overwrite: Whether a file of that name is replaced.

    Returns:
        The largest difference between a value of the file's results and the enhancer's, at most
        1e-4.

    Raises:
        FileExistsError, ImportError, ValueError: See :func:`checked_format`.
        ValueError: If the results differ by more.
    """
    path = Path(path)
    kind = checked_format(path, overwrite)
    network = ImageToImage(enhancer, fast)
    with torch.random.fork_rng(devices=[]), atomic_path(path) as draft:
        torch.manual_seed(0)
        kind.write(network, draft, torch.rand(EXAMPLE_SHAPE))
        difference = _largest_difference(network, kind.read(draft))
        if not difference <= TOLERANCE:
            raise ValueError(
                f'{kind.name}: the results of the exported network differ from those '
                f'of the enhancer by {difference:.1e}, more than {TOLERANCE:.0e}'
            )
    return difference


@torch.no_grad()
def _largest_difference(network: ImageToImage, exported: Callable[[Tensor], Tensor]) -> float:
    differences = []
    for shape in SHAPES:
        # Dark images, as they will come: of a mean of 1/9.
        image = torch.rand(shape).pow(8)
        expected, found = network(image), exported(image)
        if found.shape != expected.shape:
            raise ValueError(
                f'for images of shape {shape} the exported network gives {tuple(found.shape)}'
            )
        differences.append((found - expected).abs().max().item())
    return max(differences)
