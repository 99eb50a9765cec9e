"""Which checkpoint goes into which part of the chain."""

from __future__ import annotations

import copy

import pytest
import torch
from mmengine.registry import DefaultScope
from mmengine.runner import load_checkpoint
from mmseg.registry import MODELS as MMSEG_MODELS
from torch import nn

from mmscllle.models import EnhancedSegmentor
from mmscllle.registry import MODELS

CURVES = dict(type='mmscllle.CurveEnhancer')


def build(segmentor: str, **kwargs: object) -> EnhancedSegmentor:
    return MODELS.build(
        dict(type='mmscllle.EnhancedSegmentor', enhancer=CURVES, segmentor=segmentor, **kwargs)
    )


@pytest.fixture
def checkpoints(tmp_path, tiny_segmentor) -> dict[str, str]:
    """Every kind of checkpoint, each with weights of its own."""
    torch.manual_seed(1)
    enhancer = MODELS.build(CURVES)
    enhancer.init_weights()
    scl_lle = MODELS.build(dict(type='mmscllle.SCLLLE', enhancer=CURVES))
    scl_lle.init_weights()
    joint = build(tiny_segmentor[0])
    joint.init_weights()
    states = {
        'bare enhancer': enhancer,
        'SCLLLE': scl_lle,
        'joint': joint,
        'bare segmentor': build(tiny_segmentor[0]).segmentor,
    }
    for name, model in states.items():
        torch.save(dict(state_dict=model.state_dict(), meta={}), tmp_path / f'{name}.pth')
    return {name: str(tmp_path / f'{name}.pth') for name in states}


def part_weights(path: str, part: str) -> dict:
    return {
        name.replace(f'{part}.', '', 1) if name.startswith(f'{part}.') else name: value
        for name, value in torch.load(path)['state_dict'].items()
        if name.startswith(f'{part}.') or not name.startswith(('enhancer.', 'segmentor.'))
    }


@pytest.mark.parametrize(
    ('name', 'parts'),
    [
        ('bare enhancer', ['enhancer']),
        ('SCLLLE', ['enhancer']),
        ('bare segmentor', ['segmentor']),
        ('joint', ['enhancer', 'segmentor']),
    ],
)
@pytest.mark.parametrize('wrapped', [False, True])
def test_each_checkpoint_loads_into_its_part(tiny_segmentor, checkpoints, name, parts, wrapped):
    chain = build(tiny_segmentor[0])
    before = copy.deepcopy(chain.state_dict())
    model = chain
    if wrapped:
        with DefaultScope.overwrite_default_scope('mmseg'):
            model = MMSEG_MODELS.build(dict(type='SegTTAModel', module=chain))
    load_checkpoint(model, checkpoints[name], map_location='cpu', strict=True)
    for part in ('enhancer', 'segmentor'):
        expected = (
            part_weights(checkpoints[name], part)
            if part in parts
            else {
                key[len(part) + 1 :]: value for key, value in before.items() if key.startswith(part)
            }
        )
        found = getattr(chain, part).state_dict()
        assert found.keys() == expected.keys()
        assert all(torch.equal(found[key], expected[key]) for key in found)


@pytest.fixture
def photo() -> dict:
    return dict(inputs=[torch.zeros(3, 32, 32, dtype=torch.uint8)])


@pytest.mark.parametrize('learn', ['nothing', 'both'])
@pytest.mark.parametrize(
    ('name', 'other'), [('SCLLLE', 'segmentor'), ('bare segmentor', 'enhancer')]
)
def test_a_part_of_random_weights_is_not_tested(
    tiny_segmentor, checkpoints, photo, learn, name, other
):
    chain = build(tiny_segmentor[0], learn=learn).eval()
    load_checkpoint(chain, checkpoints[name])
    message = f'no weights of the {other}.* set model.{other}_checkpoint'
    with pytest.raises(ValueError, match=message):
        chain.test_step(photo)
    with pytest.raises(ValueError, match=message):
        copy.deepcopy(chain).test_step(photo)
    load_checkpoint(chain, checkpoints[f'bare {other}'])
    assert chain.test_step(photo)


def test_a_part_that_is_filled_otherwise_is_tested(tiny_segmentor, checkpoints, photo):
    # By the config, by a training that began at random weights, and by no weights at all.
    filled = build(tiny_segmentor[0], segmentor_checkpoint=tiny_segmentor[1]).eval()
    trained = build(tiny_segmentor[0], learn='both').eval()
    trained.init_weights()
    for chain in (filled, trained):
        load_checkpoint(chain, checkpoints['bare enhancer'])
        assert chain.test_step(photo)
    plain = dict(type='mmscllle.GammaEnhancer')
    bare = MODELS.build(
        dict(type='mmscllle.EnhancedSegmentor', enhancer=plain, segmentor=tiny_segmentor[0])
    )
    load_checkpoint(bare, checkpoints['bare segmentor'])
    assert bare.eval().test_step(photo)


def test_a_checkpoint_that_does_not_fit_is_refused(tiny_segmentor, checkpoints):
    chain = build(tiny_segmentor[0])
    message = 'neither part of the chain: it has wrong; the model has enhancer.e_conv1.weight'
    with pytest.raises(ValueError, match=message):
        chain.load_state_dict(dict(wrong=torch.zeros(1)))


def test_a_chain_with_another_enhancer_is_refused(tiny_segmentor, checkpoints):
    """Its segmentor alone would see pictures that it was not trained on."""
    chain = build(tiny_segmentor[0])
    weights = {
        f'segmentor.{name}': value
        for name, value in part_weights(checkpoints['joint'], 'segmentor').items()
    }
    message = 'a chain with another enhancer: it has enhancer.curves.weight; give the config'
    with pytest.raises(ValueError, match=message):
        chain.load_state_dict({**weights, 'enhancer.curves.weight': torch.zeros(1)})


def test_names_beside_the_chain_stay_as_they_are(tiny_segmentor):
    averaged = nn.Module()
    averaged.register_buffer('steps', torch.tensor(3))
    averaged.module = build(tiny_segmentor[0])
    averaged.load_state_dict(copy.deepcopy(averaged.state_dict()))


@pytest.mark.parametrize(
    ('option', 'name'),
    [
        ('enhancer', 'bare enhancer'),
        ('enhancer', 'SCLLLE'),
        ('enhancer', 'joint'),
        ('segmentor', 'bare segmentor'),
        ('segmentor', 'joint'),
    ],
)
def test_weights_loaded_at_build_time_survive_initialisation(
    tiny_segmentor, checkpoints, option, name
):
    chain = build(tiny_segmentor[0], **{f'{option}_checkpoint': checkpoints[name]})
    other = {'enhancer': 'segmentor', 'segmentor': 'enhancer'}[option]
    before = copy.deepcopy(getattr(chain, other).state_dict())
    chain.init_weights()
    expected = part_weights(checkpoints[name], option)
    found = getattr(chain, option).state_dict()
    assert all(torch.equal(found[key], value) for key, value in expected.items())
    assert any(
        not torch.equal(value, before[key])
        for key, value in getattr(chain, other).state_dict().items()
    )


def test_checkpoints_that_do_not_fit_are_named(tiny_segmentor, checkpoints):
    with pytest.raises(ValueError, match='model.segmentor_checkpoint: .*bare enhancer.*not fit'):
        build(tiny_segmentor[0], segmentor_checkpoint=checkpoints['bare enhancer'])
    with pytest.raises(FileNotFoundError, match='model.enhancer_checkpoint: .*none.pth'):
        build(tiny_segmentor[0], enhancer_checkpoint='none.pth')
