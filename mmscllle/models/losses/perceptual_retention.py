"""Another library's perceptual loss in the place of feature retention."""

from __future__ import annotations

from torch import Tensor

from mmscllle.models.frozen import Frozen
from mmscllle.registry import MODELS


@MODELS.register_module()
class PerceptualRetentionLoss(Frozen):
    """A perceptual loss that brings its own network, for ``objective.feature_retention``.

    Meant for mmagic's ``PerceptualLoss`` (Johnson et al., *Perceptual Losses for Real-Time Style
    Transfer and Super-Resolution*, ECCV 2016); ``configs/mmagic/scl-lle_perceptual_*`` gives it the
    form of :class:`FeatureRetentionLoss` on VGG-16's relu4_3.  mmagic takes the network's weights
    from torchvision, which looks for them in ``$TORCH_HOME/hub/checkpoints`` before it downloads
    them.  They are fixed, and in no checkpoint.

    Args:
        perceptual_loss: Config of a loss that is called with (enhanced, low), RGB in [0, 1],
            (N, 3, H, W), and returns a scalar, or several of which some may be None.
        loss_weight: Factor of the result.
    """

    takes = ('low', 'enhanced')

    def __init__(self, perceptual_loss: dict, loss_weight: float = 1.0) -> None:
        super().__init__(MODELS.build(perceptual_loss))
        self.loss_weight = loss_weight

    def forward(self, low: Tensor, enhanced: Tensor) -> Tensor:
        """Compute the loss.

        Args:
            low: The low-light image, RGB in [0, 1], (N, 3, H, W).
            enhanced: The enhanced image.

        Returns:
            Scalar, the sum of what the perceptual loss returns.
        """
        terms = self.network(enhanced, low)
        if isinstance(terms, Tensor):
            terms = (terms,)
        return self.loss_weight * sum(term for term in terms if term is not None)
