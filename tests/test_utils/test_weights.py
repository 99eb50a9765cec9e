from __future__ import annotations

import zipfile

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from torch import nn

from mmscllle.utils.weights import (
    claim_part,
    find_part,
    has_part,
    load_weights,
    read_checkpoint,
)

KEY = 'segmentor.checkpoint'


def test_plain_state_dict(save, weights):
    content, meta = read_checkpoint(save(weights), KEY)
    assert list(content) == ['weight', 'bias'] and meta == {}
    torch.testing.assert_close(content, weights)


def test_state_dict_with_meta_from_a_distributed_model(save, weights):
    wrapped = {f'module.{name}': value for name, value in weights.items()}
    meta = dict(dataset_meta=dict(classes=('a', 'b'), palette=[[0, 1, 2], [3, 4, 5]]), iter=3)
    content, found = read_checkpoint(save(dict(state_dict=wrapped, meta=meta)), KEY)
    torch.testing.assert_close(content, weights)
    assert found == meta


def test_legacy_file_format(tmp_path, weights):
    path = tmp_path / 'old.pth'
    torch.save(weights, path, _use_new_zipfile_serialization=False)
    torch.testing.assert_close(read_checkpoint(str(path), KEY)[0], weights)


def histories() -> dict:
    """What MMEngine's runner saves beside the weights."""
    history = HistoryBuffer()
    history.update(0.5)
    return dict(log_scalars={'train/loss': history}, runtime_info=dict(iter=3, lr=np.float64(0.1)))


def test_checkpoint_of_mmengines_runner(save, weights):
    meta = dict(dataset_meta=dict(classes=('a',), palette=np.array([[1, 2, 3]])), epoch=2)
    content, found = read_checkpoint(
        save(dict(state_dict=weights, meta=meta, message_hub=histories())), KEY
    )
    torch.testing.assert_close(content, weights)
    assert found['dataset_meta']['classes'] == ('a',)
    np.testing.assert_array_equal(found['dataset_meta']['palette'], [[1, 2, 3]])


@pytest.mark.parametrize('other', ['numpy.core.multiarray', 'numpy._core.multiarray'])
def test_checkpoint_written_with_another_numpy(save, weights, monkeypatch, other):
    # NumPy 2 moved what arrays are restored with; a pickle names the place of its writer.
    path = save(dict(state_dict=weights, message_hub=histories()))
    own = np.float64(1).__reduce__()[0].__module__
    rename_in_pickle(path, own, other)
    torch.testing.assert_close(read_checkpoint(path, KEY)[0], weights)


def rename_in_pickle(path: str, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, 'w') as archive:
        for name, part in parts.items():
            if name.endswith('data.pkl'):
                part = part.replace(f'c{old}\n'.encode(), f'c{new}\n'.encode())
            archive.writestr(name, part)


@pytest.mark.parametrize('place', ['meta', 'state_dict', 'message_hub'])
def test_code_in_a_file_is_refused_and_does_not_run(save, weights, payload, place):
    content = dict(state_dict=weights, meta={}, message_hub=histories())
    content[place]['payload'] = payload
    with pytest.raises(ValueError, match=rf'{KEY}: .*weights.pth.* not a checkpoint of weights'):
        read_checkpoint(save(content), KEY)


def test_url(save, weights, url):
    save(dict(state_dict=weights, meta=dict(iter=3), message_hub={}))
    content, meta = read_checkpoint(f'{url}/weights.pth', KEY)
    torch.testing.assert_close(content, weights)
    assert meta == dict(iter=3)


def test_code_at_a_url_is_refused_and_does_not_run(save, payload, url):
    save(dict(weight=payload))
    with pytest.raises(ValueError, match=rf'{KEY}: .*weights.pth.* not a checkpoint of weights'):
        read_checkpoint(f'{url}/weights.pth', KEY)


@pytest.mark.parametrize('checkpoint', [None, '', 3])
def test_no_checkpoint_given(checkpoint):
    with pytest.raises(ValueError, match=f'{KEY} must be the path or URL .* got {checkpoint!r}'):
        read_checkpoint(checkpoint, KEY)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=rf'{KEY}: there is no checkpoint file .*none.pth'):
        read_checkpoint(str(tmp_path / 'none.pth'), KEY)
    with pytest.raises(FileNotFoundError, match='there is no checkpoint file'):
        read_checkpoint(str(tmp_path), KEY)


@pytest.mark.parametrize('content', [b'', b'not a checkpoint', b'PK\x03\x04 cut off'])
def test_broken_file(tmp_path, content):
    path = tmp_path / 'broken.pth'
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf'{KEY}: .*broken.pth.* not a checkpoint of weights'):
        read_checkpoint(str(path), KEY)


@pytest.mark.parametrize(
    'content',
    [
        {},
        [1, 2],
        torch.ones(2),
        dict(state_dict={}),
        dict(state_dict=dict(a=3)),
        dict(lr=0.1),
        dict(state_dict=3),
    ],
    ids=str,
)
def test_file_without_weights(save, content):
    with pytest.raises(ValueError, match=rf'{KEY}: .*weights.pth.* holds no state dict'):
        read_checkpoint(save(content), KEY)


def test_load_weights(save, weights):
    network = nn.Linear(3, 2)
    meta = load_weights(network, save(dict(state_dict=weights, meta=dict(iter=1))), KEY)
    torch.testing.assert_close(dict(network.state_dict()), weights)
    assert meta == dict(iter=1)


def test_load_weights_below_a_prefix(save, weights):
    content = {f'backbone.{name}': value for name, value in weights.items()}
    content['head.weight'] = torch.ones(1)
    network = nn.Linear(3, 2)
    load_weights(network, save(content), KEY, part='backbone')
    torch.testing.assert_close(dict(network.state_dict()), weights)


