"""Pack what the models take."""
from __future__ import annotations

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmengine.structures import PixelData
from mmseg.datasets.transforms import PackSegInputs

from mmscllle.registry import TRANSFORMS


@TRANSFORMS.register_module()
class PackEnhanceInputs(PackSegInputs):
    """mmseg's ``PackSegInputs``, which also packs the reference ``gt_img``.

    The sample's ``reference`` is float32 RGB in [0, 1], (3, H, W).
    """

    def transform(self, results: dict) -> dict:
        """Pack ``img``, and ``gt_seg_map`` and ``gt_img`` where there are any."""
        packed = super().transform(results)
        if 'gt_img' in results:
            rgb = np.ascontiguousarray(results['gt_img'][..., ::-1].transpose(2, 0, 1))
            packed['data_samples'].reference = PixelData(data=torch.from_numpy(rgb).float() / 255)
        return packed


@TRANSFORMS.register_module()
class PackTripletInputs(BaseTransform):
    """Pack the results of an anchor, a positive and a negative.

    ``inputs`` is a dict of uint8 BGR tensors (3, H, W): ``low``, ``positive``, ``negative``;
    ``data_samples`` holds the anchor's labels and meta information, with the paths of the others.

    Raises:
        ValueError: If the three differ in size.
    """

    def __init__(self) -> None:
        self.pack = PackSegInputs()

    def transform(self, results: dict) -> dict:
        """Pack ``results['anchor']``, ``results['positive']`` and ``results['negative']``."""
        sizes = {name: part['img'].shape[:2] for name, part in results.items()}
        if len(set(sizes.values())) > 1:
            files = {name: part['img_path'] for name, part in results.items()}
            raise ValueError(f'anchor, positive and negative must have one size, got {sizes} from '
                             f'{files}; crop or resize them alike in their pipelines')
        packed = {name: self.pack(part) for name, part in results.items()}
        sample = packed['anchor']['data_samples']
        sample.set_metainfo({f'{name}_path': results[name]['img_path']
                             for name in ('positive', 'negative')})
        return dict(
            inputs=dict(
                low=packed['anchor']['inputs'],
                positive=packed['positive']['inputs'],
                negative=packed['negative']['inputs']),
            data_samples=sample)
