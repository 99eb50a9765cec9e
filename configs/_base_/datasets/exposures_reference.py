"""Anchors of the stacks alone, with their scene's reference, cut out alike: inputs['reference']."""

_base_ = './exposures.py'
reference_pipeline = [
    dict(type='mmscllle.LoadImage'),
    dict(type='mmscllle.LoadReference'),
    dict(
        type='TransformBroadcaster',
        mapping=dict(img=['img', 'gt_img'], img_shape=['img_shape', ...]),
        auto_remap=True,
        share_random_params=True,
        transforms=_base_.crop,
    ),
]
train_dataloader = dict(
    dataset=dict(
        anchors=[
            dict(_base_.stack_anchors, filter_cfg=dict(reference=True), pipeline=reference_pipeline)
        ],
        pipeline=[dict(type='mmscllle.PackTripletInputs', reference=True)],
    )
)
