_base_ = './scl-lle.py'
model = dict(
    objective=dict(
        feature_extractor=dict(
            type='mmscllle.VGG16Features',
            checkpoint='https://download.pytorch.org/models/vgg16-397923af.pth',
        ),
        segmentor=dict(
            type='mmscllle.FrozenSegmentor',
            config='mmseg::mobilenet_v2/'
            'mobilenet-v2-d8_deeplabv3plus_4xb2-80k_cityscapes-512x1024.py',
            checkpoint='https://download.openmmlab.com/mmsegmentation/v0.5/mobilenet_v2/'
            'deeplabv3plus_m-v2-d8_512x1024_80k_cityscapes/'
            'deeplabv3plus_m-v2-d8_512x1024_80k_cityscapes_20200825_124836-d256dd4b.pth',
            num_classes=19,
        ),
    )
)
