"""What each part of the first training does for photographs, and what others would do."""

_base_ = [
    '../scl_lle/scl-lle_bilateral-grid_exposures-256x256_2k.py',
    '../_base_/ablation_by_pairs.py',
]
anchors = 'train_dataloader.dataset.anchors'
as_stacks = dict(type='RepeatDataset', dataset=_base_.shots_darkened_as_stacks, times=4)
cross_exposure = {
    'model.objective.extra_terms.cross_exposure': dict(
        type='mmscllle.CrossExposureLoss', loss_weight=1.0, _delete_=True
    ),
    'train_dataloader.dataset.pipeline.0.second': True,
    anchors: [as_stacks, _base_.dark_shots],
}
judged_streets = {
    'model.objective.semantic_cross_entropy': dict(
        type='mmscllle.SemanticCrossEntropyLoss', loss_weight=0.1, _delete_=True
    ),
    'model.objective.segmentor': dict(_base_.judge, _delete_=True),
    anchors: [as_stacks, _base_.street_anchors],
}
ablation = dict(
    rows=dict(
        # The made-up camera also has a reference with more contrast, and more noise.
        made_up_camera={anchors: [_base_.darkened_shots]},
        both_ways_to_darken={anchors: [as_stacks, _base_.darkened_shots]},
        cross_exposure=cross_exposure,
        streets={anchors: [as_stacks, _base_.street_anchors]},
        judged_streets=judged_streets,
        no_highlights={f'{anchors}.0.pipeline.3.highlights': 1.0},
        no_sensor_noise={f'{anchors}.0.pipeline.4.prob': 0.0},
        no_jpeg={f'{anchors}.0.pipeline.5.prob': 0.0},
        more_local_contrast={f'{anchors}.0.pipeline.2.local_contrast': 0.5},
        no_similarity={'model.objective.extra_terms.reconstruction.similarity_weight': 0.0},
        no_averaged_weights=dict(custom_hooks=[]),
    ),
)
