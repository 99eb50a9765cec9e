"""Pack what the models take."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmengine.structures import PixelData
from mmseg.datasets.transforms import PackSegInputs

from mmscllle.registry import TRANSFORMS

from .flips import check_flip

# What the data sets and transforms of this package add.
OWN_KEYS = ('scene', 'exposure', 'pseudo_labels')
# What an anchor may bring along, by the option that packs it.
COMPANIONS = dict(second='second_img', reference='gt_img')
META_KEYS = (*inspect.signature(PackSegInputs).parameters['meta_keys'].default, *OWN_KEYS)


@TRANSFORMS.register_module()
class PackEnhanceInputs(PackSegInputs):
    """mmseg's ``PackSegInputs``, which also packs the reference ``gt_img``.

    The sample's ``reference`` is float32 RGB in [0, 1], (3, H, W). The default meta information
    has ``scene`` and ``exposure`` as well (see :class:`ExposureStackDataset`), and
    ``pseudo_labels`` (see :class:`WithoutPseudoLabels`).

    Args:
        meta_keys: Meta information to keep, where there is any.

    Raises:
        ValueError: If the image is flipped and its reference is not.
    """

    def __init__(self, meta_keys: Sequence[str] = META_KEYS) -> None:
        super().__init__(meta_keys)

    def transform(self, results: dict) -> dict:
        """Pack ``img``, and ``gt_seg_map`` and ``gt_img`` where there are any."""
        check_flip(results, 'gt_img')
        packed = super().transform(results)
        if 'gt_img' in results:
            rgb = _to_tensor(results['gt_img'][..., ::-1])
            packed['data_samples'].reference = PixelData(data=rgb.float() / 255)
        return packed


@TRANSFORMS.register_module()
class PackTripletInputs(BaseTransform):
    """Pack the results of an anchor, and of a positive and a negative where there are any.

    ``inputs`` is a dict of uint8 BGR tensors (3, H, W): ``low``, ``positive``, ``negative``, and
    the anchor's ``second`` and ``reference`` where they are asked for; ``data_samples`` holds the
    anchor's labels and meta information, with the paths of the others, and ``pseudo_labels``,
    which is False after :class:`WithoutPseudoLabels`.

    An anchor may lack what is asked for; a black image stands for it then, so that a batch may mix
    data sets. :class:`UnpairedLowLightDataset` refuses anchors all of which lack it.

    Args:
        second: Pack ``second_img``, another shot of the anchor's scene.
        reference: Pack ``gt_img``, the anchor's reference.

    Raises:
        ValueError: If the images differ in size, or one is flipped and another is not.
    """

    def __init__(self, second: bool = False, reference: bool = False) -> None:
        asked = dict(second=second, reference=reference)
        self.companions = {name: key for name, key in COMPANIONS.items() if asked[name]}
        self.pack = PackSegInputs()

    def transform(self, results: dict) -> dict:
        """Pack ``results['anchor']``, and ``'positive'`` and ``'negative'`` if they are there."""
        anchor = results['anchor']
        contrasts = {name: part for name, part in results.items() if name != 'anchor'}
        images = {
            'low': anchor['img'],
            **{name: contrast['img'] for name, contrast in contrasts.items()},
        }
        for name, key in self.companions.items():
            check_flip(anchor, key)
            images[name] = anchor.get(key, np.zeros_like(anchor['img']))
        sizes = {name: image.shape[:2] for name, image in images.items()}
        if len(set(sizes.values())) > 1:
            files = {name: part['img_path'] for name, part in results.items()}
            raise ValueError(
                f'{", ".join(images)} must have one size, got {sizes} from {files}; '
                'crop or resize them alike in their pipelines'
            )
        sample = self.pack(anchor)['data_samples']
        sample.set_metainfo(
            {f'{name}_path': contrast['img_path'] for name, contrast in contrasts.items()}
        )
        sample.set_metainfo(dict(pseudo_labels=anchor.get('pseudo_labels', True)))
        return dict(
            inputs={name: _to_tensor(image) for name, image in images.items()}, data_samples=sample
        )


def _to_tensor(image: np.ndarray) -> torch.Tensor:
    """A picture (H, W, C) as a tensor (C, H, W) of the same type."""
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))
