"""Nights for segmentation: CamVid's day frames as nights of many kinds, with labels.

Beside them real dusk and nights without labels: they have to give one picture with what is darkened
from them, get pseudo-labels, and hold classes pasted from labelled nights. Pairs of
exposures keep pictures sane.
"""

_base_ = './exposures_256x256.py'
labelled_square = [
    dict(type='mmscllle.LoadImage'),
    dict(type='mmscllle.LoadLabelMap'),
    dict(type='mmscllle.RandomSquareCrop', size=256, zoom_prob=0.3),
]
real_night_folders = [_base_.shared_data + name for name in ('night', 'camvid/img/dusk')]
low_light = dict(
    type='mmscllle.SynthesizeLowLight',
    exposure=(0.02, 0.5),
    shot_noise=(5e-4, 3e-3),
    read_noise=(1e-7, 6e-6),
)
night = dict(type='mmscllle.SynthesizeNight')
night_look = [
    dict(type='mmscllle.FourierAmplitudeTransfer', folder=real_night_folders),
    dict(type='mmscllle.SynthesizeNight', exposure=(0.1, 1.0)),
]
# The last one: a day stays a day.
darkness = dict(
    type='RandomChoice',
    transforms=[[low_light], [night], night_look, []],
    prob=[0.45, 0.35, 0.15, 0.05],
)
street_nights = dict(
    _base_.street_anchors,
    pipeline=[*labelled_square, dict(type='mmscllle.TakeAsReference'), darkness],
)
mixed_nights = dict(
    _base_.street_anchors,
    pipeline=[
        *labelled_square,
        dict(type='mmscllle.SynthesizeNight', exposure=(0.05, 0.6)),
        dict(type='mmscllle.ClassMix', folder=real_night_folders),
    ],
)
real_nights = dict(
    type='mmscllle.LowLightImageDataset',
    data_root=_base_.shared_data,
    pipeline=[
        dict(type='mmscllle.LoadImage'),
        dict(type='mmscllle.RandomSquareCrop', size=256),
        dict(type='mmscllle.TakeAsSecondShot'),
        dict(type='mmscllle.SynthesizeNight', exposure=(0.1, 0.7), lamps=(0, 0)),
    ],
)
no_labels = dict(type='mmscllle.WithoutPseudoLabels')
# Without pairs of real exposures what is dark by a bright sky stays dark, as at dusk.
exposures = dict(_base_.paired_shots, pipeline=[*_base_.paired_shots.pipeline, no_labels])
train_dataloader = dict(
    batch_size=4,
    dataset=dict(
        anchors=[
            dict(type='RepeatDataset', dataset=street_nights, times=3),
            mixed_nights,
            *(
                dict(
                    type='RepeatDataset',
                    dataset=dict(real_nights, data_prefix=dict(img_path=folder)),
                    times=3,
                )
                for folder in ('camvid/img/dusk', 'night')
            ),
            dict(type='RepeatDataset', dataset=exposures, times=2),
            dict(_base_.darkened_shots, pipeline=[*_base_.darkened_shots.pipeline, no_labels]),
        ],
        pipeline=[dict(type='mmscllle.PackTripletInputs', second=True, reference=True)],
    ),
)
# Dusk is what a gain is chosen by: its labels are in no training.
val_dataloader = dict(
    num_workers=1,
    dataset=dict(
        _delete_=True,
        type='mmscllle.CamVidDataset',
        data_root='{{$MMSCLLLE_SHARED:../shared}}/data/camvid/',
        data_prefix=dict(img_path='img/dusk', seg_map_path='ann/dusk'),
        pipeline=[
            dict(type='mmscllle.LoadImage'),
            dict(type='mmscllle.LoadLabelMap'),
            dict(type='mmscllle.PackEnhanceInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='mmseg.IoUMetric', iou_metrics=['mIoU']),
    dict(type='mmscllle.ExposureStatistics'),
]
test_evaluator = val_evaluator
