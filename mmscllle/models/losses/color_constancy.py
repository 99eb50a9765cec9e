"""Grey world: the channels of a well-lit image have similar means."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmscllle.registry import MODELS

from .precision import at_least_float32


def color_constancy(image: Tensor, reference_form: bool = False) -> Tensor:
    r"""Distance of the channel means from grey (Zero-DCE, eq. 6; paper, eq. 8).

    .. math:: \sqrt{D_{rg}^2 + D_{rb}^2 + D_{gb}^2}, \quad D_{ab} = (\bar a - \bar b)^2

    Deviation 5: written with a plain square root, as in the released code, the gradient on a grey
    image is not finite.  A vector norm has the same value and the sub-gradient 0 there.

    Args:
        image: RGB in [0, 1], (N, 3, H, W).
        reference_form: Use the plain square root.

    Returns:
        One value an image, (N,).
    """
    red, green, blue = at_least_float32(image).mean(dim=(2, 3)).unbind(dim=1)
    squared = torch.stack(((red - green) ** 2, (red - blue) ** 2, (green - blue) ** 2), dim=1)
    if reference_form:
        return squared.pow(2).sum(dim=1).sqrt()
    return torch.linalg.vector_norm(squared, dim=1)


@MODELS.register_module()
class ColorConstancyLoss(nn.Module):
    """Mean over the batch of :func:`color_constancy`.

    Args:
        loss_weight: Factor of the result.
        reference_form: Plain square root, see the function.
    """

    def __init__(self, loss_weight: float = 1.0, reference_form: bool = False) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.reference_form = reference_form

    def forward(self, enhanced: Tensor) -> Tensor:
        """Compute the loss of ``enhanced``, RGB in [0, 1], (N, 3, H, W): a scalar."""
        return self.loss_weight * color_constancy(enhanced, self.reference_form).mean()
