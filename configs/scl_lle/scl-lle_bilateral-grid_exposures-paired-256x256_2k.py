"""What pairs buy: the same network, taught by the well-exposed shot of each scene."""

_base_ = './scl-lle_bilateral-grid_exposures-256x256_2k.py'
exposures = dict(
    _base_.stacks,
    role='anchor',
    means=[(5, 90)],
    filter_cfg=dict(reference=True),
    pipeline=[
        dict(type='mmscllle.LoadImage'),
        dict(type='mmscllle.LoadReference'),
        dict(type='mmscllle.RandomSquareCrop', size=_base_.size),
        dict(type='mmscllle.AddSensorNoise', shot_noise=(1e-6, 1e-3), prob=0.2),
    ],
)
model = dict(
    objective=dict(
        semantic_cross_entropy=None, segmentor=None, extra_terms=dict(cross_exposure=None)
    )
)
train_dataloader = dict(
    dataset=dict(
        anchors=[exposures], pipeline=[dict(type='mmscllle.PackTripletInputs', reference=True)]
    )
)
