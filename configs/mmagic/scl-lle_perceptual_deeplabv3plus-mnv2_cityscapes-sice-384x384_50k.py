"""SCL-LLE with mmagic's perceptual loss for feature retention: the same value on the same weights.

torchvision loads VGG-16, from the folder that TORCH_HOME names where it is there.
"""

_base_ = '../scl_lle/scl-lle_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py'
model = dict(
    objective=dict(
        feature_retention=dict(
            _delete_=True,
            type='mmscllle.PerceptualRetentionLoss',
            perceptual_loss=dict(
                type='mmagic.PerceptualLoss',
                # relu4_3
                layer_weights={'22': 1.0},
                vgg_type='vgg16',
                pretrained='torchvision://vgg16',
                use_input_norm=False,
                norm_img=False,
                style_weight=0,
                criterion='mse',
            ),
        )
    )
)
