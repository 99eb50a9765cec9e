"""Two exposures of one scene should give one picture."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmscllle.models.presence import is_there
from mmscllle.registry import MODELS

from .reconstruction import ReconstructionLoss


@MODELS.register_module()
class CrossExposureLoss(nn.Module):
    r"""Distance of two enhanced shots of one scene, see :class:`ReconstructionLoss`.

    No well-exposed picture is needed (Fu et al., *Learning a Simple Low-light Image Enhancer from
    Paired Low-light Instances*, CVPR 2023, have the idea).  The brighter shot holds more of the
    scene, so it teaches the darker one more than the other way round.

    Args:
        loss_weight: Factor of the result.
        brighter_share: Share of the loss that moves the darker shot's result towards the brighter
            one's; the rest moves the brighter one's towards the darker one's.
        **weights: See :class:`ReconstructionLoss`.

    Raises:
        ValueError: If ``brighter_share`` is not in [0, 1].
    """

    def __init__(
        self, loss_weight: float = 1.0, brighter_share: float = 0.7, **weights: float
    ) -> None:
        super().__init__()
        if not 0 <= brighter_share <= 1:
            raise ValueError(f'brighter_share must be in [0, 1], got {brighter_share}')
        self.loss_weight = loss_weight
        self.brighter_share = brighter_share
        self.distance = ReconstructionLoss(**weights).distance

    def forward(
        self, enhanced: Tensor, enhanced_second: Tensor, low: Tensor, second: Tensor
    ) -> Tensor:
        """Compute the loss.

        Args:
            enhanced: Of the first shot, RGB in [0, 1], (N, 3, H, W).
            enhanced_second: Of the second shot.
            low: The first shot.
            second: The second shot; a black image stands for none.

        Returns:
            Scalar: the sum over the images that have a second shot, divided by N.
        """
        towards_second = self.distance(enhanced, enhanced_second.detach())
        towards_first = self.distance(enhanced_second, enhanced.detach())
        second_is_brighter = second.flatten(1).mean(dim=1) >= low.flatten(1).mean(dim=1)
        share = torch.where(second_is_brighter, self.brighter_share, 1 - self.brighter_share)
        share = share.to(towards_second)
        distances = share * towards_second + (1 - share) * towards_first
        return self.loss_weight * (distances * is_there(second)).mean()
