"""SCL-LLE as a model that MMEngine's runner trains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from mmengine.model import BaseModel
from mmengine.structures import BaseDataElement, PixelData
from mmseg.structures import SegDataSample
from torch import Tensor

from mmscllle.registry import MODELS, build_part
from mmscllle.utils.weights import claim_part

from .enhancers import build_enhancer
from .objective_inputs import ObjectiveInputs
from .pseudo_labels import IGNORE_INDEX

if TYPE_CHECKING:
    from .frozen_segmentor import FrozenSegmentor


def stack_labels(
    samples: Sequence[SegDataSample], size: Sequence[int], device: torch.device
) -> Tensor:
    """Collect label maps, all void where a sample has none.

    Args:
        samples: Data samples, with ``gt_sem_seg`` or without.
        size: Height and width.
        device: Where the result lies.

    Returns:
        Int64, (N, H, W).
    """
    void = torch.full(size, IGNORE_INDEX, dtype=torch.long, device=device)
    return torch.stack(
        [
            sample.gt_sem_seg.data.squeeze(0).to(device) if 'gt_sem_seg' in sample else void
            for sample in samples
        ]
    )


def stay_void(samples: Sequence[SegDataSample]) -> list[bool]:
    """Tell which samples :class:`WithoutPseudoLabels` has marked."""
    return [not sample.get('pseudo_labels', True) for sample in samples]


def to_bgr255(image: Tensor) -> Tensor:
    """Turn ``image``, RGB in [0, 1], (3, H, W), into BGR in [0, 255]."""
    return image.flip(0) * 255


@MODELS.register_module()
class SCLLLE(BaseModel):
    """Semantically contrastive low-light enhancement (Liang et al., AAAI 2022).

    An enhancer and the objective that it is trained for.  The objective's fixed networks are no
    part of the state dict: a checkpoint holds the enhancer, about 320 KB.  A checkpoint of the
    bare enhancer, such as the authors' release, loads as it is.

    Args:
        enhancer: Config of the enhancer.
        objective: Config of :class:`SCLLLEObjective`; None for a model that only predicts.
        data_preprocessor: Config of the preprocessor.
        init_cfg: MMEngine's initialisation config.
    """

    # No registered sub-module, so that no checkpoint holds it twice.
    teacher: Callable[[Tensor], Tensor] | None = None

    def __init__(
        self,
        enhancer: dict,
        objective: dict | None = None,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(
            data_preprocessor or dict(type='mmscllle.EnhanceDataPreprocessor'), init_cfg
        )
        self.enhancer = build_enhancer(enhancer)
        self.objective = build_part(objective)
        self._register_load_state_dict_pre_hook(self._adopt_enhancer, with_module=True)

    def teach_by(self, averaged: SCLLLE) -> None:
        """Take pseudo-labels from what all segmentors see behind the enhancer of ``averaged``.

        Args:
            averaged: A copy whose weights are averages; :class:`AveragedWeightsHook` gives it.
        """
        averaged.eval()
        objective = self.objective
        if objective is not None and objective.judges.first is not None:
            self.__dict__['teacher'] = lambda low: objective.judges.see(averaged.enhancer(low)[0])

    @property
    def segmentor(self) -> FrozenSegmentor | None:
        """The frozen segmentor of the objective, if there is one."""
        return None if self.objective is None else self.objective.segmentor

    def forward(
        self,
        inputs: Tensor | list[Tensor] | dict[str, Tensor],
        data_samples: list[SegDataSample] | None = None,
        mode: str = 'tensor',
    ) -> dict | list[SegDataSample] | tuple[Tensor, Tensor]:
        """Run one batch.

        Args:
            inputs: RGB in [0, 1], (N, 3, H, W); for ``'predict'`` also a list of (3, H, W) where
                sizes differ; or a dict of ``low``, ``positive``, ``negative``, which ``'loss'``
                needs.
            data_samples: One an image.
            mode: ``'loss'``, ``'predict'`` or ``'tensor'``.

        Returns:
            The losses by name; the data samples; or (enhanced, curves).

        Raises:
            ValueError: If the mode is unknown.
        """
        if mode == 'loss':
            return self.loss(inputs, data_samples)
        low = inputs['low'] if isinstance(inputs, dict) else inputs
        if mode == 'predict':
            return self.predict(low, data_samples)
        if mode == 'tensor':
            return self.enhancer(low)
        raise ValueError(f"mode must be 'loss', 'predict' or 'tensor', got {mode!r}")

    def loss(
        self,
        inputs: Tensor | list[Tensor] | dict[str, Tensor],
        data_samples: list[SegDataSample] | None,
    ) -> dict[str, Tensor]:
        """Enhance the low-light images and compute the objective's terms."""
        if self.objective is None:
            raise ValueError('model.objective is None: give its config in order to train')
        if not isinstance(inputs, dict) or 'low' not in inputs:
            raise ValueError(
                'training needs inputs of low, positive and negative images; is '
                'train_dataloader.dataset an UnpairedLowLightDataset?'
            )
        low = inputs['low']
        samples = data_samples or [SegDataSample() for _ in low]
        labels = stack_labels(samples, low.shape[2:], low.device)
        return self.objective(
            ObjectiveInputs(
                self.objective, self.enhancer, inputs, labels, stay_void(samples), self.teacher
            )
        )

    def predict(
        self, inputs: Tensor | list[Tensor], data_samples: list[SegDataSample] | None = None
    ) -> list[SegDataSample]:
        """Enhance.

        Args:
            inputs: RGB in [0, 1], (N, 3, H, W), or a list of (3, H, W).
            data_samples: One an image.

        Returns:
            The samples with ``enhanced``, float32 RGB in [0, 1], (3, H, W); and, where a sample
            has a ground truth, ``pred_sem_seg``, the frozen segmentor's view of it.  For mmagic's
            metrics and visualizer, the same image as ``output.pred_img``, and the ``reference``,
            where a sample has one, as ``gt_img``: BGR in [0, 255].
        """
        if isinstance(inputs, Tensor):
            images = self.enhancer(inputs)[0]
        else:
            images = [self.enhancer(image[None])[0][0] for image in inputs]
        samples = data_samples or [SegDataSample() for _ in images]
        for sample, image in zip(samples, images, strict=True):
            # As engines and files have it.
            image = image.clamp(0, 1)
            sample.enhanced = PixelData(data=image.float())
            sample.output = BaseDataElement(pred_img=to_bgr255(sample.enhanced.data))
            if 'reference' in sample:
                sample.gt_img = PixelData(data=to_bgr255(sample.reference.data))
            if self.segmentor is not None and 'gt_sem_seg' in sample:
                sample.pred_sem_seg = PixelData(data=self.segmentor.predict(image[None]))
        return samples

    @staticmethod
    def _adopt_enhancer(model: SCLLLE, state_dict: dict, prefix: str, *_: object) -> None:
        """Load the enhancer alone, or another model's, into ``enhancer``."""
        claim_part(
            state_dict, model.enhancer.state_dict(), 'enhancer', f'{prefix}enhancer.', prefix
        )
