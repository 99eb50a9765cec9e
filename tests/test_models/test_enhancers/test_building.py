from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from mmengine.registry import DefaultScope
from mmengine.runner import load_checkpoint
from torch import nn

from mmscllle.models import SCLLLE
from mmscllle.models.enhancers import (
    CurveEnhancer,
    EnhancerSource,
    build_enhancer,
    find_enhancer,
    load_enhancer,
)
from mmscllle.models.enhancers.known import find_model, match_known, read_source
from mmscllle.registry import MODELS
from mmscllle.utils.shipped_weights import SHIPPED_MODELS, current_name
from mmscllle.utils.weights import read_checkpoint

CURVES = dict(type='mmscllle.CurveEnhancer')


class Gain(nn.Module):
    """What somebody else wrote: no base class of ours, one tensor returned."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)

    def forward(self, image):
        return self.conv(image).sigmoid()


@pytest.fixture
def registered() -> Iterator[dict]:
    MODELS.register_module(module=Gain)
    yield dict(type='Gain')
    MODELS.module_dict.pop('Gain')


@pytest.mark.parametrize(
    'cfg',
    [
        CURVES,
        dict(model=CURVES),
        dict(model=dict(type='SCLLLE', enhancer=CURVES)),
        dict(type='SCLLLE', enhancer=CURVES),
        dict(
            model=dict(
                type='BaseEditModel', generator=dict(type='EnhancerGenerator', enhancer=CURVES)
            )
        ),
        'mmscllle::mmagic/curve-enhancer_unpaired-shared.py',
    ],
    ids=lambda cfg: str(cfg)[:40],
)
def test_an_enhancer_is_found_in_any_config(cfg):
    assert find_enhancer(cfg) == EnhancerSource(CURVES, None)


@pytest.mark.parametrize(
    ('cfg', 'expected'),
    [
        (
            dict(load_from='a.pth', model=dict(enhancer=CURVES, enhancer_checkpoint='b.pth')),
            'a.pth',
        ),
        (dict(model=dict(enhancer=CURVES, enhancer_checkpoint='b.pth')), 'b.pth'),
        (dict(model=dict(enhancer=dict(CURVES, init_cfg=dict(checkpoint='c.pth')))), 'c.pth'),
    ],
)
def test_the_weights_that_a_config_names(cfg, expected):
    assert find_enhancer(cfg).weights == expected


def test_a_config_may_name_another(tmp_path):
    path = tmp_path / 'scl_lle.py'
    path.write_text(f'model = dict(enhancer={CURVES})')
    assert find_enhancer(dict(model=dict(enhancer=str(path)))).config == CURVES
    assert isinstance(build_enhancer(str(path)), CurveEnhancer)


def test_nothing_to_build():
    with pytest.raises(ValueError, match='the model of the config, or its enhancer, has no type'):
        find_enhancer(dict(model=dict(channels=3)))
    with pytest.raises(FileNotFoundError, match="there is no config file 'none.py'"):
        find_enhancer('none.py')


@pytest.mark.parametrize('scope', ['mmengine', 'mmseg', 'mmscllle'])
def test_a_type_needs_no_scope(registered, scope):
    with DefaultScope.overwrite_default_scope(scope):
        assert isinstance(build_enhancer(dict(type='CurveEnhancer')), CurveEnhancer)
        image = torch.rand(2, 3, 4, 4)
        enhanced, curves = build_enhancer(registered)(image)
    assert enhanced.shape == image.shape and curves.shape == (2, 0, 4, 4)


def test_every_model_loads_the_bare_checkpoint_of_any_enhancer(
    registered, tiny_segmentor, tmp_path
):
    released, path = Gain(), str(tmp_path / 'gain.pth')
    torch.save(released.state_dict(), path)
    models = [
        MODELS.build(config)
        for config in (
            dict(type='mmscllle.SCLLLE', enhancer=registered),
            dict(
                type='mmscllle.EnhancedSegmentor', enhancer=registered, segmentor=tiny_segmentor[0]
            ),
        )
    ]
    for model in models:
        load_checkpoint(model, path, 'cpu', strict=True)
        torch.testing.assert_close(model.enhancer.state_dict(), released.state_dict())
        # And the enhancer loads the model's.
        torch.save(model.state_dict(), tmp_path / 'model.pth')
        alone = build_enhancer(registered)
        load_checkpoint(alone, str(tmp_path / 'model.pth'), 'cpu')
        torch.testing.assert_close(alone.state_dict(), released.state_dict())


def test_no_model_goes_on_with_random_weights(registered, tiny_segmentor, tmp_path):
    path = str(tmp_path / 'curves.pth')
    torch.save(CurveEnhancer().state_dict(), path)
    for config in (
        dict(type='mmscllle.SCLLLE', enhancer=registered),
        dict(type='mmscllle.EnhancedSegmentor', enhancer=registered, segmentor=tiny_segmentor[0]),
    ):
        with pytest.raises(ValueError, match='has (enhancer.)?conv.weight'):
            load_checkpoint(MODELS.build(config), path, 'cpu')


def test_weights_are_named_or_not_needed(registered):
    with pytest.raises(ValueError, match='--enhancer: no weights of the Gain are named'):
        load_enhancer(EnhancerSource(registered), '--enhancer')
    load_enhancer(EnhancerSource(dict(type='mmscllle.GammaEnhancer')), '--enhancer')


@pytest.mark.parametrize('name', SHIPPED_MODELS)
def test_shipped_models_know_their_enhancer(name):
    source = find_model(name, 'model')
    assert source.weights == f'mmscllle://{name}'
    assert read_source(name, 'model') == read_source(source.weights, 'model') == source
    enhancer = load_enhancer(source, 'weights')
    torch.testing.assert_close(
        dict(enhancer.state_dict()), torch.load(SHIPPED_MODELS[name].weights, map_location='cpu')
    )


def test_a_name_of_the_past_is_understood_and_told(log):
    source = find_model('scl-lle-night', 'model')
    current_name.cache_clear()
    assert find_model('scl-lle-seg', 'model') == source
    assert 'scl-lle-seg is no more: mmscllle://scl-lle-night takes its place' in log.text
    for name in ('scl-lle-seg', 'mmscllle://scl-lle-seg'):
        assert read_source(name, 'model') == source
    weights, _ = read_checkpoint('mmscllle://scl-lle-seg', 'weights')
    torch.testing.assert_close(
        dict(weights), torch.load(SHIPPED_MODELS['scl-lle-night'].weights, map_location='cpu')
    )


def test_a_model_of_a_metafile():
    name = 'curve-enhancer_unpaired-shared'
    source = read_source(name, 'model')
    assert source.config == CURVES and source.weights.startswith('https://')
    with pytest.raises(
        ValueError,
        match='--enhancer: there is no config file .dark-net., nor a '
        f'model of that name; known are {next(iter(SHIPPED_MODELS))}, .*{name}',
    ):
        read_source('dark-net', '--enhancer')


def test_a_checkpoint_alone(tmp_path):
    path = str(tmp_path / 'curves.pth')
    torch.save(
        {f'enhancer.{name}': value for name, value in CurveEnhancer().state_dict().items()}, path
    )
    assert read_source(path, 'weights') == EnhancerSource(CURVES, path)
    assert read_source(path, 'weights', dict(type='Mine')) == (dict(type='Mine'), path)
    # One that fits none: whose error then shows both sides.
    torch.save(Gain().state_dict(), path)
    assert match_known(path, 'weights') == find_model('scl-lle', 'weights').config
    names = [name for name in CurveEnhancer().state_dict() if name != 'e_conv1.bias']
    torch.save(dict.fromkeys(names, torch.ones(1)), path)
    assert match_known(path, 'weights') == CURVES


def test_networks_that_a_checkpoint_is_compared_with_are_not_logged(tmp_path, log):
    path = str(tmp_path / 'curves.pth')
    torch.save(CurveEnhancer().state_dict(), path)
    config = match_known(path, 'weights')
    assert not log.records
    # The level of the log is as it was.
    load_enhancer(EnhancerSource(config, path), 'weights')
    assert 'weights: loaded 14 weights' in log.text


def test_weights_that_take_out_noise_are_told_from_others(tmp_path):
    path = str(tmp_path / 'night.pth')
    night = find_model('scl-lle-night', 'weights').config
    torch.save(build_enhancer(night).state_dict(), path)
    assert match_known(path, 'weights') == night
    assert night['denoise_scales'] == 3
    dusk = find_model('scl-lle-dusk', 'weights').config
    assert find_model('scl-lle', 'weights').config == dusk
    torch.save(build_enhancer(dusk).state_dict(), path)
    assert match_known(path, 'weights') == dusk
    # What the first training of `scl-lle` gives.
    first = dict(type='mmscllle.BilateralGridEnhancer')
    torch.save(build_enhancer(first).state_dict(), path)
    assert match_known(path, 'weights') == first
    # By one network for all, which leaves days as they are: no known model is so.
    torch.save(build_enhancer(dict(dusk, leave_bright=(0.2, 0.3))).state_dict(), path)
    with pytest.raises(ValueError, match='night.pth. fits no known model: .*mark_leave_bright'):
        match_known(path, 'weights')
    # The same network, set to do something else.
    torch.save(build_enhancer(dict(night, night=(0.2, 0.3))).state_dict(), path)
    with pytest.raises(ValueError, match='but differs in mark_dusk; give the config'):
        match_known(path, 'weights')


def test_training_to_take_out_noise_goes_on_from_plain_weights(tmp_path):
    path = str(tmp_path / 'plain.pth')
    plain = build_enhancer(find_model('scl-lle', 'weights').config)
    torch.save(dict(state_dict={f'enhancer.{n}': w for n, w in plain.state_dict().items()}), path)
    model = SCLLLE(enhancer=find_model('scl-lle-night', 'weights').config)
    load_checkpoint(model, path)
    for name, weight in plain.state_dict().items():
        assert torch.equal(model.enhancer.state_dict()[name], weight)


@pytest.mark.parametrize('name', ['ZeroDCEPlusPlus', 'SCI', 'IAT', 'PairLIE', 'CLIPLIT'])
def test_a_checkpoint_of_a_published_enhancer_alone(tmp_path, name):
    config, path = dict(type=f'mmscllle.{name}'), str(tmp_path / 'released.pth')
    torch.save(
        {f'module.{weight}': value for weight, value in MODELS.build(config).state_dict().items()},
        path,
    )
    assert read_source(path, '--enhancer') == EnhancerSource(config, path)
