"""For the end of a training: less uneven light, low-key pictures, and dusk with a look of day.

Uneven light teaches to leave lamps and skies alone, at some cost to pictures that are dark evenly.
Low-key pictures teach that what is black around something lit stays so.  Dusk has no labels; its
reference is the picture itself, its colours half of the way to those of days.
"""

_base_ = './exposures_256x256.py'
darken = [
    _base_.take_as_reference,
    dict(_base_.under_expose, uneven_prob=0.15),
    _base_.compress,
]
street_pipeline = _base_.street_anchors.pipeline
dusk = dict(
    _base_.dusk,
    pipeline=[
        dict(type='mmscllle.LoadImage'),
        _base_.other_exposure,
        _base_.take_as_reference,
        dict(
            type='KeyMapper',
            mapping=dict(img='gt_img'),
            transforms=[dict(_base_.match_days, share=0.5)],
        ),
        *_base_.noisy_square,
    ],
)
# All but the dark shots of the stacks.
other_anchors = [
    dict(
        type='RepeatDataset',
        dataset=dict(_base_.darkened_shots, pipeline=[*_base_.square_pipeline, *darken]),
        times=4,
    ),
    dict(_base_.street_anchors, pipeline=[*street_pipeline[:3], *darken]),
    _base_.low_key_shots,
    dict(type='RepeatDataset', dataset=dusk, times=14),
]
train_dataloader = dict(dataset=dict(anchors=[_base_.dark_shots, *other_anchors]))
