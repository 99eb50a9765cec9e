"""ERFNet, narrower and shallower, for CamVid by day: a judge of another family."""

_base_ = [
    '../_base_/models/small_segmentor.py',
    '../_base_/datasets/camvid-day_240x320.py',
    '../_base_/schedules/adamw_poly_1k.py',
    '../_base_/default_runtime.py',
]
norm_cfg = dict(type='BN', requires_grad=True)
model = dict(
    data_preprocessor=dict(size=_base_.crop_size),
    backbone=dict(
        type='ERFNet',
        enc_downsample_channels=(16, 48, 96),
        enc_stage_non_bottlenecks=(2, 4),
        enc_non_bottleneck_channels=(48, 96),
        dec_upsample_channels=(48, 16),
        dec_non_bottleneck_channels=(48, 16),
    ),
    decode_head=dict(
        type='FCNHead',
        in_channels=16,
        channels=32,
        num_convs=1,
        concat_input=False,
        num_classes=11,
        norm_cfg=norm_cfg,
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss'),
    ),
)
