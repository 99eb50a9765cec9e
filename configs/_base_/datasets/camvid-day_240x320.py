"""CamVid by day, for mmseg's segmentors: day_train to learn from, day_val to choose by."""

data_root = '{{$MMSCLLLE_SHARED:../shared}}/data/camvid/'
crop_size = (240, 320)
load = [dict(type='mmscllle.LoadImage'), dict(type='mmscllle.LoadLabelMap')]
train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(
        type='mmscllle.CamVidDataset',
        data_root=data_root,
        data_prefix=dict(img_path='img/day_train', seg_map_path='ann/day_train'),
        pipeline=[
            *load,
            dict(type='RandomResize', scale=(480, 360), ratio_range=(0.7, 1.6), keep_ratio=True),
            dict(type='mmseg.RandomCrop', crop_size=crop_size, cat_max_ratio=0.75),
            dict(type='mmseg.RandomFlip', prob=0.5),
            dict(type='mmseg.PhotoMetricDistortion'),
            dict(type='mmseg.PackSegInputs'),
        ],
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='mmscllle.CamVidDataset',
        data_root=data_root,
        data_prefix=dict(img_path='img/day_val', seg_map_path='ann/day_val'),
        pipeline=[*load, dict(type='mmseg.PackSegInputs')],
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(type='mmseg.IoUMetric', iou_metrics=['mIoU'])
test_evaluator = val_evaluator
# mmseg's init_model and MMSegInferencer read it.
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='mmseg.PackSegInputs'),
]
