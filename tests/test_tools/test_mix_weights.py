from __future__ import annotations

from types import ModuleType

import pytest
import torch
from commands import load_tool

from mmscllle.models.enhancers import BilateralGridEnhancer
from mmscllle.utils.commands import UsageError

CONFIG = """
model = dict(
    type='mmscllle.SCLLLE',
    enhancer=dict(type='mmscllle.BilateralGridEnhancer', channels=(8, 12), leave_bright=(0.1, 0.2)))
"""


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    return load_tool('model_converters/mix_weights')


@pytest.fixture
def checkpoints(tmp_path) -> list[str]:
    """A config, a bare enhancer without the config's option, and a model with it."""
    (tmp_path / 'config.py').write_text(CONFIG)
    torch.manual_seed(0)
    torch.save(BilateralGridEnhancer((8, 12)).state_dict(), tmp_path / 'a.pth')
    tuned = BilateralGridEnhancer((8, 12), leave_bright=(0.1, 0.2)).state_dict()
    torch.save({f'enhancer.{name}': value for name, value in tuned.items()}, tmp_path / 'b.pth')
    return [str(tmp_path / name) for name in ('config.py', 'a.pth', 'b.pth')]


@pytest.mark.parametrize('share', [0.0, 0.25, 1.0])
def test_the_average(tool, checkpoints, tmp_path, capsys, share):
    out = tmp_path / 'new' / 'mixed.pth'
    tool.run(tool.parse_args([*checkpoints, str(out), '--share', str(share)]))
    mixed = torch.load(out)
    before, after = torch.load(checkpoints[1]), torch.load(checkpoints[2])
    assert sorted(mixed) == sorted([*before, 'mark_leave_bright'])
    for name, value in before.items():
        expected = (1 - share) * value + share * after[f'enhancer.{name}']
        torch.testing.assert_close(mixed[name], expected)
    assert f'{1 - share:g} of {checkpoints[1]}' in capsys.readouterr().out


def test_what_is_no_number_of_the_network_is_kept(tool):
    one, other = (dict(count=torch.tensor(count)) for count in (3, 4))
    assert tool.mix(one, other, 0.25)['count'] == 4


def test_wrong_arguments(tool, checkpoints, tmp_path):
    with pytest.raises(UsageError, match=r'--share must be from 0 to 1, got 1\.5'):
        tool.run(tool.parse_args([*checkpoints, str(tmp_path / 'out.pth'), '--share', '1.5']))
    with pytest.raises(UsageError, match='OUT: .*a.pth.* exists; delete it'):
        tool.run(tool.parse_args([*checkpoints, checkpoints[1]]))


def test_other_networks_are_refused(tool, checkpoints, tmp_path):
    torch.save(BilateralGridEnhancer((8, 16)).state_dict(), tmp_path / 'other.pth')
    arguments = [checkpoints[0], checkpoints[1], str(tmp_path / 'other.pth'), str(tmp_path / 'o')]
    with pytest.raises(ValueError, match=r'B: .*other\.pth'):
        tool.run(tool.parse_args(arguments))
    assert not (tmp_path / 'o').exists()


@pytest.fixture
def chain(tiny_segmentor, tmp_path) -> list[str]:
    """A config of a chain, its segmentor before, and the chain after."""
    config = tmp_path / 'chain.py'
    config.write_text(f"""
model = dict(
    type='mmscllle.EnhancedSegmentor',
    enhancer=dict(type='mmscllle.BilateralGridEnhancer', channels=(8, 12)),
    enhancer_checkpoint={str(tmp_path / 'enhancer.pth')!r},
    segmentor={tiny_segmentor[0]!r})
""")
    torch.manual_seed(0)
    torch.save(BilateralGridEnhancer((8, 12)).state_dict(), tmp_path / 'enhancer.pth')
    from mmengine.config import Config

    from mmscllle.models import EnhancedSegmentor

    model = dict(Config.fromfile(str(config)).model)
    model.pop('type')
    trained = EnhancedSegmentor(**model)
    weights = {name: value + 1 for name, value in trained.state_dict().items()}
    meta = dict(dataset_meta=dict(classes=('road', 'sky')))
    torch.save(dict(meta=meta, state_dict=weights), tmp_path / 'after.pth')
    return [str(config), tiny_segmentor[1], str(tmp_path / 'after.pth')]


def test_a_chain(tool, chain, tmp_path):
    out = tmp_path / 'mixed.pth'
    tool.run(tool.parse_args([*chain, str(out), '--share', '0.25']))
    mixed = torch.load(out)
    enhancer, segmentor = torch.load(tmp_path / 'enhancer.pth'), torch.load(chain[1])
    after = torch.load(chain[2])
    assert mixed['meta']['dataset_meta'] == after['meta']['dataset_meta']
    assert sorted(mixed['state_dict']) == sorted(after['state_dict'])
    segmentor = segmentor.get('state_dict', segmentor)
    before = {
        **{f'enhancer.{name}': value for name, value in enhancer.items()},
        **{f'segmentor.{name}': value for name, value in segmentor.items()},
    }
    for name, value in mixed['state_dict'].items():
        if value.is_floating_point():
            expected = 0.75 * before[name] + 0.25 * after['state_dict'][name]
            torch.testing.assert_close(value, expected, msg=name)


def test_random_weights_are_not_mixed(tool, chain, tmp_path):
    """A is the segmentor alone, and nothing else holds an enhancer."""
    config = tmp_path / 'bare.py'
    config.write_text(f'_base_ = {chain[0]!r}\nmodel = dict(enhancer_checkpoint=None)\n')
    arguments = [str(config), *chain[1:], str(tmp_path / 'mixed.pth')]
    with pytest.raises(ValueError, match=r'A: .*no weights of the enhancer.*enhancer_checkpoint'):
        tool.run(tool.parse_args(arguments))
    assert not (tmp_path / 'mixed.pth').exists()


def test_a_chain_of_other_parts_is_refused(tool, chain, tmp_path):
    torch.save(dict(weight=torch.ones(1)), tmp_path / 'other.pth')
    with pytest.raises(ValueError, match=r'A: .*other\.pth'):
        tool.run(tool.parse_args([chain[0], str(tmp_path / 'other.pth'), chain[2], 'out.pth']))
