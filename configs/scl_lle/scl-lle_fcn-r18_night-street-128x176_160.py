"""The quick start's training: the day segmentor teaches the enhancer on generated nights.

It goes on from the weights for photographs; their network takes a quarter of the time of the
paper's.
"""

_base_ = [
    '../_base_/models/scl-lle.py',
    '../_base_/datasets/night-street.py',
    '../_base_/schedules/adam_50k.py',
    '../_base_/default_runtime.py',
]
segmentor_config = 'configs/night_street/fcn-r18_night-street-128x176_300.py'
segmentor_checkpoint = 'work_dirs/quick_start/segmentor/iter_300.pth'
max_iters = 160
load_from = 'mmscllle://scl-lle'
model = dict(
    enhancer=dict(type='mmscllle.BilateralGridEnhancer', denoise_scales=3),
    objective=dict(
        # Day brightness is a hint here, what the segmentor recognises is the aim.
        contrastive_brightness=dict(loss_weight=1.0),
        semantic_cross_entropy=dict(loss_weight=5.0),
        color_constancy=dict(loss_weight=16.0),
        illumination_smoothness=dict(loss_weight=20.0),
        feature_extractor=dict(
            type='mmscllle.BackboneFeatures',
            config=segmentor_config,
            checkpoint=segmentor_checkpoint,
        ),
        segmentor=dict(
            type='mmscllle.FrozenSegmentor',
            config=segmentor_config,
            checkpoint=segmentor_checkpoint,
            num_classes=8,
        ),
    ),
)
crop = [
    dict(type='mmseg.RandomCrop', crop_size=(128, 176)),
    dict(type='mmseg.RandomFlip', prob=0.5),
]
image_pipeline = [dict(type='mmscllle.LoadImage'), *crop]
train_dataloader = dict(
    batch_size=2,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='mmscllle.NumberedSampler', shuffle=True),
    dataset=dict(
        type='mmscllle.UnpairedLowLightDataset',
        anchors=[
            dict(
                type='mmscllle.NightStreetDataset',
                data_root={{_base_.data_root}},
                data_prefix=dict(img_path='img/night_train', seg_map_path='ann/night_train'),
                pipeline=[
                    dict(type='mmscllle.LoadImage'),
                    dict(type='mmscllle.LoadLabelMap'),
                    *crop,
                ],
            )
        ],
        positive_folders=[{{_base_.day_images}}],
        negative_folders=[{{_base_.day_images}}],
        positive_pipeline=image_pipeline,
        negative_pipeline=[*image_pipeline, dict(type='mmscllle.SynthesizeExposure')],
        pipeline=[dict(type='mmscllle.PackTripletInputs')],
    ),
)
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-3), clip_grad=dict(max_norm=1.0))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=max_iters, eta_min=1e-5, by_epoch=False)]
train_cfg = dict(max_iters=max_iters, val_interval=max_iters)
default_hooks = dict(
    logger=dict(interval=20), checkpoint=dict(interval=max_iters), visualization=dict(interval=10)
)
