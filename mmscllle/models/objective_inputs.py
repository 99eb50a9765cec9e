"""The inputs of an objective's terms, each computed once, for the first term that asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .judges import average_scores
from .presence import is_there
from .pseudo_labels import IGNORE_INDEX, label_by, label_by_teacher

if TYPE_CHECKING:
    from .scl_lle_objective import SCLLLEObjective

FEATURES = ('style', 'content')
# One value a segmentor that judges the step.
JUDGED = ('scores', 'features', 'reference_features')


class ObjectiveInputs:
    """Quantities of one training batch by name; what no term asks for is not computed.

    =================  =========================================================================
    ``low``            the low-light image, RGB in [0, 1], (N, 3, H, W); and the same of whatever
                       else the data set gives: ``positive``, ``negative``, ``second``, …
    ``enhanced``       the enhanced ``low``, (N, 3, H, W)
    ``curves``         the curves that it was enhanced with, (N, C, h, w)
    ``enhanced_NAME``  the enhanced image ``NAME``, as ``enhanced_second``; black where ``NAME`` is
                       entirely black, which stands for none
    ``fast``           what the enhancer's fast mode makes of ``low``, (N, 3, H, W)
    ``scores``         class scores on ``enhanced``, (N, K, H, W), of each fixed segmentor that
                       judges this step; a term is given one after the other
    ``features``       likewise what its last layer takes, (N, C, h, w), of ``enhanced``; and
                       ``reference_features`` of the data set's ``reference``
    ``labels``         int64, (N, H, W), 255 is void; an image without any has pseudo-labels,
                       where the objective's ``pseudo_labels`` says so
    ``NAME_style``     shallow features of ``enhanced`` or another image, (N, C_l, H_l, W_l) each
    ``NAME_content``   deep features of the same, (N, C, h, w)
    =================  =========================================================================

    Gradients flow from what is made of enhanced images alone.

    Args:
        objective: The objective, with its fixed networks.
        enhancer: Gives the enhanced images and curves of a batch.
        images: Of the data set by name; ``low`` is what is enhanced.
        labels: Ground truth, int64, (N, H, W); an image that is void throughout has none.
        stays_void: For each image whether it gets no pseudo-labels; None: all may get some.
        teacher: Gives class scores of images as they are, by averaged weights.
    """

    def __init__(
        self,
        objective: SCLLLEObjective,
        enhancer: Callable[[Tensor], tuple[Tensor, Tensor]],
        images: Mapping[str, Tensor],
        labels: Tensor,
        stays_void: Sequence[bool] | None = None,
        teacher: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        self.objective = objective
        # With a fast mode where a term takes it.
        self.enhancer: Any = enhancer
        self.images = images
        self.given_labels = labels
        self.stays_void = stays_void
        self.teacher = teacher
        self.judges = objective.judges.of_step()
        self._known: dict[str, Any] = dict(images)

    def __getitem__(self, name: str) -> Any:
        """Compute a quantity, or look it up.

        Raises:
            ValueError: If there is none of that name, or it cannot be had.
        """
        if name not in self._known:
            self._known[name] = self._compute(name)
        value = self._known[name]
        if name == 'curves' and not self.has_curves:
            raise ValueError(
                f'it takes curves, and the {type(self.enhancer).__name__} has none; '
                'set the term to None, or skip_without_curves=True'
            )
        return value

    @property
    def has_curves(self) -> bool:
        """Whether the enhancer gave any curves."""
        if 'curves' not in self._known:
            self._compute('curves')
        return self._known['curves'].shape[1] > 0

    @property
    def gives_labels(self) -> bool:
        """Whether images without labels get pseudo-labels."""
        return bool(self.objective.pseudo_labels and self.judges)

    def _compute(self, name: str) -> Any:
        if name in ('enhanced', 'curves'):
            self._known['enhanced'], self._known['curves'] = self.enhancer(self['low'])
            return self._known[name]
        if name == 'fast':
            return self.enhancer.forward_fast(self['low'])[0]
        if name in ('scores', 'features'):
            self._judge()
            return self._known[name]
        if name == 'reference_features':
            with torch.no_grad():
                return [segmentor.look(self['reference'])[1] for segmentor in self.judges]
        if name == 'labels':
            return self._complete_labels()
        base, _, kind = name.rpartition('_')
        if kind in FEATURES:
            return self._extract(base, kind)
        if name.startswith('enhanced_') and name[len('enhanced_') :] in self.images:
            return self._enhance(self.images[name[len('enhanced_') :]])
        raise ValueError(
            f'it takes {name!r}, which is no name in ObjectiveInputs and not given by '
            f'the data set, which gives {", ".join(self.images)}; take another, as an '
            'UnpairedLowLightDataset, or set the term to None'
        )

    def _enhance(self, images: Tensor) -> Tensor:
        there = is_there(images)
        if there.all():
            return self.enhancer(images)[0]
        enhanced = torch.zeros_like(images)
        if there.any():
            enhanced[there] = self.enhancer(images[there])[0].to(enhanced)
        return enhanced

    def _extract(self, base: str, kind: str) -> Any:
        image, extractor = self[base], self.objective.feature_extractor
        with torch.no_grad() if base in self.images else nullcontext():
            if not {f'{base}_{each}' for each in FEATURES} <= self.objective.wanted:
                return getattr(extractor, kind)(image)
            features = extractor(image)
        self._known.update({f'{base}_{each}': getattr(features, each) for each in FEATURES})
        return self._known[f'{base}_{kind}']

    def _judge(self) -> None:
        """Let the segmentors look at the enhanced image, once for scores and features."""
        image = self['enhanced']
        if self.objective.detach_before_segmentor:
            image = image.detach()
        if 'features' not in self.objective.wanted:
            self._known['scores'] = [segmentor(image) for segmentor in self.judges]
            return
        seen = [segmentor.look(image) for segmentor in self.judges]
        self._known['scores'], self._known['features'] = map(list, zip(*seen, strict=True))

    def _complete_labels(self) -> Tensor:
        labels = self.given_labels
        unlabelled = (labels == IGNORE_INDEX).flatten(1).all(dim=1)
        if self.stays_void is not None:
            unlabelled &= ~torch.tensor(self.stays_void, device=labels.device)
        if not self.gives_labels or not unlabelled.any():
            return labels
        labels = labels.clone()
        labels[unlabelled] = self._pseudo_labels(unlabelled)
        return labels

    def _pseudo_labels(self, unlabelled: Tensor) -> Tensor:
        confidence = self.objective.pseudo_label_confidence
        if self.objective.pseudo_labels == 'teacher':
            if self.teacher is None:
                raise ValueError(
                    "objective.pseudo_labels='teacher' needs averaged weights; add "
                    "dict(type='mmscllle.AveragedWeightsHook') to custom_hooks"
                )
            return label_by_teacher(self['low'][unlabelled], self.teacher, confidence)
        if 'scores' in self.objective.wanted:
            scores = [each.detach()[unlabelled] for each in self['scores']]
        else:
            with torch.no_grad():
                image = self['enhanced'][unlabelled]
                scores = [segmentor(image) for segmentor in self.judges]
        return label_by(average_scores(scores), confidence)
