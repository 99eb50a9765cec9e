from __future__ import annotations

import pytest
import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import DefaultScope
from mmseg.registry import MODELS as MMSEG_MODELS
from torch.nn import functional

from mmscllle.models import BackboneFeatures, VGG16Features

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
# torchvision's VGG-16: widths of the convolutions, M for pooling.
LAYERS = (64, 64, 'M', 128, 128, 'M', 256, 256, 256, 'M', 512, 512, 512, 'M', 512, 512, 512)


def vgg_layers(checkpoint: str, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """Every ReLU of VGG-16 by name, layer by layer."""
    weights, maps, position, stage, conv = torch.load(checkpoint), {}, 0, 1, 1
    for layer in LAYERS:
        if layer == 'M':
            x = functional.max_pool2d(x, 2)
            position, stage, conv = position + 1, stage + 1, 1
            continue
        x = functional.relu(
            functional.conv2d(
                x,
                weights[f'features.{position}.weight'],
                weights[f'features.{position}.bias'],
                padding=1,
            )
        )
        maps[f'relu{stage}_{conv}'] = x
        position, conv = position + 2, conv + 1
    return maps


@pytest.fixture(scope='module')
def vgg(seeded_vgg):
    return VGG16Features(seeded_vgg)


def test_vgg_layers(vgg, seeded_vgg):
    image = torch.rand(2, 3, 16, 24)
    expected = vgg_layers(seeded_vgg, image)
    features = vgg(image)
    assert len(features.style) == 2
    torch.testing.assert_close(features.style[0], expected['relu1_2'])
    torch.testing.assert_close(features.style[1], expected['relu2_2'])
    torch.testing.assert_close(features.content, expected['relu4_3'])


@pytest.mark.parametrize(
    'style, content',
    [((), 'relu1_1'), (('relu1_1', 'relu3_1', 'relu3_2'), 'relu3_3'), (('relu2_1',), 'relu2_1')],
)
def test_other_vgg_layers(seeded_vgg, style, content):
    image = torch.rand(1, 3, 8, 8)
    expected = vgg_layers(seeded_vgg, image.repeat(1, 1, 4, 4))
    features = VGG16Features(seeded_vgg, style, content)(image.repeat(1, 1, 4, 4))
    assert len(features.style) == len(style)
    for name, value in zip((*style, content), (*features.style, features.content), strict=True):
        torch.testing.assert_close(value, expected[name])


def test_style_and_content_alone(vgg):
    image = torch.rand(1, 3, 16, 16)
    features = vgg(image)
    torch.testing.assert_close(vgg.style(image), features.style, rtol=0, atol=0)
    torch.testing.assert_close(vgg.content(image), features.content, rtol=0, atol=0)


def test_style_leaves_the_network_early(vgg):
    passes = []
    handle = vgg.network[-1].register_forward_hook(lambda *_: passes.append(1))
    vgg.style(torch.rand(1, 3, 16, 16))
    assert not passes
    vgg.content(torch.rand(1, 3, 16, 16))
    assert len(passes) == 1
    handle.remove()


def test_vgg_is_not_normalised_unless_asked_for(vgg, seeded_vgg):
    image = torch.rand(1, 3, 16, 16)
    normalised = VGG16Features(seeded_vgg, normalize=True)
    torch.testing.assert_close(normalised.content(image), vgg.content((image - MEAN) / STD))
    assert (normalised.content(image) - vgg.content(image)).abs().max() > 0.1
    torch.testing.assert_close(normalised.style(image), vgg.style((image - MEAN) / STD))


def test_image_itself_is_left_alone(vgg):
    image = torch.rand(1, 3, 16, 16)
    before = image.clone()
    vgg(image)
    assert torch.equal(image, before)


def test_vgg_passes_gradients_to_the_image_alone(vgg):
    image = torch.rand(1, 3, 16, 16, requires_grad=True)
    features = vgg(image)
    (features.content.sum() + sum(x.sum() for x in features.style)).backward()
    assert image.grad.any()
    assert not vgg.state_dict() and not list(vgg.parameters())
    assert all(p.grad is None for p in vgg.network.parameters())


@pytest.mark.parametrize('name', ['relu6_1', 'relu1_3', 'conv1_1', 'relu3_0'])
def test_unknown_vgg_layer(name):
    with pytest.raises(ValueError, match=f"VGG-16 has no layer '{name}'; layers are relu1_1"):
        VGG16Features('never read', content_layer=name)


@pytest.mark.parametrize(
    'style, content', [(('relu2_2', 'relu1_2'), 'relu4_3'), (('relu1_2', 'relu2_2'), 'relu2_1')]
)
def test_vgg_layers_out_of_order(style, content):
    with pytest.raises(ValueError, match=f'in order of depth .*{content}'):
        VGG16Features('never read', style, content)


def test_vgg_checkpoint_of_another_network(tmp_path, tiny_segmentor):
    key = 'feature_extractor.checkpoint'
    with pytest.raises(FileNotFoundError, match=f'{key}: there is no checkpoint file'):
        VGG16Features(str(tmp_path / 'none.pth'))
    with pytest.raises(ValueError, match=f'{key}: .*does not fit.*not one name fits'):
        VGG16Features(tiny_segmentor[1])


@pytest.fixture(scope='module')
def segmentor(tiny_segmentor):
    """The tiny segmentor as mmseg builds it, and its config."""
    config, checkpoint = tiny_segmentor
    config = Config.fromfile(config).model
    with DefaultScope.overwrite_default_scope('mmseg'):
        network = MMSEG_MODELS.build(config)
    network.load_state_dict(torch.load(checkpoint)['state_dict'])
    return revert_sync_batchnorm(network).eval(), config


def seen_by_mmseg(preprocessor, image: torch.Tensor) -> torch.Tensor:
    """What mmseg makes of ``image`` when it is loaded from disk, as BGR in [0, 255]."""
    return preprocessor(dict(inputs=list(image.flip(1) * 255)))['inputs']


PREPROCESSORS = dict(
    bgr_to_rgb=dict(mean=[120.0, 110.0, 100.0], std=[50.0, 60.0, 70.0], bgr_to_rgb=True),
    rgb_to_bgr=dict(mean=[120.0, 110.0, 100.0], std=[50.0, 60.0, 70.0], rgb_to_bgr=True),
    bgr=dict(mean=[120.0, 110.0, 100.0], std=[50.0, 60.0, 70.0]),
    without_mean=dict(bgr_to_rgb=True),
)


@pytest.mark.parametrize('preprocessor', PREPROCESSORS.values(), ids=PREPROCESSORS.keys())
def test_backbone_sees_what_it_was_trained_on(segmentor, tiny_segmentor, preprocessor):
    network, config = segmentor
    preprocessor = dict(type='SegDataPreProcessor', **preprocessor)
    extractor = BackboneFeatures(
        dict(model={**config, 'data_preprocessor': preprocessor}),
        tiny_segmentor[1],
        style_indices=(0, 2),
        content_index=1,
    )
    image = torch.rand(2, 3, 32, 40)
    with DefaultScope.overwrite_default_scope('mmseg'):
        preprocess = MMSEG_MODELS.build(preprocessor)
    expected = network.backbone(seen_by_mmseg(preprocess, image))
    features = extractor(image)
    torch.testing.assert_close(features.style, (expected[0], expected[2]), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(features.content, expected[1], rtol=1e-3, atol=1e-3)


def test_backbone_defaults(segmentor, tiny_segmentor):
    network, _ = segmentor
    extractor = BackboneFeatures(*tiny_segmentor)
    image = torch.rand(2, 3, 32, 40)
    expected = network.backbone(seen_by_mmseg(network.data_preprocessor, image))
    torch.testing.assert_close(extractor.style(image), expected[:1], rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(extractor.content(image), expected[-1], rtol=1e-3, atol=1e-3)
    assert not extractor.state_dict() and not list(extractor.parameters())


def test_bare_backbone_sees_images_normalised_by_imagenet(segmentor, tiny_segmentor):
    network, config = segmentor
    extractor = BackboneFeatures(dict(config.backbone), tiny_segmentor[1])
    image = torch.rand(2, 3, 32, 40)
    expected = network.backbone((image - MEAN) / STD)
    torch.testing.assert_close(extractor.content(image), expected[-1], rtol=1e-3, atol=1e-3)


def test_backbone_may_see_values_as_they_are(segmentor, tiny_segmentor):
    network, config = segmentor
    for source in (tiny_segmentor[0], dict(config.backbone)):
        extractor = BackboneFeatures(source, tiny_segmentor[1], normalize=False)
        image = torch.rand(2, 3, 32, 40)
        expected = network.backbone(image)
        torch.testing.assert_close(extractor.content(image), expected[-1], rtol=1e-3, atol=1e-3)


def test_backbone_errors_name_the_key(tmp_path, tiny_segmentor, seeded_vgg):
    config, checkpoint = tiny_segmentor
    with pytest.raises(FileNotFoundError, match='feature_extractor.config: .*none.py'):
        BackboneFeatures(str(tmp_path / 'none.py'), checkpoint)
    with pytest.raises(FileNotFoundError, match='feature_extractor.checkpoint: .*none.pth'):
        BackboneFeatures(config, str(tmp_path / 'none.pth'))
    with pytest.raises(ValueError, match='feature_extractor.checkpoint: .* does not fit'):
        BackboneFeatures(config, seeded_vgg)
