"""NIQE on six sets of photographs, a row of the table for each."""

_base_ = [
    '../_base_/models/base-edit_curve-enhancer.py',
    '../_base_/datasets/mmagic_unpaired.py',
    '../_base_/mmagic_runtime.py',
]
# Two sets have images of one name, and the picture of one would overwrite the other's.
default_hooks = dict(pictures=dict(on_test=False))
