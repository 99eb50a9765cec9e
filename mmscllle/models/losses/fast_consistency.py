"""One set of weights for the exact and the fast mode."""
from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import mse_loss

from mmscllle.registry import MODELS

from .precision import at_least_float32


@MODELS.register_module()
class FastConsistencyLoss(nn.Module):
    r"""Squared difference of the images enhanced by exact and by fast curves.

    .. math:: \frac{1}{N 3 H W} \sum (I_H - I_F)^2

    No term of the paper.  :math:`I_F` is enhanced with curves estimated on the reduced image (Li
    et al., *Learning to Enhance Low-Light Image via Zero-Reference Deep Curve Estimation*, TPAMI
    2021).  A value of 0.0005 is a PSNR of 33 dB between the two.

    Args:
        downsample: The factor of the fast mode, see :class:`CurveEnhancer`.
        loss_weight: Factor of the result.

    Raises:
        ValueError: If ``downsample`` is not above 1.
    """

    def __init__(self, downsample: int, loss_weight: float = 1.0) -> None:
        super().__init__()
        if downsample <= 1:
            raise ValueError(f'downsample must be above 1, got {downsample}: with 1 both modes '
                             'are the same')
        self.downsample = downsample
        self.loss_weight = loss_weight

    def forward(self, enhanced: Tensor, fast: Tensor) -> Tensor:
        """Compute the loss of ``enhanced`` and ``fast``, both (N, 3, H, W): a scalar."""
        return self.loss_weight * mse_loss(at_least_float32(enhanced), at_least_float32(fast))
