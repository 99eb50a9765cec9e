"""What each kind of darkness, each use of real nights and each part of the network does at night.

The table of `tools/ablation.py` is of dusk; docs/how-to/ablation.md has the command that measures
the checkpoints in the dark.
"""

_base_ = ['../scl_lle/scl-lle_bilateral-grid_camvid-night-256x256_seg_2400.py']
# The anchors: 0 streets as nights, 1 with classes pasted into real nights, 2 and 3 real dusk and
# real nights without labels, 4 and 5 exposure stacks.
anchors = 'train_dataloader.dataset.anchors'
darkness = f'{anchors}.0.dataset.pipeline.4'
night = f'{darkness}.transforms.1.0'
ablation = dict(
    seeds=[0, 1, 2],
    columns=dict(dusk='mIoU', brightness='brightness'),
    rows=dict(
        no_synthetic_night={f'{darkness}.prob': [0.8, 0.0, 0.15, 0.05]},
        no_low_light={f'{darkness}.prob': [0.0, 0.8, 0.15, 0.05]},
        no_fourier_amplitude_transfer={f'{darkness}.prob': [0.55, 0.4, 0.0, 0.05]},
        no_cast={f'{night}.cast': (0, 0)},
        no_lamps={f'{night}.lamps': (0, 0)},
        no_vignetting={f'{night}.vignetting': (0, 0)},
        noise_of_single_pixels={f'{night}.blur': (0, 0), f'{night}.grey': (0, 0)},
        no_jpeg={f'{night}.quality': None},
        no_class_mix={f'{anchors}.1': _base_.street_nights},
        no_real_nights={
            anchors: [
                dict(type='RepeatDataset', dataset=_base_.street_nights, times=3),
                dict(type='RepeatDataset', dataset=_base_.exposures, times=2),
            ]
        },
        no_teacher={'model.objective.pseudo_labels': False},
        no_self_correlation={'model.objective.extra_terms.self_correlation': None},
        no_cross_exposure={'model.objective.extra_terms.cross_exposure': None},
        no_denoising={'model.enhancer.denoise_scales': 0},
        no_white_balance={'model.enhancer.white_balance': 0.0},
    ),
)
