"""The images that an enhancer helps most and harms most, in pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from mmscllle.visualization import class_legend, contact_sheet, overlay_segmentation
from mmscllle.visualization.panels import GAP

from .dataset import LabelledImages
from .loop import segment
from .methods import Method
from .scores import image_miou

# Of a picture, in pixels.
HEIGHT = 288
OPACITY = 0.6


def rank_images(before: Sequence[dict], after: Sequence[dict], pictures: int) -> list[dict]:
    """Choose the images with the largest gain and the largest loss.

    Args:
        before: Records of the segmentor alone, see :func:`.loop.evaluate_methods`.
        after: Records behind the enhancer, of the same images.
        pictures: How many of either at most.

    Returns:
        ``index``, ``image``, ``before``, ``after`` (mIoU in per cent over the classes of the
        image's label map) and ``gain``: gains from the largest, then losses from the largest.
    """
    found = []
    for index, pair in enumerate(zip(before, after, strict=True)):
        if any('error' in record for record in pair):
            continue
        first, second = (image_miou(record['areas']) for record in pair)
        if first is not None and second is not None:
            found.append(
                dict(
                    index=index,
                    image=pair[0]['image'],
                    before=round(first, 2),
                    after=round(second, 2),
                    gain=round(second - first, 2),
                )
            )
    found.sort(key=lambda entry: -entry['gain'])
    gains = [entry for entry in found if entry['gain'] > 0][:pictures]
    losses = [entry for entry in reversed(found) if entry['gain'] < 0][:pictures]
    return gains + losses


def draw_contact_sheet(
    ranked: Sequence[dict],
    bare: Method,
    enhanced: Method,
    images: LabelledImages,
    device: torch.device,
) -> np.ndarray:
    """Draw input | enhanced | prediction before | prediction after | ground truth.

    Args:
        ranked: One a row, see :func:`rank_images`.
        bare: The segmentor alone.
        enhanced: The segmentor behind the enhancer.
        images: The images.
        device: Where the models run.

    Returns:
        uint8 RGB array with the legend of the classes that occur.
    """
    rows, seen = [], set()
    for entry in ranked:
        row, labels = _draw_row(entry['index'], bare, enhanced, images, device)
        rows.append(row)
        seen |= labels
    for method in (bare, enhanced):
        method.model.to('cpu')
    titles = [
        'input',
        f'enhanced: {enhanced.name}',
        'prediction before',
        'prediction after',
        'ground truth',
    ]
    row_titles = [
        f'{"gain" if entry["gain"] > 0 else "loss"} {entry["gain"]:+.1f} mIoU  '
        f'({entry["before"]:.1f} to {entry["after"]:.1f})   {Path(entry["image"]).name}'
        for entry in ranked
    ]
    sheet = contact_sheet(rows, titles, row_titles, HEIGHT)
    named = sorted(label for label in seen if label < len(images.classes))
    legend = class_legend(
        [images.classes[label] for label in named],
        [images.palette[label] for label in named],
        sheet.shape[1] - 2 * GAP,
    )
    legend = np.pad(legend, ((0, GAP), (GAP, GAP), (0, 0)), constant_values=255)
    return np.concatenate([sheet, legend])


def _draw_row(
    index: int, bare: Method, enhanced: Method, images: LabelledImages, device: torch.device
) -> tuple[list[np.ndarray], set[int]]:
    batch = images[index]
    label = batch['data_samples'][0].gt_sem_seg.data[0].cpu().numpy()
    dark = batch['inputs'][0].flip(0)
    before = segment(bare.model.to(device), batch)
    after = segment(enhanced.model.to(device), images[index])
    pictures = [_to_picture(dark, label.shape), _to_picture(after.enhanced.data * 255, label.shape)]
    maps = [sample.pred_sem_seg.data[0].cpu().numpy() for sample in (before, after)] + [label]
    # All on the bright picture: on the dark one, the same class has another colour.
    row = pictures + [
        overlay_segmentation(pictures[1], classes, images.palette, OPACITY, images.ignore_index)
        for classes in maps
    ]
    labels = set(np.unique(np.concatenate([classes.ravel() for classes in maps])).tolist())
    return row, labels - {images.ignore_index}


def _to_picture(image: Tensor, size: tuple[int, ...]) -> np.ndarray:
    """RGB (3, h, w) in [0, 255] as uint8 (H, W, 3) at the size of the label map."""
    picture = image.float().round().clamp(0, 255).byte().permute(1, 2, 0).cpu().numpy()
    return cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA)
