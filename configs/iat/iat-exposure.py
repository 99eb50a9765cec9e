_base_ = './iat-lol-v1.py'
load_from = (
    'https://github.com/cuiziteng/Illumination-Adaptive-Transformer/raw/'
    'c76472265247f47cea57649af28b15018bb64cb1/IAT_enhance/best_Epoch_exposure.pth'
)
