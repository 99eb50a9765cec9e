"""The enhanced image should be the well-exposed one that it was darkened from."""

from __future__ import annotations

from torch import Tensor, nn

from mmscllle.models.presence import is_there
from mmscllle.registry import MODELS

from .precision import at_least_float32
from .structural_similarity import structural_similarity

# From one window of SSIM to the next, in pixels.
STRIDE = 4


@MODELS.register_module()
class ReconstructionLoss(nn.Module):
    r"""Distance of the enhanced image :math:`I_H` and a reference :math:`I_R` of the same scene.

    .. math:: |I_H - I_R|_1 + w_2 (I_H - I_R)^2 + w_s (1 - SSIM(I_H, I_R)) + w_e |k I_H - I_R|_1

    with means over all pixels.  :math:`k` is the ratio of the means of the two images, taken for a
    constant: the last term is blind to the brightness of the whole.  Not one of the paper's terms.
    The reference of a darkened picture is the picture itself, so no second picture of a scene is
    needed.

    Args:
        loss_weight: Factor of the result.
        square_weight: :math:`w_2`.
        similarity_weight: :math:`w_s`.
        equalized_weight: :math:`w_e`.
    """

    def __init__(
        self,
        loss_weight: float = 1.0,
        square_weight: float = 2.0,
        similarity_weight: float = 0.5,
        equalized_weight: float = 0.5,
    ) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.square_weight = square_weight
        self.similarity_weight = similarity_weight
        self.equalized_weight = equalized_weight

    def distance(self, enhanced: Tensor, reference: Tensor) -> Tensor:
        """The distance of each image, (N,); both are (N, 3, H, W), of at least 7 x 7 pixels."""
        enhanced, reference = at_least_float32(enhanced), at_least_float32(reference)
        difference = (enhanced - reference).flatten(1)
        means = [image.detach().flatten(1).mean(dim=1) for image in (enhanced, reference)]
        ratio = (means[1] / means[0].clamp(min=1e-3))[:, None, None, None]
        equalized = (ratio * enhanced - reference).flatten(1)
        return (
            difference.abs().mean(dim=1)
            + self.square_weight * difference.pow(2).mean(dim=1)
            + self.similarity_weight * (1 - structural_similarity(enhanced, reference, STRIDE))
            + self.equalized_weight * equalized.abs().mean(dim=1)
        )

    def forward(self, enhanced: Tensor, reference: Tensor) -> Tensor:
        """Compute the loss.

        Args:
            enhanced: RGB in [0, 1], (N, 3, H, W).
            reference: Of the same shape; a black image stands for none.

        Returns:
            Scalar: the sum over the images that have a reference, divided by N.
        """
        distances = self.distance(enhanced, reference)
        return self.loss_weight * (distances * is_there(reference)).mean()
