"""Joint training: darkened Cityscapes with labels; the night images come from another file.

Data: https://www.cityscapes-dataset.com, leftImg8bit and gtFine in data/cityscapes, with the
label maps of mmseg's tools/dataset_converters/cityscapes.py.
"""

cityscapes_root = 'data/cityscapes/'
crop = [
    dict(type='mmseg.RandomCrop', crop_size=(1024, 1024)),
    dict(type='RandomFlip', prob=0.5),
]
image_pipeline = [dict(type='mmscllle.LoadImage'), *crop]
darkened_cityscapes = dict(
    type='mmseg.CityscapesDataset',
    data_root=cityscapes_root,
    data_prefix=dict(img_path='leftImg8bit/train', seg_map_path='gtFine/train'),
    pipeline=[
        dict(type='mmscllle.LoadImage'),
        dict(type='mmscllle.LoadLabelMap'),
        *crop,
        dict(type='mmscllle.SynthesizeLowLight'),
    ],
)
train_dataloader = dict(
    batch_size=2,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='mmscllle.NumberedSampler', shuffle=True),
    dataset=dict(
        type='mmscllle.UnpairedLowLightDataset',
        positive_folders=[cityscapes_root + 'leftImg8bit/train'],
        negative_folders=[cityscapes_root + 'leftImg8bit/train'],
        positive_pipeline=image_pipeline,
        negative_pipeline=[*image_pipeline, dict(type='mmscllle.SynthesizeExposure')],
        pipeline=[dict(type='mmscllle.PackTripletInputs')],
    ),
)
