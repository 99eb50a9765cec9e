"""The objective of SCL-LLE on one page: one line per term of the paper."""
from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from mmscllle.registry import MODELS

IGNORE_INDEX = 255


class Triplet(NamedTuple):
    """Three unpaired images of one size, RGB in [0, 1], (N, 3, H, W) each.

    Only the contrastive terms need the positive and the negative.
    """

    low: Tensor
    positive: Tensor | None = None
    negative: Tensor | None = None


@MODELS.register_module()
class SCLLLEObjective(nn.Module):
    """What the enhancer is trained for (Liang et al., AAAI 2022, arXiv 2112.06451).

    The enhanced image is pulled towards a normal-light positive and pushed from a wrongly exposed
    negative; it should be of one brightness within each semantic class, easy to segment, and keep
    the features of the low-light image.  Terms are configs of losses; None leaves a term out.

    Features of an image are computed once: one pass with gradients (the enhanced image), one
    without to the depth of the retention term (low), two to the depth of the Gram term.

    Args:
        contrastive_brightness: Loss of (enhanced, positive, negative).
        contrastive_gram: Loss of their style features; needs ``feature_extractor``.
        semantic_brightness: Loss of (enhanced, labels).
        semantic_cross_entropy: Loss of (class scores, labels); needs ``segmentor``.
        feature_retention: Loss of content features (low, enhanced); needs ``feature_extractor``.
            Or a loss of the images themselves, whose ``takes_images`` is True.
        color_constancy: Loss of the enhanced image.
        illumination_smoothness: Loss of the curves.
        feature_extractor: The fixed network for the Gram and retention terms.
        segmentor: The fixed :class:`FrozenSegmentor` for cross-entropy and pseudo-labels.
        pseudo_labels: Label images that have no ground truth by the segmentor's own prediction
            on the enhanced image; False is the released code's behaviour (deviation 6).
        pseudo_label_confidence: Pixels whose predicted class is less probable stay void.
        detach_before_segmentor: Cut the gradient between enhancer and segmentor, as the released
            code does (deviation 1): cross-entropy is then logged but teaches nothing.

    Raises:
        ValueError: If a term lacks the fixed network that it needs.
    """

    def __init__(self,
                 contrastive_brightness: dict | None = None,
                 contrastive_gram: dict | None = None,
                 semantic_brightness: dict | None = None,
                 semantic_cross_entropy: dict | None = None,
                 feature_retention: dict | None = None,
                 color_constancy: dict | None = None,
                 illumination_smoothness: dict | None = None,
                 feature_extractor: dict | None = None,
                 segmentor: dict | None = None,
                 pseudo_labels: bool = True,
                 pseudo_label_confidence: float = 0.,
                 detach_before_segmentor: bool = False) -> None:
        super().__init__()

        def build(config: dict | None) -> nn.Module | None:
            return None if config is None else MODELS.build(config)

        self.contrastive_brightness = build(contrastive_brightness)
        self.contrastive_gram = build(contrastive_gram)
        self.semantic_brightness = build(semantic_brightness)
        self.semantic_cross_entropy = build(semantic_cross_entropy)
        self.feature_retention = build(feature_retention)
        self.color_constancy = build(color_constancy)
        self.illumination_smoothness = build(illumination_smoothness)
        self.feature_extractor = build(feature_extractor)
        self.segmentor = build(segmentor)
        self.pseudo_labels = pseudo_labels
        self.pseudo_label_confidence = pseudo_label_confidence
        self.detach_before_segmentor = detach_before_segmentor
        self.retains_features = self.feature_retention is not None and not getattr(
            self.feature_retention, 'takes_images', False)
        for term, used, network in (
                ('contrastive_gram', self.contrastive_gram, 'feature_extractor'),
                ('feature_retention', self.retains_features, 'feature_extractor'),
                ('semantic_cross_entropy', self.semantic_cross_entropy, 'segmentor')):
            if used and getattr(self, network) is None:
                raise ValueError(f'objective.{term} needs objective.{network}; give it, '
                                 f'or set {term}=None')

    def forward(self, triplet: Triplet, enhanced: Tensor, curves: Tensor,
                labels: Tensor) -> dict[str, Tensor]:
        """Compute every term that is configured.

        Args:
            triplet: The low-light image, a positive and a negative.
            enhanced: The enhanced low-light image, RGB in [0, 1], (N, 3, H, W).
            curves: The tone curves it was enhanced with, (N, C, H, W).
            labels: Ground truth, int64, (N, H, W); 255 is void, and an image that is void
                throughout counts as one without labels.

        Returns:
            Weighted scalars by name; MMEngine adds them up.
        """
        low, positive, negative = triplet
        losses: dict[str, Tensor] = {}

        contrastive = self.contrastive_brightness or self.contrastive_gram
        if contrastive and (positive is None or negative is None):
            raise ValueError('contrastive terms need positives and negatives: take an Unpaired'
                             'LowLightDataset, or set objective.contrastive_brightness and '
                             'objective.contrastive_gram to None')
        if self.contrastive_brightness:
            losses['loss_contrastive_brightness'] = self.contrastive_brightness(
                enhanced, positive, negative)

        if self.contrastive_gram or self.retains_features:
            features = self.feature_extractor(enhanced)
            with torch.no_grad():
                if self.contrastive_gram:
                    positive_style = self.feature_extractor.style(positive)
                    negative_style = self.feature_extractor.style(negative)
                if self.retains_features:
                    low_content = self.feature_extractor.content(low)
            if self.contrastive_gram:
                losses['loss_contrastive_gram'] = self.contrastive_gram(
                    features.style, positive_style, negative_style)
            if self.retains_features:
                losses['loss_feature_retention'] = self.feature_retention(
                    low_content, features.content)
        if self.feature_retention and not self.retains_features:
            losses['loss_feature_retention'] = self.feature_retention(low, enhanced)

        if self.segmentor and (self.semantic_cross_entropy or self.semantic_brightness):
            scores = self.segmentor(enhanced.detach() if self.detach_before_segmentor else enhanced)
            if self.pseudo_labels:
                labels = self.fill_labels(labels, scores.detach())
            if self.semantic_cross_entropy:
                losses['loss_semantic_cross_entropy'] = self.semantic_cross_entropy(scores, labels)
        if self.semantic_brightness:
            losses['loss_semantic_brightness'] = self.semantic_brightness(enhanced, labels)

        if self.color_constancy:
            losses['loss_color_constancy'] = self.color_constancy(enhanced)
        if self.illumination_smoothness:
            losses['loss_illumination_smoothness'] = self.illumination_smoothness(curves)
        return losses

    def complete_labels(self, labels: Tensor, enhanced: Tensor) -> Tensor:
        """Pseudo-label the images that have no label, as :meth:`forward` does.

        Args:
            labels: Int64, (N, H, W).
            enhanced: RGB in [0, 1], (N, 3, H, W).

        Returns:
            Labels of the same shape.
        """
        labelled = (labels != IGNORE_INDEX).flatten(1).any(dim=1)
        if not self.pseudo_labels or self.segmentor is None or labelled.all():
            return labels
        with torch.no_grad():
            return self.fill_labels(labels, self.segmentor(enhanced))

    def fill_labels(self, labels: Tensor, scores: Tensor) -> Tensor:
        """Give images without any label the segmentor's confident predictions.

        Args:
            labels: Int64, (N, H, W).
            scores: Class scores, (N, C, H, W).

        Returns:
            Labels of the same shape.
        """
        confidence, predicted = scores.float().softmax(dim=1).max(dim=1)
        predicted = predicted.masked_fill(confidence < self.pseudo_label_confidence, IGNORE_INDEX)
        unlabelled = (labels == IGNORE_INDEX).flatten(1).all(dim=1)
        return torch.where(unlabelled[:, None, None], predicted, labels)
