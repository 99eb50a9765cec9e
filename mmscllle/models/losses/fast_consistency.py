"""One set of weights for the exact and the fast mode."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import mse_loss

from mmscllle.registry import MODELS

from .precision import at_least_float32


@MODELS.register_module()
class FastConsistencyLoss(nn.Module):
    r"""Squared difference of the images enhanced in the exact and in the fast mode.

    .. math:: \frac{1}{N 3 H W} \sum (I_H - I_F)^2

    No term of the paper.  :math:`I_F` is what the enhancer's fast mode makes of the low-light
    image.  A value of 0.0005 is a PSNR of 33 dB between the two.

    Args:
        loss_weight: Factor of the result.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, enhanced: Tensor, fast: Tensor) -> Tensor:
        """Compute the loss of ``enhanced`` and ``fast``, both (N, 3, H, W): a scalar."""
        return self.loss_weight * mse_loss(at_least_float32(enhanced), at_least_float32(fast))
