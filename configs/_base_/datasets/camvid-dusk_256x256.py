"""Dusk without labels, real and of days, each with a picture of it that is a little more like day.

The reference of a picture is half an enhancement by weights that learned from pairs, with its
colours moved towards those of days.
"""

_base_ = './camvid-night_256x256.py'
like_day = [
    _base_.take_as_reference,
    dict(
        type='KeyMapper',
        mapping=dict(img='gt_img'),
        transforms=[
            dict(type='mmscllle.Enhance', model='mmscllle://scl-lle-paired', strength=0.6),
            dict(_base_.match_days, share=0.3),
        ],
    ),
    *_base_.noisy_square,
]
dusk = dict(
    _base_.dusk,
    pipeline=[
        dict(type='mmscllle.LoadImage'),
        _base_.other_exposure,
        *like_day,
    ],
)
day_at_dusk = dict(
    _base_.street_anchors,
    pipeline=[
        dict(type='mmscllle.LoadImage'),
        dict(_base_.other_exposure, exposure=(0.1, 0.5)),
        *like_day,
    ],
)
train_dataloader = dict(
    dataset=dict(
        anchors=[
            dict(type='RepeatDataset', dataset=dusk, times=8),
            day_at_dusk,
        ]
    )
)
