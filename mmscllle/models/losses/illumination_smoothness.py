"""Neighbouring pixels get similar tone curves."""

from __future__ import annotations

from torch import Tensor, nn

from mmscllle.registry import MODELS

from .precision import at_least_float32


def total_variation(curves: Tensor) -> Tensor:
    r"""Squared total variation (Zero-DCE, eq. 7; paper, eq. 9).

    .. math:: 2 \left(\frac{\sum \partial_h^2}{(H - 1) W}
                      + \frac{\sum \partial_w^2}{H (W - 1)}\right)

    The sums run over all channels, the denominators have no factor C, as in both releases.

    Args:
        curves: Curve parameters, (N, C, H, W).

    Returns:
        One value an image, (N,); a direction with a single pixel adds nothing.
    """
    curves = at_least_float32(curves)
    h, w = curves.shape[2:]
    vertical = (curves[:, :, 1:] - curves[:, :, :-1]).pow(2).sum(dim=(1, 2, 3))
    horizontal = (curves[..., 1:] - curves[..., :-1]).pow(2).sum(dim=(1, 2, 3))
    return 2 * (vertical / max((h - 1) * w, 1) + horizontal / max(h * (w - 1), 1))


@MODELS.register_module()
class IlluminationSmoothnessLoss(nn.Module):
    """Mean over the batch of :func:`total_variation`.

    Args:
        loss_weight: Factor of the result.
        skip_without_curves: Let an objective leave the term out for an enhancer without curves,
            which it otherwise refuses.
    """

    def __init__(self, loss_weight: float = 1.0, skip_without_curves: bool = False) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.skip_without_curves = skip_without_curves

    def forward(self, curves: Tensor) -> Tensor:
        """Compute the loss of ``curves``, (N, C, H, W): a scalar."""
        return self.loss_weight * total_variation(curves).mean()
