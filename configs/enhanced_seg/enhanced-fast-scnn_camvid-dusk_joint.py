"""Joint training on darkened day frames with labels and dusk frames without."""
_base_ = [
    '../_base_/models/joint_fast-scnn_camvid.py',
    '../_base_/datasets/camvid-dusk_240x320.py',
    '../_base_/schedules/joint_20k.py',
    '../_base_/default_runtime.py',
]
optim_wrapper = dict(type='mmscllle.BFloat16OptimWrapper', optimizer=dict(lr=3e-4))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=600, eta_min=1e-6, by_epoch=False)]
train_cfg = dict(max_iters=600, val_interval=600)
default_hooks = dict(checkpoint=dict(interval=300), logger=dict(interval=20))
