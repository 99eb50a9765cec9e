"""Darkened Cityscapes with labels and ACDC's night images without."""

_base_ = ['./acdc-night.py', './cityscapes_joint.py']
train_dataloader = dict(
    dataset=dict(
        anchors=[
            _base_.darkened_cityscapes,
            dict(
                type='mmscllle.LowLightImageDataset',
                data_root='data/acdc/',
                data_prefix=dict(img_path='rgb_anon/night/train'),
                pipeline=_base_.image_pipeline,
            ),
        ]
    )
)
val_dataloader = _base_.test_dataloader
val_evaluator = _base_.test_evaluator
