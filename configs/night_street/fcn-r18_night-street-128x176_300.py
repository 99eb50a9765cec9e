"""A small segmentor for the generated scenes by day, trained by stock mmseg."""

_base_ = [
    '../_base_/models/small_segmentor.py',
    '../_base_/datasets/night-street.py',
    '../_base_/default_runtime.py',
]
crop_size = (128, 176)
norm_cfg = dict(type='BN', momentum=0.05, requires_grad=True)
model = dict(
    data_preprocessor=dict(size=crop_size),
    backbone=dict(
        type='ResNet',
        depth=18,
        base_channels=16,
        stem_channels=16,
        strides=(1, 2, 2, 2),
        out_indices=(0, 1, 2, 3),
        norm_cfg=norm_cfg,
    ),
    decode_head=dict(
        type='FCNHead',
        in_channels=[16, 32, 64, 128],
        in_index=[0, 1, 2, 3],
        input_transform='resize_concat',
        channels=32,
        num_convs=1,
        concat_input=False,
        num_classes=8,
        norm_cfg=norm_cfg,
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss'),
    ),
)
train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(
        type='mmscllle.NightStreetDataset',
        data_root={{_base_.data_root}},
        data_prefix=dict(img_path='img/day_train', seg_map_path='ann/day_train'),
        pipeline=[
            dict(type='mmscllle.LoadImage'),
            dict(type='mmscllle.LoadLabelMap'),
            dict(type='RandomResize', scale=(256, 192), ratio_range=(0.9, 1.6), keep_ratio=True),
            dict(type='mmseg.RandomCrop', crop_size=crop_size),
            dict(type='mmseg.RandomFlip', prob=0.5),
            dict(type='mmseg.PhotoMetricDistortion'),
            dict(type='mmseg.PackSegInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(data_prefix=dict(img_path='img/day_val', seg_map_path='ann/day_val'))
)
val_evaluator = dict(_delete_=True, type='mmseg.IoUMetric', iou_metrics=['mIoU'])
test_dataloader = val_dataloader
test_evaluator = val_evaluator
max_iters = 300
train_cfg = dict(type='IterBasedTrainLoop', max_iters=max_iters, val_interval=max_iters)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=4e-3, weight_decay=1e-4))
param_scheduler = [
    dict(type='PolyLR', eta_min=1e-5, power=0.9, begin=0, end=max_iters, by_epoch=False)
]
default_hooks = dict(
    finite_training=dict(type='mmscllle.FiniteTrainingHook'),
    logger=dict(type='LoggerHook', interval=50, log_metric_by_epoch=False),
    checkpoint=dict(type='mmscllle.SafeCheckpointHook', by_epoch=False, interval=max_iters),
)
