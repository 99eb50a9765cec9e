_base_ = '../scl_lle/scl-lle_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py'
load_from = (
    'https://github.com/Li-Chongyi/Zero-DCE_extension/raw/'
    '09f202b690f82da939b8e6ec8535960ae97ad8bd/Zero-DCE++/snapshots_Zero_DCE++/Epoch99.pth'
)
model = dict(enhancer=dict(type='mmscllle.ZeroDCEPlusPlus'))
