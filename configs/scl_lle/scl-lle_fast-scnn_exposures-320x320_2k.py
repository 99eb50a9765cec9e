"""The paper's terms, unpaired, on exposure stacks, with street anchors for the semantic terms.

Ten times the paper's rate, which falls, since it is a twenty-fifth of the paper's length.
"""

_base_ = [
    '../_base_/models/scl-lle_fast-scnn.py',
    '../_base_/datasets/exposures.py',
    '../_base_/schedules/adam_50k.py',
    '../_base_/default_runtime.py',
]
max_iters = 2000
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=max_iters, eta_min=1e-6, by_epoch=False)]
train_cfg = dict(max_iters=max_iters, val_interval=max_iters)
default_hooks = dict(checkpoint=dict(interval=500), logger=dict(interval=20))
