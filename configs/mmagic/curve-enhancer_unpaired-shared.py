"""NIQE on the photographs that come with the shared data."""

_base_ = [
    '../_base_/models/base-edit_curve-enhancer.py',
    '../_base_/datasets/mmagic_unpaired-shared.py',
    '../_base_/mmagic_runtime.py',
]
default_hooks = dict(pictures=dict(on_test=False))
