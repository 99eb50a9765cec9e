"""What pairs buy: the same network, taught by the well-exposed shot of each scene."""

_base_ = './scl-lle_bilateral-grid_exposures-256x256_2k.py'
train_dataloader = dict(dataset=dict(anchors=[_base_.paired_shots]))
