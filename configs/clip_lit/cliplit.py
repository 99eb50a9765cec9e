_base_ = '../scl_lle/scl-lle_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py'
load_from = (
    'https://github.com/ZhexinLiang/CLIP-LIT/raw/'
    '25ed5be6086cd34d2bc1020c6088ac3f9d3a9522/pretrained_models/enhancement_model.pth'
)
model = dict(enhancer=dict(type='mmscllle.CLIPLIT'))
