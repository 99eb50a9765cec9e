from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from mmengine.model import ExponentialMovingAverage
from mmengine.optim import build_optim_wrapper
from mmengine.runner import Runner, load_checkpoint, save_checkpoint
from torch.utils.data import DataLoader

from mmscllle.models import CurveEnhancer


def test_the_enhancer_is_all_that_is_saved(build_model, tmp_path):
    model = build_model()
    names = [f'enhancer.{name}' for name in model.enhancer.state_dict()]
    assert list(model.state_dict()) == names
    assert [name for name, _ in model.named_parameters()] == names
    assert sum(value.numel() for value in model.state_dict().values()) == 79416
    path = tmp_path / 'model.pth'
    save_checkpoint(dict(state_dict=model.state_dict()), str(path))
    assert path.stat().st_size < 400_000


def test_the_optimizer_gets_the_enhancer_alone(build_model):
    model = build_model()
    wrapper = build_optim_wrapper(
        model,
        dict(
            type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4), clip_grad=dict(max_norm=0.1)
        ),
    )
    held = [p for group in wrapper.param_groups for p in group['params']]
    assert sum(p.numel() for p in held) == 79416
    assert all(held is own for held, own in zip(held, model.enhancer.parameters(), strict=True))


@pytest.mark.parametrize('copied', [copy.deepcopy, ExponentialMovingAverage])
def test_copies_share_the_fixed_networks(build_model, inputs, copied):
    model = build_model()
    clone = copied(model)
    clone = getattr(clone, 'module', clone)
    assert clone.enhancer.e_conv1.weight is not model.enhancer.e_conv1.weight
    assert clone.segmentor is not model.segmentor
    assert clone.segmentor.network is model.segmentor.network
    assert clone.objective.feature_extractor.network is model.objective.feature_extractor.network
    losses, expected = clone(inputs, mode='loss'), model(inputs, mode='loss')
    for name, value in losses.items():
        torch.testing.assert_close(value, expected[name])


def test_moving_average(build_model):
    model = build_model()
    average = ExponentialMovingAverage(model, momentum=0.5)
    first = model.enhancer.e_conv1.weight.clone()
    average.update_parameters(model)
    with torch.no_grad():
        model.enhancer.e_conv1.weight.add_(1.0)
    average.update_parameters(model)
    torch.testing.assert_close(average.module.enhancer.e_conv1.weight.detach(), first + 0.5)
    assert {name.split('.')[1] for name in average.state_dict() if '.' in name} == {'enhancer'}


def test_checkpoint_of_a_bare_enhancer_loads(build_model, tmp_path):
    released, path = CurveEnhancer(), str(tmp_path / 'released.pth')
    torch.save(released.state_dict(), path)
    model = build_model()
    load_checkpoint(model, path, 'cpu', strict=True)
    torch.testing.assert_close(dict(model.enhancer.state_dict()), dict(released.state_dict()))
    model = build_model()
    model.load_state_dict(torch.load(path))
    torch.testing.assert_close(dict(model.enhancer.state_dict()), dict(released.state_dict()))


def test_checkpoint_of_the_model_loads_into_model_and_enhancer(build_model, tmp_path):
    model, path = build_model(), str(tmp_path / 'model.pth')
    expected = dict(model.enhancer.state_dict())
    save_checkpoint(dict(state_dict=model.state_dict()), path)

    other = build_model(objective=False)
    torch.nn.init.zeros_(other.enhancer.e_conv1.weight)
    load_checkpoint(other, path, 'cpu', strict=True)
    torch.testing.assert_close(dict(other.enhancer.state_dict()), expected)

    bare = CurveEnhancer()
    load_checkpoint(bare, path, 'cpu', strict=True)
    torch.testing.assert_close(dict(bare.state_dict()), expected)

    bare = CurveEnhancer(init_cfg=dict(type='Pretrained', checkpoint=path))
    bare.init_weights()
    torch.testing.assert_close(dict(bare.state_dict()), expected)


def test_weights_of_something_else_do_not_load(build_model):
    with pytest.raises(
        ValueError,
        match='does not fit the enhancer: not one name fits: the model '
        'has e_conv1.weight, .* and 10 more; the checkpoint has weight',
    ):
        build_model().load_state_dict(dict(weight=torch.ones(1)))


def test_runner_with_moving_average(build_model, tmp_path):
    model = build_model()
    image = torch.randint(256, (3, 32, 40), dtype=torch.uint8)
    triplets = [dict(inputs=dict(low=image // 5, positive=image, negative=image // 20))] * 4
    runner = Runner(
        model,
        str(tmp_path),
        train_dataloader=DataLoader(triplets, batch_size=2),
        train_cfg=dict(by_epoch=False, max_iters=2),
        optim_wrapper=dict(optimizer=dict(type='Adam', lr=1e-4), clip_grad=dict(max_norm=0.1)),
        custom_hooks=[dict(type='EMAHook')],
        default_hooks=dict(checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=2)),
        default_scope='mmscllle',
        experiment_name='moving_average',
    )
    runner.train()
    path = Path(tmp_path, 'iter_2.pth')
    saved = torch.load(path, **({} if torch.__version__ < '2' else dict(weights_only=False)))
    assert all(name.startswith('enhancer.') for name in saved['state_dict'])
    averaged = {name for name in saved['ema_state_dict'] if name != 'steps'}
    assert averaged == {f'module.{name}' for name in saved['state_dict']}
    assert len(saved['optimizer']['state']) == 14
    # Weights, their averages and Adam's two moments.
    assert path.stat().st_size < 4 * 400_000

    bare = CurveEnhancer()
    load_checkpoint(bare, str(path), 'cpu', strict=True)
    torch.testing.assert_close(bare.e_conv7.weight, saved['state_dict']['enhancer.e_conv7.weight'])
