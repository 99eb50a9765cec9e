"""Darkened Cityscapes with labels and Dark Zurich's night images without."""

_base_ = './cityscapes_joint.py'
train_dataloader = dict(
    dataset=dict(
        anchors=[
            _base_.darkened_cityscapes,
            dict(
                type='mmscllle.LowLightImageDataset',
                data_root='data/dark_zurich/',
                data_prefix=dict(img_path='rgb_anon/train/night'),
                pipeline=_base_.image_pipeline,
            ),
        ]
    )
)
