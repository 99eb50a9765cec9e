"""What a segmentor sees before and after, class by class."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

import numpy as np
import torch

from mmscllle.apis.segmentation import load_segmentor
from mmscllle.inference.tensors import frames_to_tensor
from mmscllle.visualization import overlay_segmentation


class SegmentorView(NamedTuple):
    """What a segmentor sees in two pictures.

    Attributes:
        before: Class colours over the picture, uint8 RGB (H, W, 3).
        after: The same of the enhanced one.
        table: The legend in HTML: name, colour and share of each class that occurs.
    """

    before: np.ndarray
    after: np.ndarray
    table: str


class SegmentorViewer:
    """Asks a segmentor.

    Args:
        config: See :func:`mmscllle.apis.segmentation.load_segmentor`.
        weights: Its checkpoint.
        device: Where it runs.

    Raises:
        ValueError: If the weights do not fit.
        FileNotFoundError: If a file is not there.
    """

    def __init__(self, config: str, weights: str | None, device: str) -> None:
        self.segmentor, meta = load_segmentor(config, weights, device)
        self.classes, self.palette = meta['classes'], meta['palette']
        self.device = device

    @torch.no_grad()
    def __call__(self, before: np.ndarray, after: np.ndarray) -> SegmentorView:
        """Segment a picture before and after.

        Args:
            before: uint8 RGB (H, W, 3).
            after: Of the same size.

        Returns:
            What is seen.
        """
        labels = [
            self.segmentor.predict(frames_to_tensor([picture], self.device))[0].cpu().numpy()
            for picture in (before, after)
        ]
        return SegmentorView(
            overlay_segmentation(before, labels[0], self.palette),
            overlay_segmentation(after, labels[1], self.palette),
            self._table(*labels),
        )

    def _table(self, before: np.ndarray, after: np.ndarray) -> str:
        shares = [
            np.bincount(labels.ravel(), minlength=len(self.classes)) / labels.size
            for labels in (before, after)
        ]
        rows = []
        for name, colour, share, later in zip(self.classes, self.palette, *shares, strict=True):
            if share or later:
                swatch = f'rgb({", ".join(str(int(value)) for value in colour)})'
                rows.append(
                    f'<tr><td><span class="swatch" style="background:{swatch}"></span> '
                    f'{escape(str(name))}</td><td>{share:.1%}</td><td>{later:.1%}</td></tr>'
                )
        return (
            '<table class="legend"><caption>Share of the pixels by class</caption>'
            '<tr><th scope="col">class</th><th scope="col">before</th>'
            f'<th scope="col">after</th></tr>{"".join(rows)}</table>'
        )
