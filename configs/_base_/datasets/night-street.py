"""Where tools/quick_start.py writes its scenes, and how they are tested."""

data_root = 'work_dirs/quick_start/data'
day_images = data_root + '/img/day_train'
night_val = dict(
    type='mmscllle.NightStreetDataset',
    data_root=data_root,
    data_prefix=dict(img_path='img/night_val', seg_map_path='ann/night_val'),
    pipeline=[
        dict(type='mmscllle.LoadImage'),
        dict(type='mmscllle.LoadReference'),
        dict(type='mmscllle.LoadLabelMap'),
        dict(type='mmscllle.PackEnhanceInputs'),
    ],
)
val_dataloader = dict(
    batch_size=1,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=night_val,
)
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='mmseg.IoUMetric', iou_metrics=['mIoU']),
    dict(type='mmscllle.ImageQuality'),
    dict(type='mmscllle.ExposureStatistics'),
]
test_evaluator = val_evaluator
