"""Beyond the paper, without pairs: photographs of every exposure give one picture."""

_base_ = [
    '../_base_/models/scl-lle_fast-scnn.py',
    '../_base_/datasets/exposures_256x256.py',
    '../_base_/schedules/adam_50k.py',
    '../_base_/default_runtime.py',
]
max_iters = 2000
model = dict(
    enhancer=dict(type='mmscllle.BilateralGridEnhancer'),
    objective=dict(
        contrastive_brightness=None,
        contrastive_gram=None,
        semantic_brightness=None,
        semantic_cross_entropy=dict(loss_weight=0.1),
        feature_retention=None,
        color_constancy=None,
        illumination_smoothness=None,
        feature_extractor=None,
        pseudo_labels=False,
        extra_terms=dict(
            reconstruction=dict(
                type='mmscllle.ReconstructionLoss', loss_weight=1.5, similarity_weight=0.7
            ),
            cross_exposure=dict(type='mmscllle.CrossExposureLoss', loss_weight=4.5),
        ),
    ),
)
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-3), clip_grad=dict(max_norm=1.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, end=100, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=max_iters, eta_min=1e-5, by_epoch=False),
]
train_cfg = dict(max_iters=max_iters, val_interval=800)
default_hooks = dict(checkpoint=dict(interval=500, max_keep_ckpts=2))
# Averaged weights are validated and saved: those of single iterations differ by half a decibel.
custom_hooks = [
    dict(
        type='mmscllle.AveragedWeightsHook',
        ema_type='MomentumAnnealingEMA',
        momentum=0.002,
        gamma=10,
    )
]
