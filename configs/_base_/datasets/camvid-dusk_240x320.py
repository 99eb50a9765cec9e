"""The same at the exposure of a night: seven of eight day frames keep a tenth of their light.

The rest stays as it is, so that daylight is not paid for the night.
"""

_base_ = './camvid-dusk_320x320.py'
image_pipeline = [
    dict(type='mmscllle.LoadImage'),
    dict(type='mmseg.RandomCrop', crop_size=(240, 320)),
    dict(type='RandomFlip', prob=0.5),
]
day_pipeline = [
    dict(type='mmscllle.LoadImage'),
    dict(type='mmscllle.LoadLabelMap'),
    *image_pipeline[1:],
    dict(
        type='mmscllle.SynthesizeLowLight',
        exposure=(0.06, 0.11),
        shot_noise=(1.5e-3, 2.5e-3),
        read_noise=(1e-6, 4e-6),
        prob=0.88,
    ),
]
train_dataloader = dict(
    dataset=dict(
        anchors=[
            dict(
                type='mmscllle.CamVidDataset',
                data_root=_base_.data_root,
                data_prefix=dict(img_path='img/day_train', seg_map_path='ann/day_train'),
                pipeline=day_pipeline,
            ),
            dict(
                type='mmscllle.LowLightImageDataset',
                data_root=_base_.data_root,
                data_prefix=dict(img_path='img/dusk'),
                pipeline=image_pipeline,
            ),
        ],
        positive_pipeline=image_pipeline,
        negative_pipeline=[*image_pipeline, dict(type='mmscllle.SynthesizeExposure')],
    )
)
