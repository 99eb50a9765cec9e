"""Enhance photographs from Python: files, folders, URLs, arrays."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from mmengine.config import Config, ConfigDict
from mmengine.infer import BaseInferencer
from mmengine.logging import print_log
from rich.progress import track
from torch import nn

from mmscllle.fileio import MAX_PIXELS
from mmscllle.inference.tensors import frames_to_tensor

from .enhancement import Enhancement, group_by_size
from .photograph_enhancer import PhotographEnhancer


class EnhanceInferencer(PhotographEnhancer, BaseInferencer):
    """Enhance photographs.

    Args:
        model: What holds the enhancer: a config, its path or its name
            (``'mmscllle::scl_lle/….py'``); or a model's name: ``'scl-lle'``,
            ``'scl-lle-paired'``, ``'scl-lle-curves'`` (the paper's network) or
            ``'scl-lle-night'`` (for what a segmentor sees), whose weights
            come with the package, or one of a metafile.
            None: ``'scl-lle'``, or with ``weights`` the shipped model whose enhancer they fit.
        weights: Path or URL of a checkpoint of the enhancer, alone or in any model that holds it,
            weights only. None: the model's own.
        device: Where it runs. None: a GPU if there is one.
        fast: Take the enhancer's fast mode.
        tile: Height and width of the tiles that bound the memory, in pixels, for an enhancer that
            does not see the whole picture; None: chosen by the device.
        precision: Of the network, ``'float32'``, ``'bfloat16'`` or ``'float16'``.
        compile: Whether ``torch.compile`` compiles the network.
        segmentor: Path, ``'mmseg::…'`` name or dict of the config of a segmentor whose view is
            drawn before and after.
        segmentor_weights: Path or URL of its checkpoint.
        max_pixels: A file that claims more pixels, all its frames together, is refused before it
            is decoded; None: no limit.
        show_progress: Whether calls show a progress bar.

    Raises:
        FileNotFoundError: If a config or checkpoint is not there.
        ValueError: If an argument is wrong, or a checkpoint is of another network or holds more
            than weights.

    Example:
        >>> enhance = EnhanceInferencer(device='cpu', show_progress=False)
        >>> dark = np.full((48, 64, 3), 20, np.uint8)
        >>> bright = enhance(dark)['predictions']
        >>> bright.shape, bool(bright.mean() > dark.mean())
        ((48, 64, 3), True)
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
        show_progress: bool = True,
    ) -> None:
        PhotographEnhancer.__init__(
            self,
            model,
            weights,
            device,
            fast,
            tile,
            precision,
            compile,
            segmentor,
            segmentor_weights,
            max_pixels,
        )
        BaseInferencer.__init__(
            self,
            Config(dict(model=self.source.config)),
            self.source.weights,
            self.device,
            'mmscllle',
            show_progress,
        )

    def __call__(
        self, inputs: Any, return_datasamples: bool = False, batch_size: int = 1, **kwargs: Any
    ) -> dict:
        """Enhance and collect the results.

        All results stay in memory: see :meth:`stream` for more photographs than fit.

        Args:
            inputs: See :meth:`stream`.
            return_datasamples: Give data samples instead of arrays.
            batch_size: See :meth:`stream`.
            **kwargs: Other arguments of :meth:`stream`.

        Returns:
            - ``predictions``: one array an input in OpenMMLab's convention, of the type of the
              input: BGR (H, W, 3), BGR and alpha (H, W, 4) or grey (H, W); a list of an
              animation's frames; None for what failed or was skipped. With
              ``return_datasamples`` mmseg's data sample with ``enhanced``, float32 RGB in
              [0, 1], (3, H, W).
            - ``visualization``: one panel an input (uint8 RGB) with ``return_vis``, else None.
            - ``failures``: (name, reason) of each input that failed.

            As :class:`MMSegInferencer` does, a single input gives no lists but its own
            prediction and panel.

        Raises:
            OSError, ValueError, RuntimeError: If the only input fails.
        """
        if not isinstance(inputs, Iterator):
            # Listed first, so that the progress bar knows how many there are.
            inputs = list(self._find(inputs, kwargs.get('out_dir', '')))
        results: Iterable[Enhancement] = self.stream(inputs, batch_size=batch_size, **kwargs)
        if self.show_progress:
            total = None if isinstance(inputs, Iterator) else len(inputs)
            results = track(results, description='Inference', total=total)
        preds = list(results)
        panels = [item.visualization for item in preds] if kwargs.get('return_vis') else None
        return self.postprocess(preds, panels, return_datasamples)

    def preprocess(
        self, inputs: Iterable[Enhancement], batch_size: int = 1
    ) -> Iterator[list[Enhancement]]:
        """Group photographs that are enhanced together."""
        return group_by_size(inputs, batch_size)

    def postprocess(
        self,
        preds: Sequence[Enhancement],
        visualization: list[np.ndarray | None] | None,
        return_datasamples: bool = False,
    ) -> dict:
        """Pack the results; see :meth:`__call__`."""
        failures = [(item.name, item.reason) for item in preds if item.error is not None]
        if len(preds) == 1 and preds[0].error is not None:
            raise preds[0].error
        for name, reason in failures:
            print_log(f'{name} is not enhanced: {reason}', 'current', logging.WARNING)
        for item in preds:
            for note in item.notes:
                print_log(f'{item.name}: {note}', 'current', logging.WARNING)
        predictions = [
            item.to_datasample() if return_datasamples else item.to_array() for item in preds
        ]
        if len(preds) == 1:
            return dict(
                predictions=predictions[0],
                failures=failures,
                visualization=visualization and visualization[0],
            )
        return dict(predictions=predictions, visualization=visualization, failures=failures)

    def _init_model(
        self, cfg: Config | ConfigDict, weights: str | None, device: str = 'cpu'
    ) -> nn.Module:
        return self.model

    def _init_pipeline(self, cfg: Config | ConfigDict) -> Callable:
        return self.read

    def _init_collate(self, cfg: Config | ConfigDict) -> Callable:
        return partial(frames_to_tensor, device=self.device)

    def _init_visualizer(self, cfg: Config | ConfigDict) -> None:
        """Made when a window is asked for: a config's would write files."""
        return None
