_base_ = [
    '../_base_/models/scl-lle_fast-scnn.py',
    '../_base_/datasets/camvid-dusk_320x320.py',
    '../_base_/schedules/adam_50k.py',
    '../_base_/default_runtime.py',
]
train_cfg = dict(max_iters=2000, val_interval=500)
default_hooks = dict(checkpoint=dict(interval=500), logger=dict(interval=20))
