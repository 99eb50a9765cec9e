"""CamVid: darkened day frames with labels and real dusk frames without; day frames as positives."""

data_root = '{{$MMSCLLLE_SHARED:../shared}}/data/camvid/'
crop_size = (320, 320)
crop = [
    dict(type='mmseg.RandomCrop', crop_size=crop_size),
    dict(type='RandomFlip', prob=0.5),
]
day_pipeline = [
    dict(type='mmscllle.LoadImage'),
    dict(type='mmscllle.LoadLabelMap'),
    *crop,
    dict(type='mmscllle.SynthesizeLowLight', exposure=(0.04, 0.6), prob=0.8),
]
image_pipeline = [dict(type='mmscllle.LoadImage'), *crop]
train_dataloader = dict(
    batch_size=2,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='mmscllle.NumberedSampler', shuffle=True),
    dataset=dict(
        type='mmscllle.UnpairedLowLightDataset',
        anchors=[
            dict(
                type='mmscllle.CamVidDataset',
                data_root=data_root,
                data_prefix=dict(img_path='img/day_train', seg_map_path='ann/day_train'),
                pipeline=day_pipeline,
            ),
            dict(
                type='mmscllle.LowLightImageDataset',
                data_root=data_root,
                data_prefix=dict(img_path='img/dusk'),
                pipeline=image_pipeline,
            ),
        ],
        positive_folders=[data_root + 'img/day_train'],
        negative_folders=[data_root + 'img/day_train'],
        positive_pipeline=image_pipeline,
        negative_pipeline=[*image_pipeline, dict(type='mmscllle.SynthesizeExposure')],
        pipeline=[dict(type='mmscllle.PackTripletInputs')],
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='mmscllle.CamVidDataset',
        data_root=data_root,
        data_prefix=dict(img_path='img/dusk', seg_map_path='ann/dusk'),
        pipeline=[
            dict(type='mmscllle.LoadImage'),
            dict(type='mmscllle.LoadLabelMap'),
            dict(type='mmscllle.PackEnhanceInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='mmseg.IoUMetric', iou_metrics=['mIoU']),
    dict(type='mmscllle.ExposureStatistics'),
]
test_evaluator = val_evaluator
