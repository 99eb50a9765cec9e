"""600 iterations more of the training by pairs: darkened shots and streets, low-key, dusk.

``mmscllle://scl-lle-paired`` is 0.85 of its result and 0.15 of what it started from
(``tools/model_converters/mix_weights.py``).
"""

_base_ = './scl-lle_bilateral-grid_exposures-dusk-256x256_2k-600.py'
load_from = 'work_dirs/scl-lle_bilateral-grid_exposures-paired-256x256_2k/iter_2000.pth'
train_dataloader = dict(dataset=dict(anchors=[_base_.paired_shots, *_base_.other_anchors]))
