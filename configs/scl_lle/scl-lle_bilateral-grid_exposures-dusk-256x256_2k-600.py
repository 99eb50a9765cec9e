"""600 iterations more: shorter exposures, low-key pictures, dusk and a judge, without pairs.

Noise is taken out from here on, at first where the first training damps the finest detail: learned
from nothing, the factors went to 0 and stayed there.

``mmscllle://scl-lle`` is 0.7 of its result and 0.3 of what it started from
(``tools/model_converters/mix_weights.py``).
"""

_base_ = [
    '../_base_/models/bilateral-grid_cross-exposure.py',
    '../_base_/datasets/exposures-dusk_256x256.py',
    '../_base_/schedules/adamw_averaged_2k.py',
    '../_base_/default_runtime.py',
]
max_iters = 600
load_from = 'work_dirs/scl-lle_bilateral-grid_exposures-256x256_2k/iter_2000.pth'
model = dict(
    enhancer=dict(denoise_scales=3),
    objective=dict(
        semantic_cross_entropy=dict(loss_weight=0.6), extra_terms=dict(cross_exposure=None)
    ),
)
optim_wrapper = dict(optimizer=dict(lr=6e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.05, end=50, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=max_iters, eta_min=1e-5, by_epoch=False),
]
train_cfg = dict(max_iters=max_iters, val_interval=300)
default_hooks = dict(checkpoint=dict(interval=300))
