"""Exposure stacks for training beyond the paper: well-exposed shots that are darkened.

What is darkened is its own reference, except where the darkened copy is well exposed, too: there
the reference has the colours of that copy, made brighter. Three quarters are darkened by curves
measured between the shots of the stacks, the others by a made-up camera, which has noise, uneven
light and lamps.
For other trainings: under-exposed shots with another shot of their scene, or with the well-exposed
one; days of CamVid with labels.
"""

_base_ = './exposures.py'
size = 256
take_as_reference = dict(type='mmscllle.TakeAsReference', local_contrast=0.5)
under_expose = dict(
    type='mmscllle.SynthesizeUnderExposure',
    shot_noise=(1e-7, 1e-3),
    read_noise=(1e-6, 5e-4),
    uneven_prob=0.4,
    prob=0.94,
)
compress = dict(type='mmscllle.CompressJPEG')
darken = [take_as_reference, under_expose, compress]
# Skies and clouds that the darkened copy shows well keep the colours of the copy; their brightness
# goes half of the way to the reference. Some noise of the made-up camera stays with them.
keep_well_exposed = dict(type='mmscllle.KeepWellExposed')
darken_and_keep = [take_as_reference, under_expose, keep_well_exposed, compress]
square_pipeline = [
    dict(type='mmscllle.LoadImage'),
    dict(type='mmscllle.RandomSquareCrop', size=size),
]
dark_shots = dict(
    _base_.stacks,
    role='anchor',
    means=[(5, 90)],
    pipeline=[
        dict(type='mmscllle.LoadImage'),
        dict(type='mmscllle.LoadSecondShot'),
        dict(type='mmscllle.RandomSquareCrop', size=size),
        dict(type='mmscllle.AddSensorNoise', shot_noise=(1e-6, 1e-3), prob=0.3),
    ],
)
# With the well-exposed shot of their scene, for trainings by pairs.
paired_shots = dict(
    _base_.stacks,
    role='anchor',
    means=[(5, 90)],
    filter_cfg=dict(reference=True),
    pipeline=[
        dict(type='mmscllle.LoadImage'),
        dict(type='mmscllle.LoadReference'),
        dict(type='mmscllle.RandomSquareCrop', size=size),
        dict(type='mmscllle.AddSensorNoise', shot_noise=(1e-6, 1e-3), prob=0.2),
    ],
)
darkened_shots = dict(
    _base_.stacks, role='positive', means=[(100, 142)], pipeline=[*square_pipeline, *darken]
)
kept_darkened_shots = dict(darkened_shots, pipeline=[*square_pipeline, *darken_and_keep])
# As the cameras of the stacks darken.
shots_darkened_as_stacks = dict(
    darkened_shots,
    pipeline=[
        *square_pipeline,
        dict(type='mmscllle.TakeAsReference'),
        # Brighter lamps and skies are left to the made-up camera: in the curves they lower SSIM.
        dict(type='mmscllle.DarkenAsStack', data_root=_base_.stacks.data_root, highlights=1.0),
        keep_well_exposed,
        dict(type='mmscllle.AddSensorNoise', shot_noise=(1e-6, 1e-3), prob=0.2),
        compress,
    ],
)
darkened_in_two_ways = [
    dict(type='RepeatDataset', dataset=shots_darkened_as_stacks, times=3),
    kept_darkened_shots,
]
# For the end of a training: what is black around something lit stays so.
low_key_shots = dict(
    darkened_shots,
    pipeline=[
        *square_pipeline,
        dict(type='mmscllle.SynthesizeLowKey'),
        take_as_reference,
        dict(under_expose, mean=(5, 50), uneven_prob=0.0),
        compress,
    ],
)
street_anchors = dict(
    _base_.street_anchors,
    pipeline=[
        dict(type='mmscllle.LoadImage'),
        dict(type='mmscllle.LoadLabelMap'),
        dict(type='mmscllle.RandomSquareCrop', size=size),
        *darken,
    ],
)
# Dusk without labels.
dusk = dict(
    type='mmscllle.LowLightImageDataset',
    data_root=_base_.shared_data,
    data_prefix=dict(img_path='camvid/img/dusk'),
)
no_noise = (1e-12, 1e-12)
other_exposure = dict(
    type='mmscllle.SynthesizeLowLight',
    exposure=(0.6, 1.5),
    shot_noise=no_noise,
    read_noise=no_noise,
)
noisy_square = [
    dict(type='mmscllle.RandomSquareCrop', size=size),
    dict(type='mmscllle.AddSensorNoise', shot_noise=(1e-6, 4e-4), prob=0.3),
]
match_days = dict(
    type='mmscllle.MatchQuantiles', folder=_base_.shared_data + 'camvid/img/day_train'
)
train_dataloader = dict(
    batch_size=6,
    num_workers=1,
    dataset=dict(
        anchors=darkened_in_two_ways,
        positives=None,
        negatives=None,
        pipeline=[dict(type='mmscllle.PackTripletInputs', reference=True)],
    ),
)
