"""What pairs buy: the same network, taught by the well-exposed shot of each scene."""

_base_ = './scl-lle_bilateral-grid_exposures-256x256_2k.py'
model = dict(
    objective=dict(
        semantic_cross_entropy=None, segmentor=None, extra_terms=dict(cross_exposure=None)
    )
)
train_dataloader = dict(
    dataset=dict(
        anchors=[_base_.paired_shots],
        pipeline=[dict(type='mmscllle.PackTripletInputs', reference=True)],
    )
)
