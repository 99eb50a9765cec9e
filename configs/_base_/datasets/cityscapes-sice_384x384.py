"""Darkened Cityscapes as anchors, SICE part 1 as positives and negatives, as in the paper."""

cityscapes_root = 'data/cityscapes/'
sice_root = 'data/SICE/Dataset_Part1/'
size = (384, 384)
crop = [
    dict(type='mmseg.RandomCrop', crop_size=size),
    dict(type='RandomFlip', prob=0.5),
]
anchor_pipeline = [
    dict(type='mmscllle.LoadImage'),
    dict(type='mmscllle.LoadLabelMap'),
    *crop,
    dict(type='mmscllle.SynthesizeLowLight'),
]
# For anchors without labels.
image_pipeline = [dict(type='mmscllle.LoadImage'), *crop]
contrast_pipeline = [
    dict(type='mmscllle.LoadImage'),
    dict(type='Resize', scale=size, keep_ratio=False),
]
train_dataloader = dict(
    batch_size=2,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='mmscllle.NumberedSampler', shuffle=True),
    dataset=dict(
        type='mmscllle.UnpairedLowLightDataset',
        anchors=[
            dict(
                type='mmseg.CityscapesDataset',
                data_root=cityscapes_root,
                data_prefix=dict(img_path='leftImg8bit/train', seg_map_path='gtFine/train'),
                pipeline=anchor_pipeline,
            )
        ],
        positive_folders=[sice_root + 'Label'],
        # The darkest exposures of each bracketed sequence and, of its seven or nine, the brightest.
        negative_folders=[
            sice_root + '[0-9]*/[12].JPG',
            sice_root + '[0-9]*/7.JPG',
            sice_root + '[0-9]*/9.JPG',
        ],
        positive_pipeline=contrast_pipeline,
        negative_pipeline=contrast_pipeline,
        pipeline=[dict(type='mmscllle.PackTripletInputs')],
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='mmscllle.LowLightImageDataset',
        data_root='data/lowlight',
        data_prefix=dict(img_path='dicm'),
        pipeline=[dict(type='mmscllle.LoadImage'), dict(type='mmscllle.PackEnhanceInputs')],
    ),
)
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='mmscllle.NIQE'),
    dict(type='mmscllle.NoiseLevel'),
    dict(type='mmscllle.ExposureStatistics'),
]
test_evaluator = val_evaluator
