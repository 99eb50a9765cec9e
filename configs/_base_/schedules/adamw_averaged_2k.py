"""2,000 iterations of AdamW with a falling rate, whose weights are averaged.

Averaged weights are validated and saved: those of single iterations differ by half a decibel.
"""

_base_ = './adam_50k.py'
max_iters = 2000
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-3), clip_grad=dict(max_norm=1.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, end=100, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=max_iters, eta_min=1e-5, by_epoch=False),
]
train_cfg = dict(max_iters=max_iters, val_interval=800)
# The pictures of a step that the rate is for, as in exposures_256x256.py.
auto_scale_lr = dict(base_batch_size=6)
default_hooks = dict(checkpoint=dict(interval=500, max_keep_ckpts=2))
custom_hooks = [
    dict(
        type='mmscllle.AveragedWeightsHook',
        ema_type='MomentumAnnealingEMA',
        momentum=0.002,
        gamma=10,
    )
]
