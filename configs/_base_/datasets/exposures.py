"""Exposure stacks: shots of other scenes as positives and negatives; every fifth scene validates.

Anchors are under-exposed shots, and darkened days of CamVid with labels for the semantic terms.
"""

shared_data = '{{$MMSCLLLE_SHARED:../shared}}/data/'
stacks = dict(
    type='mmscllle.ExposureStackDataset', data_root=shared_data + 'exposures', split='train'
)
crop = [
    dict(type='mmseg.RandomCrop', crop_size=(320, 320)),
    dict(type='RandomFlip', prob=0.5),
]
image_pipeline = [dict(type='mmscllle.LoadImage'), *crop]
stack_anchors = dict(stacks, role='anchor', pipeline=image_pipeline)
street_anchors = dict(
    type='mmscllle.CamVidDataset',
    data_root=shared_data + 'camvid/',
    data_prefix=dict(img_path='img/day_train', seg_map_path='ann/day_train'),
    pipeline=[
        dict(type='mmscllle.LoadImage'),
        dict(type='mmscllle.LoadLabelMap'),
        *crop,
        dict(type='mmscllle.SynthesizeLowLight', exposure=(0.04, 0.6)),
    ],
)
train_dataloader = dict(
    batch_size=2,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='mmscllle.NumberedSampler', shuffle=True),
    dataset=dict(
        type='mmscllle.UnpairedLowLightDataset',
        anchors=[stack_anchors, street_anchors],
        positives=dict(stacks, role='positive', pipeline=image_pipeline),
        negatives=dict(stacks, role='negative', pipeline=image_pipeline),
        pipeline=[dict(type='mmscllle.PackTripletInputs')],
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='mmscllle.ExposureStackDataset',
        data_root=shared_data + 'exposures',
        role='pair',
        split='val',
        pipeline=[
            dict(type='mmscllle.LoadImage'),
            dict(type='mmscllle.LoadReference'),
            dict(type='mmscllle.PackEnhanceInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='mmscllle.ImageQuality'),
    dict(type='mmscllle.NIQE'),
    dict(type='mmscllle.NoiseLevel'),
    dict(type='mmscllle.ExposureStatistics'),
]
test_evaluator = val_evaluator
