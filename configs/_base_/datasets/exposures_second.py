"""With each anchor a second shot of its scene, cut out and flipped alike: inputs['second']."""

_base_ = './exposures.py'
second_pipeline = [
    dict(type='mmscllle.LoadImage'),
    dict(type='mmscllle.LoadSecondShot'),
    dict(
        type='TransformBroadcaster',
        mapping=dict(img=['img', 'second_img'], img_shape=['img_shape', ...]),
        auto_remap=True,
        share_random_params=True,
        transforms=_base_.crop,
    ),
]
train_dataloader = dict(
    dataset=dict(
        anchors=[dict(_base_.stack_anchors, pipeline=second_pipeline), _base_.street_anchors],
        pipeline=[dict(type='mmscllle.PackTripletInputs', second=True)],
    )
)
