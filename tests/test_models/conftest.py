"""Configs and batches that the tests of the models share."""

from __future__ import annotations

import copy

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmscllle.registry import MODELS


@pytest.fixture
def segmentor_config(tiny_segmentor) -> dict:
    config, checkpoint = tiny_segmentor
    return dict(
        type='mmscllle.FrozenSegmentor', config=config, checkpoint=checkpoint, num_classes=4
    )


@pytest.fixture
def objective_config(tiny_segmentor, segmentor_config) -> dict:
    """All seven terms; the tiny segmentor's backbone lends the features."""
    config, checkpoint = tiny_segmentor
    return dict(
        type='mmscllle.SCLLLEObjective',
        contrastive_brightness=dict(type='mmscllle.ContrastiveLoss', loss_weight=10.0),
        contrastive_gram=dict(
            type='mmscllle.ContrastiveLoss', distance='gram', margin=0.04, loss_weight=5.0
        ),
        semantic_brightness=dict(type='mmscllle.SemanticBrightnessConsistencyLoss'),
        semantic_cross_entropy=dict(type='mmscllle.SemanticCrossEntropyLoss'),
        feature_retention=dict(type='mmscllle.FeatureRetentionLoss'),
        color_constancy=dict(type='mmscllle.ColorConstancyLoss', loss_weight=8.0),
        illumination_smoothness=dict(type='mmscllle.IlluminationSmoothnessLoss', loss_weight=200.0),
        feature_extractor=dict(
            type='mmscllle.BackboneFeatures', config=config, checkpoint=checkpoint
        ),
        segmentor=segmentor_config,
    )


@pytest.fixture
def build_model(objective_config):
    """Build ``SCLLLE`` with seeded weights; arguments override the objective's config."""

    def build(objective: bool = True, **overrides: object):
        config = copy.deepcopy(objective_config) if objective else None
        if objective:
            config.update(overrides)
        with torch.random.fork_rng():
            torch.manual_seed(0)
            model = MODELS.build(
                dict(
                    type='mmscllle.SCLLLE',
                    enhancer=dict(type='mmscllle.CurveEnhancer'),
                    objective=config,
                )
            )
            model.init_weights()
        return model

    return build


@pytest.fixture
def inputs() -> dict[str, torch.Tensor]:
    """RGB in [0, 1], (2, 3, 32, 40)."""
    generator = torch.Generator().manual_seed(0)
    low, positive, negative = torch.rand(3, 2, 3, 32, 40, generator=generator)
    return dict(low=0.2 * low, positive=positive, negative=0.05 * negative)


@pytest.fixture
def labelled() -> list[SegDataSample]:
    """Two samples with label maps of 4 classes and some void."""
    generator = torch.Generator().manual_seed(1)
    samples = [SegDataSample(), SegDataSample()]
    for sample in samples:
        labels = torch.randint(4, (1, 32, 40), generator=generator)
        labels[:, :3] = 255
        sample.gt_sem_seg = PixelData(data=labels)
    return samples
