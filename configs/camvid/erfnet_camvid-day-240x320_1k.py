"""ERFNet, narrower and shallower, for CamVid by day: a judge of another family."""

_base_ = [
    '../_base_/datasets/camvid-day_240x320.py',
    '../_base_/schedules/adamw_poly_1k.py',
    '../_base_/default_runtime.py',
]
norm_cfg = dict(type='BN', requires_grad=True)
model = dict(
    type='mmseg.EncoderDecoder',
    _scope_='mmseg',
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        bgr_to_rgb=True,
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        pad_val=0,
        seg_pad_val=255,
        size=_base_.crop_size,
    ),
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
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)
