"""What each term and each addition does for photographs: each is left out in turn."""

_base_ = [
    '../scl_lle/scl-lle_bilateral-grid_exposures-256x256_2k.py',
    '../_base_/ablation_by_pairs.py',
]
# The anchors: 0 dark shots, 1 darkened shots, 2 darkened streets.
shots = 'train_dataloader.dataset.anchors.1.dataset.pipeline'
street = 'train_dataloader.dataset.anchors.2.pipeline'
ablation = dict(
    rows=dict(
        no_reconstruction={'model.objective.extra_terms.reconstruction': None},
        no_cross_exposure={'model.objective.extra_terms.cross_exposure': None},
        no_semantic_cross_entropy={
            'model.objective.semantic_cross_entropy': None,
            'model.objective.segmentor': None,
        },
        even_light={f'{shots}.3.uneven_prob': 0.0, f'{street}.4.uneven_prob': 0.0},
        no_sensor_noise_in_darkening={
            f'{shots}.3.shot_noise': _base_.no_noise,
            f'{shots}.3.read_noise': _base_.no_noise,
            f'{street}.4.shot_noise': _base_.no_noise,
            f'{street}.4.read_noise': _base_.no_noise,
        },
        no_jpeg={f'{shots}.4.prob': 0.0, f'{street}.5.prob': 0.0},
        reference_as_shot={
            f'{shots}.2.local_contrast': 0.0,
            f'{street}.3.local_contrast': 0.0,
        },
        no_street_anchors={
            'train_dataloader.dataset.anchors': [
                _base_.dark_shots,
                dict(type='RepeatDataset', dataset=_base_.darkened_shots, times=4),
            ]
        },
        no_averaged_weights=dict(custom_hooks=[]),
    ),
)
