"""Days, and nights of every kind made of them, with labels; and real dusk without.

The day is there, too, which a segmentor that learns must not forget.
"""

_base_ = './camvid-dusk_240x320.py'
day, dusk = _base_.train_dataloader.dataset.anchors
load = _base_.day_pipeline[:-1]
low_light = dict(
    type='mmscllle.SynthesizeLowLight', shot_noise=(5e-4, 3e-3), read_noise=(1e-7, 6e-6)
)
darkness = dict(
    type='RandomChoice',
    transforms=[
        [dict(low_light, exposure=(0.02, 0.12))],
        [dict(low_light, exposure=(0.12, 0.5))],
        [dict(type='mmscllle.SynthesizeNight')],
        [],
    ],
    prob=[0.4, 0.1, 0.25, 0.25],
)
train_dataloader = dict(
    batch_size=4,
    dataset=dict(
        anchors=[
            dict(day, pipeline=[*load, darkness]),
            dict(type='RepeatDataset', dataset=dusk, times=2),
        ]
    ),
)
# Tested as the other chains are, by what mmseg's inferencers look for.
load_image = dict(type='LoadImageFromFile')
test_pipeline = [load_image, dict(type='mmseg.PackSegInputs')]
test_dataloader = dict(
    dataset=dict(
        pipeline=[
            load_image,
            dict(type='LoadAnnotations', _scope_='mmseg'),
            dict(type='mmseg.PackSegInputs'),
        ]
    )
)
