"""For segmentation in the dark: what the frozen segmentor recognises leads, the rest steadies it.

Starts from the released weights; a fifth of the day frames stays as it is, so that daylight is not
paid for the night.
"""
_base_ = './scl-lle_fast-scnn_camvid-dusk-320x320_2k.py'
max_iters = 700
load_from = _base_.released_weights
model = dict(
    objective=dict(
        contrastive_brightness=dict(loss_weight=1.),
        contrastive_gram=dict(loss_weight=0.1),
        semantic_brightness=dict(loss_weight=0.5),
        semantic_cross_entropy=dict(loss_weight=4.),
        feature_retention=dict(loss_weight=0.1),
        color_constancy=dict(loss_weight=2.),
        illumination_smoothness=dict(loss_weight=2.),
        pseudo_label_confidence=0.9))
image_pipeline = [
    dict(type='mmscllle.LoadImage'),
    dict(type='mmseg.RandomCrop', crop_size=(240, 320)),
    dict(type='mmseg.RandomFlip', prob=0.5),
]
day_pipeline = [
    dict(type='mmscllle.LoadImage'),
    dict(type='mmscllle.LoadLabelMap'),
    *image_pipeline[1:],
    dict(
        type='mmscllle.SynthesizeLowLight',
        exposure=(0.05, 0.2),
        shot_noise=(1e-3, 3e-3),
        prob=0.8),
]
train_dataloader = dict(
    dataset=dict(
        anchors=[
            dict(
                type='mmscllle.CamVidDataset',
                data_root=_base_.data_root,
                data_prefix=dict(img_path='img/day_train', seg_map_path='ann/day_train'),
                pipeline=day_pipeline),
            dict(
                type='mmscllle.LowLightImageDataset',
                data_root=_base_.data_root,
                data_prefix=dict(img_path='img/dusk'),
                pipeline=image_pipeline),
        ],
        positive_pipeline=image_pipeline,
        negative_pipeline=[*image_pipeline, dict(type='mmscllle.SynthesizeExposure')]))
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=max_iters, eta_min=1e-6, by_epoch=False)
]
train_cfg = dict(max_iters=max_iters, val_interval=350)
default_hooks = dict(checkpoint=dict(interval=350))
