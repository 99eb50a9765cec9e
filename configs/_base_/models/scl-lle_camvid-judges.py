"""Two judges of different families, one drawn a step; train ERFNet first (configs/camvid)."""

_base_ = './bilateral-grid_cross-exposure.py'
model = dict(
    objective=dict(
        segmentor=[
            _base_.model.objective.segmentor,
            dict(
                type='mmscllle.FrozenSegmentor',
                config='mmscllle::camvid/erfnet_camvid-day-240x320_1k.py',
                checkpoint='work_dirs/erfnet_camvid-day-240x320_1k/iter_1000.pth',
                num_classes=11,
            ),
        ]
    )
)
