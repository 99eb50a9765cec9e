"""For any segmentor at night: judges of two families, one drawn a step, and nights of many kinds.

Starts from weights that learned from pairs of photographs. BiSeNetV2 (configs/camvid) is left out
of the training, to measure what a segmentor gains that was no judge.
"""

_base_ = [
    '../_base_/models/scl-lle_camvid-judges.py',
    '../_base_/datasets/camvid-night_256x256.py',
    '../_base_/schedules/adamw_averaged_2k.py',
    '../_base_/default_runtime.py',
]
max_iters = 2400
load_from = 'mmscllle://scl-lle-paired'
model = dict(
    # What is brighter than a night is left to weights of their own.
    enhancer=dict(
        type='mmscllle.DuskNightEnhancer',
        dusk_weights='mmscllle://scl-lle-dusk',
        denoise_scales=3,
        # Lamps of every colour cost a segmentor as much as noise does.
        white_balance=1.0,
    ),
    objective=dict(
        semantic_cross_entropy=dict(
            # With 3.0 the enhancer paints skies and roads to please the judges.
            loss_weight=0.6,
            class_weight=_base_.camvid_class_weight,
        ),
        extra_terms=dict(
            self_correlation=dict(type='mmscllle.SelfCorrelationLoss', loss_weight=2.0),
        ),
        pseudo_labels='teacher',
        pseudo_label_confidence=0.8,
    ),
)
optim_wrapper = dict(
    optimizer=dict(lr=5e-4),
    # What takes out noise learns from the start.
    paramwise_cfg=dict(custom_keys=dict(added_noise=dict(lr_mult=10.0))),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, end=50, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=max_iters, eta_min=1e-5, by_epoch=False),
]
train_cfg = dict(max_iters=max_iters, val_interval=1200)
auto_scale_lr = dict(base_batch_size=4)
default_hooks = dict(checkpoint=dict(interval=600), visualization=dict(draw=False))
