"""Joint training on darkened day frames with labels and dusk frames without."""

_base_ = [
    '../_base_/models/joint_fast-scnn_camvid.py',
    '../_base_/datasets/camvid-dusk_240x320_joint.py',
    '../_base_/schedules/joint_20k.py',
    '../_base_/default_runtime.py',
]
# The enhancer is trained already: it follows the segmentor slowly.
rates = dict(custom_keys=dict(enhancer=dict(lr_mult=0.03)))
optim_wrapper = dict(type='mmscllle.BFloat16OptimWrapper', paramwise_cfg=rates)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=400, eta_min=1e-6, by_epoch=False)]
train_cfg = dict(max_iters=400, val_interval=400)
default_hooks = dict(checkpoint=dict(interval=200), logger=dict(interval=20))
