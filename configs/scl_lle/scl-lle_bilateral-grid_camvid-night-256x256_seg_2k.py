"""For any segmentor at night: judges of two families, one drawn a step, and nights of many kinds.

Starts from the shipped weights. BiSeNetV2 (configs/camvid) is left out of the training, to measure
what a segmentor gains that was no judge.
"""

_base_ = [
    '../_base_/models/scl-lle_camvid-judges.py',
    '../_base_/datasets/camvid-night_256x256.py',
    '../_base_/schedules/adam_50k.py',
    '../_base_/default_runtime.py',
]
max_iters = 2000
model = dict(
    enhancer=dict(
        type='mmscllle.BilateralGridEnhancer',
        init_cfg=dict(type='Pretrained', checkpoint='mmscllle://scl-lle'),
    ),
    objective=dict(
        contrastive_brightness=None,
        contrastive_gram=None,
        semantic_brightness=None,
        semantic_cross_entropy=dict(
            loss_weight=3.0,
            # The share of a class in the labels of day_train to the power of -1/4.
            class_weight=[0.98, 0.91, 1.97, 0.82, 1.35, 1.13, 1.89, 1.86, 1.3, 2.21, 2.81],
        ),
        feature_retention=None,
        color_constancy=None,
        illumination_smoothness=None,
        feature_extractor=None,
        pseudo_labels=False,
        extra_terms=dict(
            reconstruction=dict(
                type='mmscllle.ReconstructionLoss', loss_weight=1.0, similarity_weight=0.7
            ),
            cross_exposure=dict(type='mmscllle.CrossExposureLoss', loss_weight=2.0),
        ),
    ),
)
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=5e-4), clip_grad=dict(max_norm=1.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, end=50, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=max_iters, eta_min=1e-5, by_epoch=False),
]
train_cfg = dict(max_iters=max_iters, val_interval=500)
default_hooks = dict(
    checkpoint=dict(interval=500, max_keep_ckpts=4), visualization=dict(draw=False)
)
# Averaged weights are validated and saved: those of single iterations differ.
custom_hooks = [dict(type='EMAHook', ema_type='MomentumAnnealingEMA', momentum=0.002, gamma=10)]
