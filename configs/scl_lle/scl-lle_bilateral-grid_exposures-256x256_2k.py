"""Beyond the paper, without pairs: what real cameras and a made-up one darken comes back."""

_base_ = [
    '../_base_/models/bilateral-grid_cross-exposure.py',
    '../_base_/datasets/exposures_256x256.py',
    '../_base_/schedules/adamw_averaged_2k.py',
    '../_base_/default_runtime.py',
]
# Neither the segmentor's opinion nor agreement of exposures helps photographs here.
model = dict(
    objective=dict(
        semantic_cross_entropy=None, segmentor=None, extra_terms=dict(cross_exposure=None)
    )
)
