"""For segmentation in the dark: what the frozen segmentor recognises leads, the rest steadies it.

Starts from the released weights.
"""

_base_ = [
    '../_base_/models/scl-lle_fast-scnn.py',
    '../_base_/datasets/camvid-dusk_240x320.py',
    '../_base_/schedules/adam_50k.py',
    '../_base_/default_runtime.py',
]
max_iters = 3600
load_from = _base_.released_weights
model = dict(
    objective=dict(
        contrastive_brightness=dict(loss_weight=1.0),
        contrastive_gram=dict(loss_weight=0.1),
        semantic_brightness=dict(loss_weight=0.3),
        semantic_cross_entropy=dict(
            loss_weight=12.0,
            class_weight=_base_.camvid_class_weight,
        ),
        feature_retention=dict(loss_weight=0.01),
        color_constancy=dict(loss_weight=2.0),
        illumination_smoothness=dict(loss_weight=1.0),
        pseudo_label_confidence=0.9,
    )
)
optim_wrapper = dict(type='mmscllle.BFloat16OptimWrapper', optimizer=dict(lr=1.5e-3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=max_iters, eta_min=1e-6, by_epoch=False)]
train_cfg = dict(max_iters=max_iters, val_interval=max_iters)
default_hooks = dict(checkpoint=dict(interval=1200), logger=dict(interval=20))
