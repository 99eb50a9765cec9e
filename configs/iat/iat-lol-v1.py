_base_ = '../scl_lle/scl-lle_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py'
load_from = (
    'https://github.com/cuiziteng/Illumination-Adaptive-Transformer/raw/'
    'c76472265247f47cea57649af28b15018bb64cb1/IAT_enhance/best_Epoch_lol_v1.pth'
)
model = dict(enhancer=dict(type='mmscllle.IAT'))
