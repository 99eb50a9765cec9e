"""BiSeNetV2 of half the width, for CamVid by day: a judge of another family."""

_base_ = [
    '../_base_/models/small_segmentor.py',
    '../_base_/datasets/camvid-day_240x320.py',
    '../_base_/schedules/adamw_poly_1k.py',
    '../_base_/default_runtime.py',
]
semantic_channels = (16, 24, 32, 64)
head = dict(
    type='mmseg.FCNHead',
    num_convs=1,
    concat_input=False,
    num_classes=11,
    norm_cfg=dict(type='BN', requires_grad=True),
    align_corners=False,
)
model = dict(
    data_preprocessor=dict(size=_base_.crop_size),
    backbone=dict(
        type='BiSeNetV2',
        detail_channels=(32, 32, 64),
        semantic_channels=semantic_channels,
        bga_channels=64,
    ),
    decode_head=dict(
        head, in_channels=64, in_index=0, channels=64, loss_decode=dict(type='CrossEntropyLoss')
    ),
    auxiliary_head=[
        dict(
            head,
            in_channels=channels,
            in_index=index,
            channels=32,
            loss_decode=dict(type='CrossEntropyLoss', loss_weight=0.4),
        )
        for index, channels in enumerate(semantic_channels, start=1)
    ],
)
