"""The same with less uneven light, for the end of a training.

Uneven light teaches to leave lamps and skies alone, at some cost to pictures that are dark evenly.
"""

_base_ = './exposures_256x256.py'
reference, darkening, jpeg = _base_.darken
darken = [reference, dict(darkening, uneven_prob=0.15), jpeg]
street_pipeline = _base_.street_anchors.pipeline
train_dataloader = dict(
    dataset=dict(
        anchors=[
            _base_.dark_shots,
            dict(
                type='RepeatDataset',
                dataset=dict(_base_.darkened_shots, pipeline=[*_base_.square_pipeline, *darken]),
                times=4,
            ),
            dict(_base_.street_anchors, pipeline=[*street_pipeline[:3], *darken]),
        ]
    )
)
