"""For the end of a training: a made-up camera, low-key pictures, and dusk with a look of day.

Without pairs, curves of the stacks darken, too. Half of those shots are exposed anew, mostly
shorter: few shots of the stacks are as dark as pictures of other cameras may be. Some light is
uneven: it teaches to leave lamps and skies alone, at some cost to pictures that are dark evenly.
Low-key pictures teach that what is black around something lit stays so. What a dark copy shows well
keeps its colours (in low-key pictures it hardly becomes brighter), but not at dusk, and not in the
training by pairs, which also starts here.
Dusk has no labels; its reference is the picture itself, its colours half of the way to those of
days.
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
darkened = dict(_base_.darkened_shots, pipeline=[*_base_.square_pipeline, *darken])
dark_streets = dict(_base_.street_anchors, pipeline=[*street_pipeline[:3], *darken])
# Beside the pairs of a training by pairs.
other_anchors = [
    dict(type='RepeatDataset', dataset=darkened, times=4),
    dark_streets,
    _base_.low_key_shots,
    dict(type='RepeatDataset', dataset=dusk, times=14),
]
as_stacks = _base_.shots_darkened_as_stacks
# With brighter lamps, dark pictures that have none came out too dark.
expose_shorter = dict(_base_.under_expose, mean=(4, 40), uneven_prob=0.0, highlights=1.0, prob=0.5)
noisy_as_stacks = dict(
    as_stacks,
    pipeline=[
        *as_stacks.pipeline[:4],
        expose_shorter,
        _base_.keep_well_exposed,
        dict(as_stacks.pipeline[5], prob=0.5),
        _base_.compress,
    ],
)
# What the training by pairs has, too, but with what the dark copy shows well.
keep_and_compress = [_base_.keep_well_exposed, _base_.compress]
darken_and_keep = [*darken[:-1], *keep_and_compress]
kept_darkened = dict(darkened, pipeline=[*_base_.square_pipeline, *darken_and_keep])
kept_dark_streets = dict(dark_streets, pipeline=[*street_pipeline[:3], *darken_and_keep])
# Around what is lit all is black: there a subject of middle brightness is well exposed.
keep_subject = dict(_base_.keep_well_exposed, levels=(0.1, 0.4), share=1.0, brightness=0.2)
kept_low_key_shots = dict(
    _base_.low_key_shots,
    pipeline=[*_base_.low_key_shots.pipeline[:-1], keep_subject, _base_.compress],
)
train_dataloader = dict(
    dataset=dict(
        anchors=[
            dict(type='RepeatDataset', dataset=noisy_as_stacks, times=6),
            dict(type='RepeatDataset', dataset=kept_darkened, times=2),
            kept_dark_streets,
            kept_low_key_shots,
            dict(type='RepeatDataset', dataset=dusk, times=10),
        ]
    )
)
