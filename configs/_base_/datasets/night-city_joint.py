"""Darkened Cityscapes with labels and NightCity's images, enlarged to its size, without."""

_base_ = ['./night-city.py', './cityscapes_joint.py']
train_dataloader = dict(
    dataset=dict(
        anchors=[
            _base_.darkened_cityscapes,
            dict(
                type='mmscllle.LowLightImageDataset',
                data_root='data/nightcity-fine/',
                data_prefix=dict(img_path='train/img'),
                pipeline=[
                    dict(type='mmscllle.LoadImage'),
                    dict(type='Resize', scale=(2048, 1024), keep_ratio=True),
                    *_base_.crop,
                ],
            ),
        ]
    )
)
val_dataloader = _base_.test_dataloader
val_evaluator = _base_.test_evaluator
