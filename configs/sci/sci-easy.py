_base_ = '../scl_lle/scl-lle_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py'
load_from = (
    'https://github.com/vis-opt-group/SCI/raw/'
    '9d28a3f1237df248bb765e7fee16f7c4ac7dbeee/weights/easy.pt'
)
model = dict(enhancer=dict(type='mmscllle.SCI'))
