"""Run a bilateral grid enhancer for inference."""

from __future__ import annotations

import copy
import functools
import importlib
import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from mmengine.logging import print_log
from torch import Tensor

from mmscllle.models.enhancers.bilateral_grid import (
    COMPRESSION,
    DESCRIPTION,
    apply_grid,
    describe_cells,
    knot_levels,
)
from mmscllle.utils.messages import ArgumentError
from mmscllle.visualization.tone_curve_plot import tone_curve_plot

from .engine import check_options, check_strength, network_dtype, to_engine
from .network_precision import network_precision
from .strength import apply_strength

if TYPE_CHECKING:
    from mmscllle.models.enhancers import BilateralGridEnhancer

# Rows of cells that are worked on at once.
STRIP = 16
# The process that imported this; another one is a fork of it.
_process = os.getpid()


@functools.cache
def load_kernel() -> ModuleType | None:
    """Import the compiled code, :mod:`mmscllle.inference.grid_kernel`, when it is first wanted.

    Returns:
        The module; None where it cannot run, which is logged once.  The plain way then gives the
        same, several times slower.
    """
    try:
        kernel = importlib.import_module('mmscllle.inference.grid_kernel')
    except (ImportError, RuntimeError) as error:
        # A RuntimeError: there is no folder in which numba may keep what it has compiled.
        print_log(
            f'the fast mode runs without compiled code, several times slower: {error}; '
            "pip install 'mmscllle[fast]' installs numba, and NUMBA_CACHE_DIR names a folder "
            'that it may write to',
            'current',
            logging.WARNING,
        )
        return None
    if not any(Path(kernel.apply_grid.stats.cache_path).glob('grid_kernel.*.nbi')):
        print_log('fast mode: the first picture waits while code is compiled, once', 'current')
    return kernel


@functools.cache
def _warn_of_fork(process: int) -> None:
    print_log(
        f'the fast mode runs without compiled code in process {process}, several times slower: '
        'it is a fork of one in which OpenMP runs compiled code; '
        'NUMBA_THREADING_LAYER=workqueue lets forks run it, too',
        'current',
        logging.WARNING,
    )


