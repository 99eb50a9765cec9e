"""The reader for an old torch, against the torch at hand."""

from __future__ import annotations

import pickle
import zipfile

import pytest
import torch
from torch import nn

from mmscllle.utils.checkpoint_archive import read_archive

KINDS = (
    torch.float32,
    torch.float64,
    torch.float16,
    torch.bfloat16,
    torch.complex64,
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
    torch.bool,
)


@pytest.mark.parametrize('kind', KINDS, ids=str)
def test_tensors_of_every_type_and_layout(save, kind):
    whole = torch.arange(24).reshape(2, 3, 4).to(kind)
    tensors = dict(
        whole=whole,
        part=whole[1:, ::2],
        turned=whole.permute(2, 0, 1),
        number=whole[0, 0, 1],
        none=whole[:0],
        wide=whole[:1].expand(5, 3, 4),
    )
    read = read_archive(save(tensors))
    for name, tensor in tensors.items():
        assert read[name].dtype == kind and read[name].stride() == tensor.stride()
        assert torch.equal(read[name], tensor), name
    # What shared its numbers still does.
    read['whole'].zero_()
    assert not read['part'].any() and not read['wide'].any()


def test_parameters_and_gradients(save):
    read = read_archive(
        save(
            dict(
                learned=nn.Parameter(torch.ones(2)),
                fixed=nn.Parameter(torch.ones(2), False),
                asked=torch.ones(2, requires_grad=True),
            )
        )
    )
    assert [isinstance(value, nn.Parameter) for value in read.values()] == [True, True, False]
    assert [value.requires_grad for value in read.values()] == [True, False, True]


@pytest.mark.parametrize(
    'place',
    [
        None,
        'cpu',
        torch.device('cpu'),
        {'cpu': 'cpu'},
        {'cuda:0': 'cpu'},
        lambda storage, location: storage,
    ],
    ids=['None', 'string', 'device', 'of the host', 'of a GPU', 'function'],
)
def test_places_of_the_host(save, place):
    read = read_archive(save(dict(a=torch.ones(2))), place)
    assert read['a'].tolist() == [1, 1] and read['a'].device.type == 'cpu'


@pytest.mark.parametrize('place', ['meta', {'cpu': 'meta'}], ids=str)
def test_places_elsewhere(save, place):
    assert read_archive(save(dict(a=torch.ones(2))), place)['a'].device.type == 'meta'


def test_optimizer_and_network(save):
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.ones(1, 1, 5, 5)).square().sum().backward()
    optimizer.step()
    content = dict(state_dict=network.state_dict(), optimizer=optimizer.state_dict())
    torch.testing.assert_close(read_archive(save(content)), content)


def test_code_is_refused(save, payload):
    with pytest.raises(pickle.UnpicklingError, match=r'(posix|nt)\.mkdir is no part of it'):
        read_archive(save(dict(a=torch.ones(2), payload=payload)))


@pytest.mark.parametrize('names', [[], ['a/data.pkl', 'b/data.pkl']])
def test_other_archives_are_refused(tmp_path, names):
    with zipfile.ZipFile(tmp_path / 'other.zip', 'w') as archive:
        for name in names:
            archive.writestr(name, pickle.dumps({}))
    with pytest.raises(pickle.UnpicklingError, match='not one file data.pkl'):
        read_archive(tmp_path / 'other.zip')
