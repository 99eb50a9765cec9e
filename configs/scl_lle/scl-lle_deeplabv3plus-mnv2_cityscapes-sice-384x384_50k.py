_base_ = [
    '../_base_/models/scl-lle_vgg16_deeplabv3plus-mnv2.py',
    '../_base_/datasets/cityscapes-sice_384x384.py',
    '../_base_/schedules/adam_50k.py',
    '../_base_/default_runtime.py',
]
