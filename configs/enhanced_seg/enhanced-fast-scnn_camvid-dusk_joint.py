"""Joint training on darkened day frames with labels and dusk frames without."""
_base_ = [
    '../_base_/models/joint_fast-scnn_camvid.py',
    '../_base_/datasets/camvid-dusk_320x320.py',
    '../_base_/schedules/joint_20k.py',
    '../_base_/default_runtime.py',
]
train_cfg = dict(max_iters=2000, val_interval=500)
default_hooks = dict(checkpoint=dict(interval=500), logger=dict(interval=20))
