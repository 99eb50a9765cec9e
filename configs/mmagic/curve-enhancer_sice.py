_base_ = [
    '../_base_/models/base-edit_curve-enhancer.py',
    '../_base_/datasets/mmagic_sice.py',
    '../_base_/mmagic_runtime.py',
]