def test_weights_that_the_network_lacks_have_no_use(save, weights):
    network = nn.Linear(3, 2)
    load_weights(network, save({**weights, 'extra': torch.ones(1)}), KEY)
    torch.testing.assert_close(dict(network.state_dict()), weights)


def test_weights_that_do_not_fit_leave_the_network_alone(save, weights):
    network = nn.Linear(3, 2)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    del weights['bias']
    with pytest.raises(ValueError, match=r'1 weights missing, 0 of another .*: bias is missing'):
        load_weights(network, save(weights), KEY)
    weights['bias'] = torch.ones(5)
    with pytest.raises(
        ValueError,
        match=rf'{KEY}: .*weights.pth.* does not fit the model .*'
        r'bias is \(5,\) in the checkpoint, \(2,\) in the model\)\. Look there\.',
    ):
        load_weights(network, save(weights), KEY, hint='Look there.')
    torch.testing.assert_close(dict(network.state_dict()), before)


@pytest.mark.parametrize('value', [float('nan'), float('inf'), float('-inf')])
@pytest.mark.parametrize('level', [None, 'state_dict', 'ema_state_dict'])
def test_weights_that_are_not_finite_are_refused(save, weights, value, level):
    weights['bias'][1] = value
    content = weights if level is None else {'state_dict': dict(a=torch.ones(1)), level: weights}
    with pytest.raises(ValueError, match=f'{KEY}: .*weights.pth.*infinite or not'):
        read_checkpoint(save(content), KEY)


def test_integer_weights_are_refused(save):
    network = nn.Linear(3, 2)
    path = save(dict(weight=torch.zeros(2, 3, dtype=torch.int64), bias=torch.zeros(2)))
    with pytest.raises(ValueError, match='weight is torch.int64 in the checkpoint, torch.float'):
        load_weights(network, path, KEY)


def values(**shapes: tuple) -> dict:
    return {name.replace('__', '.'): torch.zeros(shape) for name, shape in shapes.items()}


OWN = values(conv__weight=(2, 3), conv__bias=(2,))


@pytest.mark.parametrize('prefix', ['', 'enhancer.', 'module.generator.net_1.', 'a.conv.'])
def test_a_part_is_found_whatever_holds_it(prefix):
    weights = {
        **values(head__weight=(2, 3), other__conv__weight=(5, 5)),
        **{prefix + name: value for name, value in OWN.items()},
    }
    assert find_part(weights, OWN) == prefix
    assert has_part(weights, OWN, 'enhancer')


def test_names_decide_and_then_shapes():
    wide = values(a__conv__weight=(9, 9), a__conv__bias=(9,))
    assert find_part(wide, OWN) == 'a.' and not has_part(wide, OWN, '')
    assert find_part({**wide, **values(b__conv__weight=(2, 3), b__conv__bias=(2,))}, OWN) == 'b.'
    assert find_part(values(b__weight=(1,)), OWN) == ''


def test_of_places_that_fit_alike_the_one_of_that_name_is_taken():
    weights = {
        prefix + name: value
        for prefix in ('enhancer_ema.', 'a.', 'x.enhancer.')
        for name, value in OWN.items()
    }
    assert find_part(weights, OWN, 'enhancer') == 'x.enhancer.'
    assert find_part(weights, OWN) == 'a.'


def test_a_part_is_claimed_with_all_that_is_saved_beside_it():
    state = {
        **values(head__weight=(1,)),
        **{f'old.{name}': value for name, value in OWN.items()},
        **values(old__extra=(4,)),
    }
    claim_part(state, OWN, 'enhancer', 'enhancer.')
    assert sorted(state) == [
        'enhancer.conv.bias',
        'enhancer.conv.weight',
        'enhancer.extra',
        'head.weight',
    ]


def test_what_cannot_be_claimed_names_both_sides():
    with pytest.raises(
        ValueError,
        match='the checkpoint does not fit the enhancer: not one name '
        r'fits: the model has conv.weight, conv.bias; the checkpoint has a, b, c, d '
        'and 2 more',
    ):
        claim_part(values(a=(), b=(), c=(), d=(), e=(), f=()), OWN, 'enhancer', 'enhancer.')
    with pytest.raises(ValueError, match='1 weights missing, 0 .*: conv.bias is missing'):
        claim_part(values(conv__weight=(2, 3)), OWN, 'enhancer', 'enhancer.')


def test_a_checkpoint_without_the_marks_of_a_network_is_loaded(tmp_path):
    from mmscllle.models.enhancers import BilateralGridEnhancer

    plain = BilateralGridEnhancer((4, 4))
    torch.save(plain.state_dict(), tmp_path / 'plain.pth')
    marked = BilateralGridEnhancer((4, 4), leave_bright=(0.1, 0.3), denoise_scales=1)
    load_weights(marked, str(tmp_path / 'plain.pth'), 'model.init')
    assert torch.equal(marked.mark_leave_bright, torch.tensor([0.1, 0.3]))
    assert torch.equal(marked.curves.weight, plain.curves.weight)


def test_parts_that_may_be_missing_do_not_count_as_there():
    """Most of a network that a training may add."""
    network = nn.Module()
    network.plain = nn.Linear(2, 2)
    network.added_one, network.added_two = nn.Linear(2, 2), nn.Linear(2, 2)
    own = network.state_dict()
    assert not has_part(dict(other=torch.ones(1)), own, 'network')
    assert has_part({name: own[name] for name in own if 'plain' in name}, own, 'network')
