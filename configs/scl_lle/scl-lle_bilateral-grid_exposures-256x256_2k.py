"""Beyond the paper, without pairs: photographs of every exposure give one picture."""

_base_ = [
    '../_base_/models/bilateral-grid_cross-exposure.py',
    '../_base_/datasets/exposures_256x256.py',
    '../_base_/schedules/adamw_averaged_2k.py',
    '../_base_/default_runtime.py',
]
model = dict(objective=dict(semantic_cross_entropy=dict(loss_weight=0.1)))
