"""The objective of SCL-LLE on one page: one line per term of the paper."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from torch import Tensor, nn

from mmscllle.registry import MODELS, build_part

from .judges import Judges
from .objective_inputs import JUDGED, ObjectiveInputs

# What each term of the paper takes, by names that ObjectiveInputs explains.
TERMS = dict(
    contrastive_brightness=('enhanced', 'positive', 'negative'),
    contrastive_gram=('enhanced_style', 'positive_style', 'negative_style'),
    semantic_brightness=('enhanced', 'labels'),
    semantic_cross_entropy=('scores', 'labels'),
    feature_retention=('low_content', 'enhanced_content'),
    color_constancy=('enhanced',),
    illumination_smoothness=('curves',),
)


@MODELS.register_module()
class SCLLLEObjective(nn.Module):
    """The training objective of SCL-LLE (Liang et al., AAAI 2022, arXiv 2112.06451).

    The enhanced image is pulled towards a normal-light positive and pushed from a wrongly exposed
    negative; it should be of one brightness within each semantic class, easy to segment, and keep
    the features of the low-light image.  Terms are configs of losses; None leaves a term out.
    A loss is called with what it takes: the names in its attribute ``takes`` where it has one,
    else for a term of the paper those in :data:`TERMS`, and for a further one the names of the
    arguments of its ``forward`` that have no default.

    Args:
        contrastive_brightness: Loss of (enhanced, positive, negative).
        contrastive_gram: Loss of their style features.
        semantic_brightness: Loss of (enhanced, labels).
        semantic_cross_entropy: Loss of (class scores, labels).
        feature_retention: Loss of the content features (low, enhanced).
        color_constancy: Loss of the enhanced image.
        illumination_smoothness: Loss of the curves.
        extra_terms: Further losses by name, such as ``dict(my_term=dict(type='my.Loss'))``.
        feature_extractor: The fixed network for terms that take features.
        segmentor: The fixed :class:`FrozenSegmentor` for class scores and pseudo-labels; or a list
            of several, of which the first predicts in validation.
        segmentor_choice: Of several segmentors, ``'draw'`` lets one a step judge, ``'all'`` takes
            the mean over all of a term of class scores (:class:`Judges`).
        pseudo_labels: Label images that have no ground truth by the segmentor's own prediction
            on the enhanced image; False is the released code's behaviour (deviation 6).
            ``'teacher'``: by the averaged model, where the flipped image gets the same classes
            (:func:`.label_by_teacher`); this needs
            :class:`~mmscllle.engine.hooks.AveragedWeightsHook`.
        pseudo_label_confidence: Pixels whose predicted class is less probable stay void.
        detach_before_segmentor: Cut the gradient between enhancer and segmentor, as the released
            code does (deviation 1): cross-entropy is then logged but teaches nothing.

    Raises:
        ValueError: If ``pseudo_labels`` or its confidence has another value, a term lacks the fixed
            network that it needs, an extra term has the name of one of the paper, its loss does
            not say what it takes, or the segmentors do not go together.
    """

    def __init__(
        self,
        contrastive_brightness: dict | None = None,
        contrastive_gram: dict | None = None,
        semantic_brightness: dict | None = None,
        semantic_cross_entropy: dict | None = None,
        feature_retention: dict | None = None,
        color_constancy: dict | None = None,
        illumination_smoothness: dict | None = None,
        extra_terms: dict[str, dict | None] | None = None,
        feature_extractor: dict | None = None,
        segmentor: dict | Sequence[dict] | None = None,
        segmentor_choice: str = 'draw',
        pseudo_labels: bool | str = True,
        pseudo_label_confidence: float = 0.0,
        detach_before_segmentor: bool = False,
    ) -> None:
        super().__init__()
        if pseudo_labels not in (True, False, 'teacher'):
            raise ValueError(
                f"objective.pseudo_labels must be True, False or 'teacher', got {pseudo_labels!r}"
            )
        if not 0 <= pseudo_label_confidence <= 1:
            raise ValueError(
                'objective.pseudo_label_confidence must be a probability, from 0 to 1, got '
                f'{pseudo_label_confidence}'
            )
        self.contrastive_brightness = build_part(contrastive_brightness)
        self.contrastive_gram = build_part(contrastive_gram)
        self.semantic_brightness = build_part(semantic_brightness)
        self.semantic_cross_entropy = build_part(semantic_cross_entropy)
        self.feature_retention = build_part(feature_retention)
        self.color_constancy = build_part(color_constancy)
        self.illumination_smoothness = build_part(illumination_smoothness)
        self.extra_terms = nn.ModuleDict(
            {name: build_part(config) for name, config in (extra_terms or {}).items() if config}
        )
        self.feature_extractor = build_part(feature_extractor)
        if segmentor is None or isinstance(segmentor, dict):
            segmentor = [segmentor] if segmentor else []
        if pseudo_labels == 'teacher' and not segmentor:
            raise ValueError(
                "objective.pseudo_labels='teacher' needs objective.segmentor, through which the "
                'teacher sees'
            )
        self.judges = Judges(segmentor, segmentor_choice)
        self.pseudo_labels = pseudo_labels
        self.pseudo_label_confidence = pseudo_label_confidence
        self.detach_before_segmentor = detach_before_segmentor
        self.takes = {name: self._read_takes(name, term) for name, term in self._terms()}
        self.wanted = {want for takes in self.takes.values() for want in takes}

    @property
    def segmentor(self) -> nn.Module | None:
        """The fixed segmentor, the first of several."""
        return self.judges.first

    def forward(self, inputs: ObjectiveInputs) -> dict[str, Tensor]:
        """Compute every term that is configured.

        Args:
            inputs: What the terms may take.

        Returns:
            Weighted scalars by name; MMEngine adds them up.

        Raises:
            ValueError: If there is not what a term takes.
        """
        losses = {}
        for name, term in self._terms():
            if getattr(term, 'skip_without_curves', False) and not inputs.has_curves:
                continue
            try:
                values = [inputs[want] for want in self.takes[name]]
            except ValueError as error:
                raise ValueError(f'{self._key(name)}: {error}') from error
            losses[f'loss_{name}'] = self._judged(term, self.takes[name], values)
        return losses

    @staticmethod
    def _judged(term: nn.Module, takes: tuple[str, ...], values: list) -> Tensor:
        """The term's value: where it takes what segmentors see, its mean over those who judge."""
        judges = next(
            (len(value) for want, value in zip(takes, values, strict=True) if want in JUDGED), None
        )
        if judges is None:
            return term(*values)
        found = [
            term(
                *(
                    value[judge] if want in JUDGED else value
                    for want, value in zip(takes, values, strict=True)
                )
            )
            for judge in range(judges)
        ]
        return sum(found) / len(found)

    def _terms(self) -> list[tuple[str, nn.Module]]:
        own = [(name, getattr(self, name)) for name in TERMS]
        return [
            (name, term) for name, term in (*own, *self.extra_terms.items()) if term is not None
        ]

    def _key(self, name: str) -> str:
        return f'objective.{name}' if name in TERMS else f'objective.extra_terms.{name}'

    def _read_takes(self, name: str, term: nn.Module) -> tuple[str, ...]:
        if name in TERMS and name in self.extra_terms:
            raise ValueError(
                f'objective.extra_terms.{name}: the paper has a term of that name; choose another'
            )
        takes = (
            getattr(term, 'takes', None)
            or TERMS.get(name)
            or tuple(
                argument.name
                for argument in inspect.signature(term.forward).parameters.values()
                if argument.kind is argument.POSITIONAL_OR_KEYWORD
                and argument.default is argument.empty
            )
        )
        if not takes:
            raise ValueError(
                f'{self._key(name)}: {type(term).__name__} does not say what it takes;'
                ' name the arguments of its forward so, or give it `takes`'
            )
        for network, needed in (
            ('feature_extractor', any(want.endswith(('_style', '_content')) for want in takes)),
            ('segmentor', any(want in JUDGED for want in takes)),
        ):
            if needed and getattr(self, network) is None:
                raise ValueError(
                    f'{self._key(name)} needs objective.{network}; give it, or set {name}=None'
                )
        return takes