class GridEngine:
    """Runs a :class:`BilateralGridEnhancer`, see :class:`mmscllle.inference.Engine`.

    Cells are described and curves applied strip by strip, so that beside image and result little
    exists at full size; a night whose colours are balanced is there once more.  On a CPU the fast
    mode does both in compiled code, which needs numba and gives the same to rounding errors;
    elsewhere it is the exact one.

    Args:
        enhancer: The network.  Its weights are copied.
        device: Where it runs.
        precision: Of the network that estimates the curves; they are applied in float32.
        fast: Take compiled code where it can run.
        tile: None: the network sees the whole picture.
        compile: Let ``torch.compile`` compile the network.

    Raises:
        ValueError: If an argument has another value than these, or the device or torch at hand
            cannot do it.
    """

    def __init__(
        self,
        enhancer: BilateralGridEnhancer,
        device: str | torch.device = 'cpu',
        precision: str = 'float32',
        fast: bool = False,
        tile: int | None = None,
        compile: bool = False,
    ) -> None:
        self.device = torch.device(device)
        check_options(self.device, precision, tile, compile)
        if tile is not None:
            raise ArgumentError(
                'tile',
                f': {type(enhancer).__name__} sees the whole picture and '
                'needs little memory without tiles; leave out the tile',
            )
        self.dtype = network_dtype(self.device, precision)
        self.kernel = load_kernel() if fast and self.device.type == 'cpu' else None
        network: Any = copy.deepcopy(enhancer).eval().requires_grad_(False)
        network = network.to(self.device, torch.float32, memory_format=torch.channels_last)
        self.cell, self.knots = network.cell, network.knots
        # In cells: the next one's curves; where noise is measured, the quietest block of five, its
        # neighbour's too, and what all scales average and interpolate.
        scales = self.denoise_scales = network.denoise_scales
        self.reach = 3 + -(-(3 * 2**scales - 2) // self.cell) if scales else 1
        self.share: Callable[[Tensor], Tensor] = network.share
        self.balance: Callable[[Tensor], Tensor] = network.balance
        self.network: Callable[[Tensor], tuple[Tensor, Tensor]] = network.estimate_grid
        if compile:
            self.network = torch.compile(self.network)

    @torch.no_grad()
    def __call__(self, images: Tensor, strength: float = 1.0) -> Tensor:
        """Enhance a batch; see :class:`mmscllle.inference.Engine`."""
        check_strength(strength)
        return self.prepare(images)(strength)

    @torch.no_grad()
    def prepare(self, images: Tensor) -> Callable[[float], Tensor]:
        """Estimate the curves once, to be applied at any strength."""
        images = to_engine(images, self.device)
        balanced = self.balance(images)
        kernel = self._usable_kernel()
        curves = self._estimate(balanced, kernel)
        shares = self.share(images).flatten().tolist()

        @torch.no_grad()
        def apply(strength: float) -> Tensor:
            check_strength(strength)
            strengths = [strength * share for share in shares]
            return self._apply(images, balanced, *curves, strengths, kernel)

        return apply

    @torch.no_grad()
    def plot(self, images: Tensor, strength: float = 1.0) -> np.ndarray:
        """Plot the tone curves of the images' cells, all together.

        They are those of the images after a white balance, if the network has one.
        """
        images = to_engine(images, self.device)
        grid, _ = self._estimate(self.balance(images), self._usable_kernel())
        levels = knot_levels(self.knots)
        curves = [
            apply_strength(levels[:, None], own.flatten(2), strength * share)
            for own, share in zip(grid.cpu(), self.share(images).flatten().tolist(), strict=True)
        ]
        return tone_curve_plot(levels, torch.cat(curves, dim=2))

    def _usable_kernel(self) -> ModuleType | None:
        """The compiled code, if it may run in this process."""
        # Workers, as of a data loader, are forks, too, or may be.
        spawned = multiprocessing.get_start_method(allow_none=True) == 'spawn'
        worker = multiprocessing.parent_process() is not None and not spawned
        forked = worker or os.getpid() != _process
        if self.kernel is None or self.kernel.may_run(forked):
            return self.kernel
        _warn_of_fork(os.getpid())
        return None

    def _estimate(self, images: Tensor, kernel: ModuleType | None) -> tuple[Tensor, Tensor]:
        """The curves' values at their knots, and how much of the detail is kept."""
        batch, _, height, width = images.shape
        if kernel is None:
            cells = torch.cat(
                [describe_cells(images[:, :, rows], self.cell) for rows in self._strips(height)],
                dim=2,
            )
        else:
            size = (-(-height // self.cell), -(-width // self.cell))
            cells = images.new_empty(batch, DESCRIPTION, *size)
            with kernel.threads_of_torch():
                for image, described in zip(images.numpy(), cells.numpy(), strict=True):
                    kernel.describe_cells(image, COMPRESSION, described)
        with network_precision(self.device, self.dtype):
            grid, detail = self.network(cells.contiguous(memory_format=torch.channels_last))
        return grid.float().contiguous(), detail.float().contiguous()

    def _apply(
        self,
        images: Tensor,
        balanced: Tensor,
        grid: Tensor,
        detail: Tensor,
        strengths: list[float],
        kernel: ModuleType | None,
    ) -> Tensor:
        """Apply the curves to the balanced images, and mix with the images themselves."""
        if kernel is not None:
            # NumPy's: it asks for large pages, where each of 4 KiB takes longer than its pixels.
            result = torch.from_numpy(np.empty(tuple(images.shape), np.float32))
            arrays = (part.numpy() for part in (images, balanced, grid, detail, result))
            with kernel.threads_of_torch():
                for *parts, enhanced, strength in zip(*arrays, strengths, strict=True):
                    if self.denoise_scales:
                        bands = torch.get_num_threads()
                        kernel.denoise_and_apply_grid(
                            *parts, COMPRESSION, strength, bands, enhanced
                        )
                    else:
                        kernel.apply_grid(*parts, COMPRESSION, strength, enhanced)
            return result
        result, height = torch.empty_like(images), images.shape[2]
        for rows in self._strips(height):
            # With so many more cells on either side a strip is as it is within the whole.
            first = max(rows.start // self.cell - self.reach, 0)
            last = min(-(-rows.stop // self.cell) + self.reach, grid.shape[3])
            part = balanced[:, :, first * self.cell : last * self.cell]
            enhanced = apply_grid(
                part, grid[:, :, :, first:last], detail[:, :, first:last], self.cell
            )
            own = slice(rows.start - first * self.cell, rows.stop - first * self.cell)
            for number, strength in enumerate(strengths):
                result[number, :, rows] = apply_strength(
                    images[number, :, rows], enhanced[number, :, own], strength
                )
        return result

    def _strips(self, height: int) -> Iterator[slice]:
        """Rows of pixels that are worked on together."""
        step = STRIP * self.cell
        for start in range(0, height, step):
            yield slice(start, min(start + step, height))
