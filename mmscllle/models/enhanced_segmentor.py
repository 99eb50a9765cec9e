"""See in the dark: an enhancer ahead of any mmseg segmentor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from mmengine.model import revert_sync_batchnorm
from mmengine.structures import PixelData
from mmseg.models import BaseSegmentor
from mmseg.structures import SegDataSample
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmscllle.registry import MODELS, build_part
from mmscllle.utils.weights import load_weights

from .enhanced_segmentor_parts import (
    PARTS,
    adopt_parts,
    build_chain_segmentor,
    check_filled,
    check_labels,
    complete_labels,
    fix_parts,
    judge_by_copy,
)
from .enhancers import build_enhancer
from .kept_dataset_meta import KeptDatasetMeta
from .objective_inputs import ObjectiveInputs
from .scl_lle import stack_labels, stay_void

LEARNERS = {
    'nothing': (),
    'enhancer': ('enhancer',),
    'segmentor': ('segmentor',),
    'both': PARTS,
}
# (N, 3, H, W), or a list of (3, H, W) where sizes differ.
Images = Tensor | list[Tensor]


def make_samples(images: Images) -> list[SegDataSample]:
    """Make data samples that know the size of their image."""
    sizes = [tuple(image.shape[1:]) for image in images]
    return [SegDataSample(metainfo=dict(ori_shape=size, img_shape=size)) for size in sizes]


@MODELS.register_module()
class EnhancedSegmentor(KeptDatasetMeta, BaseSegmentor):
    """Enhance each image, then segment it with any mmseg segmentor.

    The segmentor gets the enhanced image as its own data preprocessor would make it of a loaded
    one: its mean, standard deviation, channel order and padding, so padding is never enhanced,
    and with an enhancer that changes nothing its scores are those of the bare segmentor.  A
    checkpoint of the chain, of the bare segmentor or of the bare enhancer loads into its part.
    The names and colours of the classes are those in the segmentor's checkpoint.

    Args:
        enhancer: Config of the enhancer, or the path of a config whose model has one.
        segmentor: Path, ``'mmseg::…'`` name or dict of the segmentor's config.
        enhancer_checkpoint: Path or URL of weights loaded into the enhancer at build time: its
            own, or those of a model that holds one; ``mmscllle://scl-lle-night`` comes with the
            package.
        segmentor_checkpoint: The same for the segmentor.
        learn: Which part learns: ``'nothing'``, ``'enhancer'``, ``'segmentor'`` or ``'both'``. A
            part that does not stays in eval mode; what a segmentor freezes itself stays fixed, and
            what an enhancer freezes does unless both learn. Rates of their own:
            ``optim_wrapper.paramwise_cfg.custom_keys = dict(enhancer=dict(lr_mult=…))``.
        norm_eval: Keep the statistics of the segmentor's BatchNorm while it learns, as
            ``norm_eval`` of mmseg's backbones does for theirs: those of a few dark images are
            poor, and make it forget the day.
        objective: Config of a :class:`SCLLLEObjective` whose terms are added to the segmentor's
            losses. Images without labels get those of the objective's segmentor, which is a
            fixed copy of this model's where it names no ``config``.
        data_preprocessor: Config of the enhancer's preprocessor.
        **segmentor_changes: Keys merged into the config of the segmentor, as
            ``test_cfg=dict(mode='whole')``; None changes nothing.  mmseg's ``benchmark.py`` sets
            such keys, and its ``get_flops.py`` reads one that has to be there:
            ``decode_head=dict(type=…)``, the type that the segmentor's head has.

    Raises:
        ValueError: If ``learn`` is unknown, or a checkpoint does not fit.
        FileNotFoundError: If a config or a checkpoint is not there.
    """

    # No registered sub-module, so that no checkpoint holds it twice.
    teacher: Callable[[Tensor], Tensor] | None = None

    def __init__(
        self,
        enhancer: str | dict,
        segmentor: str | dict,
        enhancer_checkpoint: str | None = None,
        segmentor_checkpoint: str | None = None,
        learn: str = 'nothing',
        norm_eval: bool = False,
        objective: dict | None = None,
        data_preprocessor: dict | None = None,
        **segmentor_changes: object,
    ) -> None:
        super().__init__(data_preprocessor or dict(type='mmscllle.EnhanceDataPreprocessor'))
        if learn not in LEARNERS:
            raise ValueError(f'model.learn must be one of {sorted(LEARNERS)}, got {learn!r}')
        self.learners = LEARNERS[learn]
        self.norm_eval = norm_eval
        self.enhancer = build_enhancer(enhancer)
        self.segmentor = build_chain_segmentor(segmentor, segmentor_changes)
        if not torch.cuda.is_available():
            self.segmentor = revert_sync_batchnorm(self.segmentor)
        self.objective = build_part(judge_by_copy(objective, segmentor, segmentor_checkpoint))
        self._register_load_state_dict_pre_hook(adopt_parts, with_module=True)
        self.loaded: set[str] = set()
        self.unfilled: list[str] = []
        for part, checkpoint in (
            ('enhancer', enhancer_checkpoint),
            ('segmentor', segmentor_checkpoint),
        ):
            if checkpoint is not None:
                meta = load_weights(
                    getattr(self, part), checkpoint, f'model.{part}_checkpoint', part=part
                )
                self.loaded.add(part)
        fix_parts(self)
        if 'segmentor' in self.loaded:
            self.keep_dataset_meta(meta.get('dataset_meta', {}))
        self.train(self.training)

    def teach_by(self, averaged: EnhancedSegmentor) -> None:
        """Take pseudo-labels from what ``averaged`` sees: a copy whose weights are averages."""
        averaged.eval()

        def see(low: Tensor) -> Tensor:
            return torch.stack([sample.seg_logits.data for sample in averaged.predict(low)])

        self.__dict__['teacher'] = see

    @property
    def decode_head(self) -> nn.Module:
        """The segmentor's decode head, which mmseg's tools ask for."""
        return self.segmentor.decode_head

    @property
    def align_corners(self) -> bool:
        """How the segmentor resizes its scores."""
        return self.segmentor.align_corners

    @property
    def num_classes(self) -> int:
        """Number of the segmentor's classes."""
        return self.segmentor.num_classes

    @property
    def out_channels(self) -> int:
        """Number of the segmentor's score maps."""
        return self.segmentor.out_channels

    def init_weights(self) -> None:
        """Initialise the parts that no checkpoint has filled."""
        for part in PARTS:
            # An enhancer may be any module.
            if part not in self.loaded and hasattr(getattr(self, part), 'init_weights'):
                getattr(self, part).init_weights()
        self._is_init = True

    def train(self, mode: bool = True) -> EnhancedSegmentor:
        """Switch the parts that learn to train mode."""
        super().train(mode)
        for part in PARTS:
            if part not in self.learners:
                getattr(self, part).eval()
        if self.norm_eval:
            for module in self.segmentor.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()
        return self

    def enhance(self, images: Images) -> tuple[Images, Images]:
        """Enhance images of one size as a batch, others one by one: (enhanced, curves)."""
        if isinstance(images, Tensor):
            return self.enhancer(images)
        pairs = [self.enhancer(image[None]) for image in images]
        return [enhanced[0] for enhanced, _ in pairs], [curves[0] for _, curves in pairs]

    def prepare(
        self, enhanced: Images, data_samples: list[SegDataSample] | None, training: bool
    ) -> dict:
        """Make the segmentor's input as its own preprocessor would of loaded images.

        Args:
            enhanced: RGB in [0, 1], (N, 3, H, W), or a list of (3, H, W).
            data_samples: One an image.
            training: Whether to pad as in training.

        Returns:
            ``inputs`` and ``data_samples`` for the segmentor.
        """
        loaded = [image.flip(0) * 255 for image in enhanced]
        return self.segmentor.data_preprocessor(
            dict(inputs=loaded, data_samples=data_samples or make_samples(enhanced)), training
        )

    def loss(
        self, inputs: Images | dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> dict[str, Tensor]:
        """Compute the segmentor's losses on the enhanced images, and the objective's terms."""
        if not self.learners:
            raise ValueError("model.learn is 'nothing': there is nothing to train")
        images: Mapping[str, Any] = inputs if isinstance(inputs, dict) else dict(low=inputs)
        losses: dict[str, Tensor] = {}
        if self.objective is None:
            enhanced, _ = self.enhance(images['low'])
        else:
            low = images['low']
            if not isinstance(low, Tensor):
                raise ValueError(
                    'model.objective needs training images of one size; add a '
                    'RandomCrop to the pipeline'
                )
            labels = stack_labels(data_samples, low.shape[2:], low.device)
            known = ObjectiveInputs(
                self.objective,
                self.enhancer,
                images,
                labels,
                stay_void(data_samples),
                self.teacher,
            )
            losses.update(self.objective(known))
            enhanced = known['enhanced']
            complete_labels(data_samples, known)
        check_labels(data_samples)
        batch = self.prepare(enhanced, data_samples, training=True)
        for name, value in self.segmentor(**batch, mode='loss').items():
            losses[f'segmentor.{name}'] = value
        return losses

    def predict(
        self, inputs: Images | dict[str, Tensor], data_samples: list[SegDataSample] | None = None
    ) -> list[SegDataSample]:
        """Enhance and segment.

        Args:
            inputs: RGB in [0, 1], (N, 3, H, W), a list of (3, H, W) where sizes differ, or a dict
                with ``low``.
            data_samples: One an image.

        Returns:
            mmseg's data samples with ``pred_sem_seg`` and ``seg_logits`` at the original size,
            and ``enhanced``, float32 RGB in [0, 1], (3, h, w), at the input's.
        """
        images = inputs['low'] if isinstance(inputs, dict) else inputs
        # As engines and files have it.
        enhanced = [image.clamp(0, 1) for image in self.enhance(images)[0]]
        samples = data_samples or make_samples(images)
        step = len(samples) if isinstance(images, Tensor) else 1
        results: list[SegDataSample] = []
        for start in range(0, len(samples), step):
            group = slice(start, start + step)
            batch = self.prepare(enhanced[group], samples[group], training=False)
            results += self.segmentor(**batch, mode='predict')
        for sample, image in zip(results, enhanced, strict=True):
            sample.enhanced = PixelData(data=image.float())
        return results

    def test_step(self, data: dict | tuple | list) -> list:
        """Predict as ``val_step`` does; :func:`.enhanced_segmentor_parts.check_filled` first."""
        check_filled(self)
        return super().test_step(data)

    @torch.no_grad()
    def segment(self, image: Tensor) -> Tensor:
        """Class of each pixel of ``image`` as it is, without enhancing it.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            Int64, (N, H, W).
        """
        batch = self.prepare(image, None, training=False)
        samples = self.segmentor(**batch, mode='predict')
        return torch.stack([sample.pred_sem_seg.data[0].long() for sample in samples])

    def _see(self, inputs: Images) -> Tensor:
        return self.prepare(self.enhance(inputs)[0], None, training=False)['inputs']

    def _forward(self, inputs: Images, data_samples: list[SegDataSample] | None = None) -> Tensor:
        return self.segmentor(self._see(inputs), mode='tensor')

    def extract_feat(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """The segmentor's features of the enhanced images."""
        return self.segmentor.extract_feat(self._see(inputs))

    def encode_decode(self, inputs: Tensor, batch_img_metas: list[dict]) -> Tensor:
        """The segmentor's scores of the enhanced images, at the size it sees them in."""
        return self.segmentor.encode_decode(self._see(inputs), batch_img_metas)
