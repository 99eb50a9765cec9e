_base_ = '../scl_lle/scl-lle_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py'
load_from = (
    'https://github.com/zhenqifu/PairLIE/raw/'
    '3fd5c1586aa5f8f0736382de36d5bf46a4e208c2/weights/PairLIE.pth'
)
model = dict(enhancer=dict(type='mmscllle.PairLIE'))
