"""Enhance photographs as they come: what the command and the inferencer share.

Beside torch it imports no more than it uses: MMEngine's inferencers and runner, mmseg and
matplotlib take longer to import than a photograph to enhance.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.device import get_device

from mmscllle.fileio import MAX_PIXELS, Photograph, Source, find_sources, read_photograph
from mmscllle.inference.tensors import frames_to_tensor, tensor_to_frame
from mmscllle.models.enhancers import load_enhancer, make_engine
from mmscllle.models.enhancers.known import choose_source
from mmscllle.utils.messages import ArgumentError
from mmscllle.visualization import enhancement_panel

from .enhancement import Enhancement, begin, collect_failure, group_by_size
from .ordered_map import ordered_map
from .output_plan import OutputPlan
from .segmentation import load_segmentor


class PhotographEnhancer:
    """Enhance photographs, one after the other.

    The arguments and errors are those of :class:`EnhanceInferencer`, all but ``show_progress``.
    """

    def __init__(
        self,
        model: str | dict | Config | None = None,
        weights: str | None = None,
        device: str | None = None,
        fast: bool = False,
        tile: int | None = None,
        precision: str = 'float32',
        compile: bool = False,
        segmentor: str | dict | None = None,
        segmentor_weights: str | None = None,
        max_pixels: int | None = MAX_PIXELS,
    ) -> None:
        self.max_pixels = max_pixels
        # Arrays have no names: they are counted, over all calls.
        self.numbers = count()
        self.visualizer: Any = None
        self.device = _usable_device(device or get_device(), self.name_argument('device'))
        self.source = choose_source(model, weights, self.name_argument)
        self.model = load_enhancer(self.source, self.name_argument('weights'))
        try:
            self.engine = make_engine(self.model, self.device, precision, fast, tile, compile)
        except ArgumentError as error:
            raise ValueError(self.name_argument(error.argument) + error.problem) from error
        self.segmentor = None
        self.segmentor_meta: dict = {}
        if segmentor is not None:
            self.segmentor, self.segmentor_meta = load_segmentor(
                segmentor, segmentor_weights, self.device, self.name_argument('segmentor_weights')
            )

    @staticmethod
    def name_argument(argument: str) -> str:
        """Name an argument of the constructor as its caller writes it, for error messages."""
        return argument

    def stream(
        self,
        inputs: Any,
        batch_size: int = 1,
        strength: float = 1.0,
        show: bool = False,
        wait_time: float = 0,
        out_dir: str | os.PathLike = '',
        compare: bool = False,
        curves: bool = False,
        return_vis: bool = False,
        existing: str = 'error',
        num_workers: int = 0,
    ) -> Iterator[Enhancement]:
        """Enhance photographs one after the other; what fails does not stop the others.

        Args:
            inputs: A path, a URL, a folder (with all below), a glob pattern, an array in
                OpenMMLab's convention (BGR, BGR with alpha or grey; uint8, uint16 or floating
                point in [0, 1]), a Pillow image, or an iterable of these, which is consumed as
                needed.
            batch_size: How many consecutive photographs of one size are enhanced together.
            strength: 0 gives the input, 1 what was trained, beyond is brighter.
            show: Show the panel input | enhanced (| segmentations of both) in a window.
            wait_time: How long, in seconds; 0: until a key is pressed.
            out_dir: Folder to write to, in the format of each input, the structure of folders
                and patterns mirrored. Empty: nothing is written.
            compare: Also write the panel, at full size, to ``out_dir/compare``.
            curves: Also plot the tone curves, written to ``out_dir/curves``.
            return_vis: Give the panel with the result.
            existing: What to do about result files that are there: ``'error'`` (the photograph
                fails), ``'overwrite'``, or ``'skip'`` (nothing is done for it).
            num_workers: Threads that read ahead and write behind.

        Yields:
            One :class:`Enhancement` a photograph, in the order of the inputs.

        Raises:
            ValueError: If an argument is wrong.
            TypeError: If an input is of none of these types.
        """
        if batch_size < 1:
            raise ValueError(f'batch_size must be at least 1, got {batch_size}')
        if not 0 <= strength < float('inf'):
            raise ValueError(f'strength must be finite and not negative, got {strength}')
        plan = OutputPlan(out_dir, existing, compare, curves)
        sources: Iterable[Source] = self._find(inputs, out_dir)
        if not isinstance(inputs, Iterator):
            # Else they are not known before they come.
            sources = list(sources)
            plan.protect(sources if out_dir else ())
        items = (begin(source, plan if out_dir else None) for source in sources)
        yield from self.enhance_items(
            items,
            plan,
            batch_size,
            strength,
            num_workers,
            show=show,
            wait_time=wait_time,
            return_vis=return_vis,
        )

    def enhance_items(
        self,
        items: Iterable[Enhancement],
        plan: OutputPlan,
        batch_size: int = 1,
        strength: float = 1.0,
        num_workers: int = 0,
        show: bool = False,
        wait_time: float = 0,
        return_vis: bool = False,
    ) -> Generator[Enhancement, None, None]:
        """Enhance photographs whose results have their places.

        Args:
            items: The photographs, consumed as needed.
            plan: Which gave them their places, and says whether panels and plots are made.
            batch_size: See :meth:`stream`, and for the others, too.
            strength: How strongly.
            num_workers: Threads that read ahead and write behind.
            show: Show the panels in a window.
            wait_time: How long each, in seconds.
            return_vis: Give the panels with the results.

        Yields:
            The items, in order.
        """

        def draw(item: Enhancement) -> None:
            if item.original is None or item.photograph is None:
                return
            if show or plan.compare or return_vis:
                (item.visualization,) = self.visualize(
                    [item.original], [item.photograph], show, wait_time
                )
            if plan.curves:
                item.curves = self.engine.plot(
                    frames_to_tensor(item.original.frames[:1], self.device), strength
                )

        def enhance(items: Iterable[Enhancement]) -> Iterator[Enhancement]:
            for batch in group_by_size(items, batch_size):
                originals = [item.original for item in batch if item.original is not None]
                # An item without a photograph goes alone.
                if not originals:
                    yield from batch
                    continue
                with collect_failure(batch):
                    for item, enhanced in zip(
                        batch, self.forward(originals, strength), strict=True
                    ):
                        item.photograph = enhanced
                for item in batch:
                    with collect_failure([item]):
                        draw(item)
                yield from batch

        read = ordered_map(self.read, items, num_workers)
        yield from ordered_map(plan.write, enhance(read), num_workers)

    @torch.inference_mode()
    def forward(self, inputs: Sequence[Photograph], strength: float = 1.0) -> list[Photograph]:
        """Enhance photographs of one size together, or an animation frame by frame.

        Args:
            inputs: The photographs.
            strength: See :meth:`stream`.

        Returns:
            The enhanced ones, of the same shapes and types, with the same alpha.
        """
        frames = [frame for photograph in inputs for frame in photograph.frames]
        step = len(inputs) if len(frames) == len(inputs) else 1
        enhanced: list[np.ndarray] = []
        for start in range(0, len(frames), max(step, 1)):
            group = frames[start : start + step]
            images = self.engine(frames_to_tensor(group, self.device), strength)
            enhanced += map(tensor_to_frame, images, group)
        rest = iter(enhanced)
        return [
            replace(photograph, frames=list(islice(rest, len(photograph.frames))))
            for photograph in inputs
        ]

    def visualize(
        self,
        inputs: Sequence[Photograph],
        preds: Sequence[Photograph],
        show: bool = False,
        wait_time: float = 0,
    ) -> list[np.ndarray]:
        """Draw panels input | enhanced (| segmentations of both), of animations the first frame.

        Args:
            inputs: The photographs.
            preds: The enhanced ones.
            show: Show each in a window.
            wait_time: How long, in seconds; 0: until a key is pressed.

        Returns:
            uint8 RGB arrays (H, W, 3).
        """
        panels = []
        for before, after in zip(inputs, preds, strict=True):
            low, enhanced = (
                frames_to_tensor(photograph.frames[:1], self.device)[0]
                for photograph in (before, after)
            )
            panels.append(
                enhancement_panel(
                    low, enhanced, self.segmentor, self.segmentor_meta, max_height=before.size[0]
                )
            )
            if show:
                if self.visualizer is None:
                    # Imported where a window is asked for; a config's would write files.
                    from mmengine.visualization import Visualizer

                    self.visualizer = Visualizer()
                self.visualizer.show(panels[-1], win_name='enhanced', wait_time=wait_time)
        return panels

    def _find(self, inputs: Any, out_dir: str | os.PathLike) -> Iterator[Source]:
        return find_sources(inputs, out_dir or None, self.numbers)

    def read(self, item: Enhancement) -> Enhancement:
        """Read the photograph of an item unless it has failed or is there."""
        if item.error is None and not item.skipped:
            with collect_failure([item]):
                content = item.source.content
                item.original = (
                    Photograph.from_array(content)
                    if isinstance(content, np.ndarray)
                    else read_photograph(content, self.max_pixels)
                )
        return item


def _usable_device(device: str, argument: str) -> str:
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f'{argument}: {device!r} cannot be used here ({error})') from error
    return device
