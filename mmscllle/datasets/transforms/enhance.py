"""Enhance a picture within a data pipeline."""

from __future__ import annotations

import numpy as np
import torch
from mmcv.transforms import BaseTransform

from mmscllle.inference.strength import apply_strength
from mmscllle.inference.tensors import frames_to_tensor, tensor_to_frame
from mmscllle.models.enhancers import load_enhancer
from mmscllle.models.enhancers.known import choose_source
from mmscllle.registry import TRANSFORMS

from .shares import check_share


@TRANSFORMS.register_module()
class Enhance(BaseTransform):
    """Replace ``img`` by what an enhancer makes of it, on the CPU.

    In a training it makes a reference out of an enhancer that is there already (knowledge
    distillation: Hinton et al., *Distilling the Knowledge in a Neural Network*, 2015).

    Args:
        model: The enhancer's config, or in one word the name of a model (``'mmscllle://scl-lle'``)
            or the path of a config or of a checkpoint of a known model; None: the one that the
            weights fit, or the default model.
        weights: Checkpoint in place of what ``model`` names.
        strength: From 0, the picture as it is, to 1, the whole enhancement.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the weights do not fit, or ``strength`` is not in [0, 1].
    """

    def __init__(
        self, model: str | dict | None = None, weights: str | None = None, strength: float = 1.0
    ) -> None:
        self.strength = check_share('strength', strength)
        source = choose_source(model, weights, 'Enhance.{}'.format)
        self.enhancer = load_enhancer(source, 'Enhance.weights').eval()

    @torch.inference_mode()
    def transform(self, results: dict) -> dict:
        """Enhance ``results['img']``, uint8 BGR (H, W, 3)."""
        frame = results['img'][..., ::-1]
        image = frames_to_tensor([frame], 'cpu')
        enhanced, _ = self.enhancer(image)
        enhanced = tensor_to_frame(apply_strength(image, enhanced, self.strength)[0], frame)
        results['img'] = np.ascontiguousarray(enhanced[..., ::-1])
        return results
