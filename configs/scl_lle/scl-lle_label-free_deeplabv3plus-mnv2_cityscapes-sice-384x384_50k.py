"""No labels at all: the frozen segmentor's own predictions take their place."""

_base_ = './scl-lle_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py'
train_dataloader = dict(
    dataset=dict(
        anchors=[
            dict(
                type='mmscllle.LowLightImageDataset',
                data_root=_base_.cityscapes_root,
                data_prefix=dict(img_path='leftImg8bit/train'),
                pipeline=[*_base_.image_pipeline, dict(type='mmscllle.SynthesizeLowLight')],
            )
        ]
    )
)
