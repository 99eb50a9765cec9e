"""The segmentor of a chain, and which checkpoint goes into which part."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.structures import PixelData
from mmseg.models import BaseSegmentor
from mmseg.structures import SegDataSample
from torch import Tensor

from mmscllle.utils.weights import claim_part, has_part, list_some

from .segmentor_config import build_segmentor, read_segmentor_config

if TYPE_CHECKING:
    from .enhanced_segmentor import EnhancedSegmentor
    from .objective_inputs import ObjectiveInputs

PARTS = ('enhancer', 'segmentor')


def build_chain_segmentor(config: str | dict, changes: dict) -> BaseSegmentor:
    """Build an mmseg segmentor without its weights, some keys of its config changed.

    Args:
        config: Path, ``'mmseg::…'`` name or dict of its config.
        changes: Keys of the model's config, merged into it; None leaves a key as it is.

    Returns:
        The segmentor.
    """
    merged = Config(dict(model=read_segmentor_config(config, 'model.segmentor')))
    merged.merge_from_dict(
        dict(model={name: value for name, value in changes.items() if value is not None})
    )
    segmentor = build_segmentor(merged.model, 'model.segmentor')
    preprocessor = segmentor.data_preprocessor
    sizes = [getattr(preprocessor, name, 0) for name in ('size', 'size_divisor')]
    if sizes == [None, None]:
        # In training mmseg's preprocessor insists on either; this one adds no padding.
        preprocessor.size_divisor = 1
    return segmentor


def judge_by_copy(
    objective: dict | None, segmentor: str | dict, checkpoint: str | None
) -> dict | None:
    """Fill in the segmentor of an objective that names none: a copy of the chain's own.

    Args:
        objective: Config of a :class:`SCLLLEObjective`; None: there is none.
        segmentor: Config of the chain's segmentor.
        checkpoint: Its weights.

    Returns:
        The objective's config.

    Raises:
        ValueError: If a copy is wanted and the chain's segmentor has no weights.
    """
    judge = (objective or {}).get('segmentor')
    if objective is None or not isinstance(judge, dict) or 'config' in judge:
        return objective
    if checkpoint is None:
        raise ValueError(
            'model.objective.segmentor names no config, so that it is a copy of '
            'model.segmentor, whose weights are missing: set '
            'model.segmentor_checkpoint'
        )
    return dict(objective, segmentor=dict(judge, config=segmentor, checkpoint=checkpoint))


def adopt_parts(
    chain: EnhancedSegmentor, state_dict: dict[str, Tensor], prefix: str, *_: object
) -> None:
    """Let checkpoints of a chain, of either part, or of a model that holds one load into the parts.

    A part that a checkpoint lacks stays as it is, which is logged, and :func:`check_filled` knows.
    A hook of ``load_state_dict``.

    Args:
        chain: What loads it, with both parts as attributes.
        state_dict: The checkpoint's weights, changed in place.
        prefix: What the names of the chain's weights start with.

    Raises:
        ValueError: If it has neither part, or one of another kind.
    """
    weights = {
        name[len(prefix) :]: value for name, value in state_dict.items() if name.startswith(prefix)
    }
    own = {part: getattr(chain, part).state_dict() for part in PARTS}
    lacking = [part for part in PARTS if own[part] and not has_part(weights, own[part], part)]
    if len(lacking) == sum(map(bool, own.values())):
        raise ValueError(
            f'the checkpoint has neither part of the chain: it has '
            f'{list_some(weights)}; the model has {list_some(chain.state_dict())}'
        )
    for part in lacking:
        other = [name for name in weights if name.startswith(f'{part}.')]
        if other:
            raise ValueError(
                f'the checkpoint is of a chain with another {part}: it has {list_some(other)}; '
                'give the config that it was trained with'
            )
    if 'segmentor' not in lacking:
        chain.release_dataset_meta()
    for part in PARTS:
        if part not in lacking:
            claim_part(state_dict, own[part], part, f'{prefix}{part}.', prefix)
            chain.loaded.add(part)
    # What has no parameters is as it should be without a checkpoint.
    chain.unfilled = [
        part
        for part in lacking
        if part not in chain.loaded and any(True for _ in getattr(chain, part).parameters())
    ]
    for part in lacking:
        state_dict.update({f'{prefix}{part}.{name}': value for name, value in own[part].items()})
        if part not in chain.loaded:
            print_log(
                f'the checkpoint has no weights of the {part}, which stays as it is',
                'current',
                logging.WARNING,
            )


def check_filled(chain: EnhancedSegmentor) -> None:
    """Check that no part has random weights beside those of a checkpoint.

    A training may begin at them: it calls ``init_weights``, and what it has trained may be used.

    Args:
        chain: The chain.

    Raises:
        ValueError: If the last checkpoint lacked a part that nothing else has filled.
    """
    if chain.unfilled and not chain.is_init:
        (part,) = chain.unfilled
        raise ValueError(
            f'the checkpoint has no weights of the {part}, which may be random: set '
            f'model.{part}_checkpoint, or give a checkpoint of both parts'
        )


def fix_parts(chain: EnhancedSegmentor) -> None:
    """Fix the parts that do not learn; what a part fixes itself stays so.

    Args:
        chain: The chain, changed in place.
    """
    # DistributedDataParallel, which MMEngine also tests in, refuses a model all of whose parameters
    # are fixed.  Where nothing learns, `loss` refuses to train.
    for part in PARTS:
        if chain.learners and part not in chain.learners:
            getattr(chain, part).requires_grad_(False)
    if chain.learners == PARTS:
        # Also what stays as it is in a training of the enhancer alone (DuskNightEnhancer).
        chain.enhancer.requires_grad_(True)


def complete_labels(samples: Sequence[SegDataSample], known: ObjectiveInputs) -> None:
    """Give the samples the objective's labels: pseudo-labels, or void where none are wanted.

    Args:
        samples: Data samples of a training batch, changed in place.
        known: The objective's quantities.
    """
    marked = known.stays_void or [False] * len(samples)
    for sample, label, stays in zip(samples, known['labels'], marked, strict=True):
        # Else a void map would hide that labels are missing.
        if known.gives_labels or stays:
            sample.gt_sem_seg = PixelData(data=label[None])


def check_labels(samples: Sequence[SegDataSample]) -> None:
    """Check that each sample has labels.

    Args:
        samples: Data samples of a training batch.

    Raises:
        ValueError: If one has none.
    """
    missing = [sample.metainfo.get('img_path') for sample in samples if 'gt_sem_seg' not in sample]
    if missing:
        raise ValueError(
            f'there are no labels for {missing}: give a model.objective with a '
            'segmentor and pseudo_labels, which labels them, or train on labelled images alone; '
            'WithoutPseudoLabels marks those that only the terms of an objective shall take'
        )
