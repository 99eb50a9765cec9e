"""The same with more days as they are, which a segmentor that learns must not forget."""

_base_ = './camvid-dusk_240x320.py'
day, dusk = _base_.train_dataloader.dataset.anchors
load, darken = _base_.day_pipeline[:-1], _base_.day_pipeline[-1]
train_dataloader = dict(
    dataset=dict(anchors=[dict(day, pipeline=[*load, dict(darken, prob=0.7)]), dusk])
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
