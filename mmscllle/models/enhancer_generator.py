"""An enhancer in the place of mmagic's image-to-image networks."""

from __future__ import annotations

from mmengine.model import BaseModule
from torch import Tensor

from mmscllle.registry import MODELS

from .enhancers import build_enhancer


@MODELS.register_module()
class EnhancerGenerator(BaseModule):
    """An enhancer as the ``generator`` of mmagic's ``BaseEditModel``, which wants one tensor of it.

    Args:
        enhancer: Config of the network; ``enhancer(x)`` returns the enhanced image and curves.
        init_cfg: MMEngine's initialisation config.
    """

    def __init__(self, enhancer: dict, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.enhancer = build_enhancer(enhancer)

    def forward(self, image: Tensor) -> Tensor:
        """Enhance ``image``, RGB in [0, 1], (N, 3, H, W); the result is of the same kind."""
        return self.enhancer(image)[0]
