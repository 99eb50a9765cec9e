"""What each part of the first training does for photographs, and what others would do."""

_base_ = [
    '../scl_lle/scl-lle_bilateral-grid_exposures-256x256_2k.py',
    '../_base_/ablation_by_pairs.py',
]
anchors = 'train_dataloader.dataset.anchors'
cross_exposure = {
    'model.objective.extra_terms.cross_exposure': dict(
        type='mmscllle.CrossExposureLoss', loss_weight=1.0, _delete_=True
    ),
    'train_dataloader.dataset.pipeline.0.second': True,
    anchors: [*_base_.darkened_in_two_ways, _base_.dark_shots],
}
judged_streets = {
    'model.objective.semantic_cross_entropy': dict(
        type='mmscllle.SemanticCrossEntropyLoss', loss_weight=0.1, _delete_=True
    ),
    'model.objective.segmentor': dict(_base_.judge, _delete_=True),
    anchors: [*_base_.darkened_in_two_ways, _base_.street_anchors],
}
as_stacks, by_camera = f'{anchors}.0.dataset.pipeline', f'{anchors}.1.pipeline'
ablation = dict(
    rows=dict(
        stacks_alone={anchors: [_base_.shots_darkened_as_stacks]},
        # The made-up camera also has a reference with more contrast, and more noise.
        made_up_camera={anchors: [_base_.kept_darkened_shots]},
        no_keep_well_exposed={f'{as_stacks}.4.share': 0.0, f'{by_camera}.4.share': 0.0},
        cross_exposure=cross_exposure,
        streets={anchors: [*_base_.darkened_in_two_ways, _base_.street_anchors]},
        judged_streets=judged_streets,
        highlights_of_stacks={f'{as_stacks}.3.highlights': 25.0},
        no_highlights={f'{by_camera}.3.highlights': 1.0},
        # Of the curves alone: the made-up camera has noise and more local contrast.
        no_sensor_noise={f'{as_stacks}.5.prob': 0.0},
        no_jpeg={f'{as_stacks}.6.prob': 0.0, f'{by_camera}.5.prob': 0.0},
        more_local_contrast={f'{as_stacks}.2.local_contrast': 0.5},
        no_similarity={'model.objective.extra_terms.reconstruction.similarity_weight': 0.0},
        no_averaged_weights=dict(custom_hooks=[]),
    ),
)
