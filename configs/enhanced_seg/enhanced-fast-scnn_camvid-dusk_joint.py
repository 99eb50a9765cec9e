"""Joint training on days as nights of every kind with labels, and dusk without; then mixed."""

_base_ = [
    '../_base_/models/joint_fast-scnn_camvid.py',
    '../_base_/datasets/camvid-dusk_240x320_joint.py',
    '../_base_/schedules/adamw_averaged_2k.py',
    '../_base_/default_runtime.py',
]
max_iters = 500
rates = dict(custom_keys=dict(enhancer=dict(lr_mult=0.1)))  # It is trained: it follows slowly.
optim_wrapper = dict(optimizer=dict(lr=1.5e-4), paramwise_cfg=rates)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=max_iters, eta_min=1e-6, by_epoch=False)]
train_cfg = dict(max_iters=max_iters, val_interval=250)
auto_scale_lr = dict(base_batch_size=4)
default_hooks = dict(checkpoint=dict(interval=250), logger=dict(interval=20))
