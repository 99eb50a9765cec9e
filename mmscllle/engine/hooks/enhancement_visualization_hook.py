"""Writes input | enhanced pictures during validation and testing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.model import is_model_wrapper
from torch import Tensor

from mmscllle.registry import HOOKS
from mmscllle.visualization import enhancement_panel

if TYPE_CHECKING:
    from mmengine.runner import Runner
    from mmengine.structures import BaseDataElement


@HOOKS.register_module()
class EnhancementVisualizationHook(Hook):
    """Draws input | enhanced (| segmentation of input | of enhanced) for the visualizer's backends.

    It takes the place of mmseg's ``SegVisualizationHook`` at ``default_hooks.visualization``, which
    reads the image from disk again and draws on the dark one; mmseg's ``tools/test.py`` sets the
    same arguments (``draw``, ``show``, ``wait_time``). Panels go through
    ``runner.visualizer.add_image``, named ``val_<index>_<file name>`` or ``test_…`` with the
    training iteration as step, so that two files of one name in different folders stay apart.
    MMEngine's visualizer writes on rank 0 only: images of other ranks are not drawn.

    Segmentations are those of the model's ``segmentor``: ``segmentor.predict(x)``, or
    ``model.segment(x)`` where the model has that, with x RGB in [0, 1], (1, 3, H, W), gives labels
    (1, H, W), and ``segmentor.dataset_meta``, or else the dataset's, gives ``classes`` and
    ``palette``. Two pictures are drawn where the model has no segmentor, or, with a log line, where
    its classes have no names and colours.

    Args:
        draw: Draw every image at test time. Validation does not depend on it.
        interval: Draw every n-th image of a validation, from the first one on.
        show: Also show each panel in a window.
        wait_time: How long the window stays, in seconds; 0: until a key is pressed.
        segmentation: Also draw the segmentations, where the model has a segmentor.
        max_height: Pictures higher than this are reduced to it, in pixels.
        opacity: Weight of the class colours, 0 to 1.

    Raises:
        ValueError: If ``interval`` or ``max_height`` is below 1 or ``opacity`` outside 0..1.
    """

    def __init__(
        self,
        draw: bool = False,
        interval: int = 50,
        show: bool = False,
        wait_time: float = 0.0,
        segmentation: bool = True,
        max_height: int = 512,
        opacity: float = 0.5,
    ) -> None:
        for name, value in (('interval', interval), ('max_height', max_height)):
            if value < 1:
                raise ValueError(f'{name} of the visualization hook must be >= 1, got {value}')
        if not 0 <= opacity <= 1:
            raise ValueError(f'opacity of the visualization hook must be 0 to 1, got {opacity}')
        self.draw = draw
        self.interval = interval
        self.show = show
        self.wait_time = wait_time
        self.segmentation = segmentation
        self.max_height = max_height
        self.opacity = opacity
        self._index = 0
        self._warned = False

    def before_val_epoch(self, runner: Runner) -> None:
        """Count images from 0 again, so that each validation draws the same ones."""
        self._index = 0

    def before_test_epoch(self, runner: Runner) -> None:
        """Count images from 0 again."""
        self._index = 0

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict,
        outputs: Sequence[BaseDataElement],
    ) -> None:
        """Draw every ``interval``-th image.

        Args:
            runner: The runner.
            batch_idx: Index of the batch in the validation.
            data_batch: ``inputs``: uint8 BGR tensors (3, H, W), as the dataloader gave them.
            outputs: One data sample per image, with field ``enhanced``.

        Raises:
            TypeError: If an input is not uint8.
            ValueError: If a data sample has no ``enhanced``.
        """
        self._draw_batch(runner, 'val', self.interval, data_batch, outputs)

    def after_test_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict,
        outputs: Sequence[BaseDataElement],
    ) -> None:
        """Draw every image if ``draw`` is set; arguments and errors as after_val_iter has."""
        if self.draw:
            self._draw_batch(runner, 'test', 1, data_batch, outputs)

    def _draw_batch(
        self,
        runner: Runner,
        mode: str,
        interval: int,
        data_batch: dict,
        outputs: Sequence[BaseDataElement],
    ) -> None:
        if not is_main_process():
            return
        inputs = data_batch['inputs']
        # Test-time augmentation: a list an augmentation; the merged sample is the last one's.
        images = inputs[-1] if isinstance(inputs[0], (list, tuple)) else inputs
        for image, sample in zip(images, outputs, strict=True):
            if self._index % interval == 0:
                name = f'{mode}_{self._index:05d}_{Path(sample.get("img_path", "")).stem}'
                panel = self._panel(runner, image, sample)
                runner.visualizer.add_image(name, panel, step=runner.iter)
                if self.show:
                    runner.visualizer.show(panel, win_name=name, wait_time=self.wait_time)
            self._index += 1

    def _panel(self, runner: Runner, image: Tensor, sample: BaseDataElement) -> np.ndarray:
        if image.dtype != torch.uint8:
            raise TypeError(
                "the visualization hook draws data_batch['inputs'] as uint8 BGR images, "
                f'got {image.dtype}: pack images without normalising them'
            )
        if 'enhanced' not in sample:
            raise ValueError(
                f'{sample.get("img_path", "")}: the data sample has no field "enhanced"; take '
                'EnhancementVisualizationHook out of default_hooks.visualization for this model'
            )
        enhanced = sample.enhanced.data
        low = image.flip(0).to(enhanced.device).float() / 255
        segmentor, meta = self._segmentor(runner)
        return enhancement_panel(low, enhanced, segmentor, meta, self.max_height, self.opacity)

    def _segmentor(self, runner: Runner) -> tuple[SimpleNamespace | None, dict | None]:
        """The segmentor that is drawn, and its classes and palette; None if there is none."""
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        segmentor = getattr(model, 'segmentor', None) if self.segmentation else None
        if segmentor is None:
            return None, {}
        for meta in (getattr(segmentor, 'dataset_meta', None), runner.visualizer.dataset_meta):
            if _describes(meta, segmentor):
                # An mmseg segmentor's own `predict` takes normalised images.
                predict = getattr(model, 'segment', segmentor.predict)
                return SimpleNamespace(predict=predict), meta
        if not self._warned:
            print_log(
                'EnhancementVisualizationHook: neither the segmentor nor the dataset names '
                '"classes" and "palette" of the segmentor\'s classes; segmentations are not drawn',
                logger='current',
                level=logging.WARNING,
            )
            self._warned = True
        return None, {}


def _describes(meta: dict | None, segmentor: Any) -> bool:
    """Whether there are names and colours, as many as the segmentor has classes.

    Another dataset's names, Cityscapes' by default in mmseg's visualizer, would be a wrong legend.
    """
    if not (meta and meta.get('classes') and meta.get('palette')):
        return False
    count = getattr(segmentor, 'num_classes', len(meta['classes']))
    return len(meta['classes']) == len(meta['palette']) == count
