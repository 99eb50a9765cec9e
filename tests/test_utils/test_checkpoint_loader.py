"""MMEngine's own ways to read a checkpoint, which are the package's from its import on."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
import torch
from mmengine.dataset import InfiniteSampler
from mmengine.logging import HistoryBuffer
from mmengine.model import BaseModel
from mmengine.runner import CheckpointLoader, Runner, load_checkpoint
from torch import nn
from torch.utils.data import DataLoader

from mmscllle.registry import MODELS

REFUSED = 'weights.pth.* is not a checkpoint of weights, refused: .*mkdir'


@pytest.fixture(params=['local', 'http', 'open-mmlab'])
def address(request, url, tmp_path, monkeypatch) -> str:
    """The file ``weights.pth``, by each way that MMEngine knows."""
    if request.param == 'open-mmlab':
        monkeypatch.setenv('MMENGINE_HOME', str(tmp_path))
        (tmp_path / 'open_mmlab.json').write_text(f'{{"model": "{url}/weights.pth"}}')
        return 'open-mmlab://model'
    return f'{tmp_path if request.param == "local" else url}/weights.pth'


def test_what_the_runner_writes_comes_back(save, weights, address):
    history = HistoryBuffer()
    for value in (0.5, 1.5):
        history.update(value)
    numbers = {kind: np.array([0, 1], kind) for kind in ('?', 'u1', 'i4', 'f2', 'f8', 'c16', 'U3')}
    content = dict(
        state_dict=weights,
        numbers=numbers,
        best=np.float32(0.25),
        milestones=Counter([3, 3, 5]),
        sizes={torch.Size([2, 3])},
        part=slice(1, 4),
        kind=torch.float16,
        parameter=nn.Parameter(torch.ones(2)),
        device=torch.device('cpu'),
        loss=history,
    )
    save(content)
    read = CheckpointLoader.load_checkpoint(address, 'cpu')
    torch.testing.assert_close(read.pop('state_dict'), weights)
    for kind, array in read.pop('numbers').items():
        np.testing.assert_array_equal(array, numbers[kind], strict=True)
    torch.testing.assert_close(read.pop('parameter'), content['parameter'])
    loss = read.pop('loss')
    assert (loss.min(), loss.max(), loss.mean(), loss.current()) == (0.5, 1.5, 1.0, 1.5)
    assert [loss.statistics(name) for name in ('min', 'max', 'mean')] == [0.5, 1.5, 1.0]
    assert read == {name: content[name] for name in read} and len(read) == 6
    assert isinstance(read['best'], np.float32)


def test_code_is_refused(save, weights, payload, address):
    save(dict(state_dict=weights, meta=payload))
    with pytest.raises(ValueError, match=REFUSED):
        CheckpointLoader.load_checkpoint(address, 'cpu')
    with pytest.raises(ValueError, match=REFUSED):
        load_checkpoint(nn.Linear(3, 2), address)


class Attribute:
    """Takes an attribute of something when it is unpickled."""

    def __init__(self, owner, name):
        self.arguments = owner, name

    def __reduce__(self):
        return getattr, self.arguments


class Objects:
    """An array of Python objects, which NumPy would take from raw memory."""

    def __reduce__(self):
        return np.dtype, ('O',)


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (
            Attribute(HistoryBuffer, '__init__'),
            r"getattr\(.*HistoryBuffer'>, '__init__'\) is no part",
        ),
        (Attribute(torch.Size, 'mro'), r"getattr\(.*torch.Size'>, 'mro'\) is no part"),
        (Objects(), "NumPy arrays of the type 'O' are no part"),
        (Path('here'), 'pathlib'),
        (torch.nn.Linear(1, 1), 'Linear'),
    ],
)
def test_other_content_is_refused(save, content, reason):
    message = rf'is not a checkpoint of weights, refused: .*{reason}'
    with pytest.raises(ValueError, match=message) as error:
        CheckpointLoader.load_checkpoint(save(dict(content=content)), 'cpu')
    # No advice how to run it all the same.
    assert 'add_safe_globals' not in str(error.value)


def test_an_archive_that_swells_is_refused(save, tmp_path):
    bomb = tmp_path / 'bomb.pth'
    with (
        ZipFile(save(dict(weight=torch.zeros(2**20)))) as source,
        ZipFile(bomb, 'w', ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry))
    with pytest.raises(ValueError, match=r'bomb.pth.* refused: its \d{4} bytes unpack to 4\d{6}'):
        CheckpointLoader.load_checkpoint(str(bomb), 'cpu')


def test_unknown_model_is_named():
    with pytest.raises(ValueError, match="MMEngine knows no model 'open-mmlab://no_such_model'"):
        CheckpointLoader.load_checkpoint('open-mmlab://no_such_model')


def test_backbone_of_mmcls(save, url, monkeypatch):
    from mmscllle.utils import checkpoint_schemes

    save(dict(state_dict={'backbone.conv': torch.ones(2), 'head.fc': torch.ones(3)}))
    addresses = dict(a=f'{url}/weights.pth')
    monkeypatch.setattr(checkpoint_schemes, 'get_mmcls_models', lambda: addresses)
    content = CheckpointLoader.load_checkpoint('mmcls://a')
    torch.testing.assert_close(content, dict(state_dict=dict(conv=torch.ones(2))))


def test_pretrained_initialisation(save, payload):
    def build() -> nn.Module:
        network = MODELS.build(
            dict(type='mmscllle.CurveEnhancer', init_cfg=dict(type='Pretrained', checkpoint=path))
        )
        network.init_weights()
        return network

    weights = MODELS.build(dict(type='mmscllle.CurveEnhancer')).state_dict()
    path = save(weights)
    torch.testing.assert_close(dict(build().state_dict()), dict(weights))
    save(dict(weights, payload=payload))
    with pytest.raises(ValueError, match=REFUSED):
        build()


class Line(BaseModel):
    """A line through one number, with everything that MMEngine keeps of a training."""

    def __init__(self):
        super().__init__()
        self.line = nn.Linear(1, 1)
        nn.init.zeros_(self.line.weight)
        nn.init.zeros_(self.line.bias)

    def forward(self, x, mode):
        return dict(loss=(self.line(x) - 1).square().mean())


@pytest.fixture
def build_runner(tmp_path):
    def build(name: str, max_iters: int, **settings: object) -> Runner:
        numbers = [dict(x=x) for x in torch.linspace(0, 1, 8)[:, None]]
        loader = DataLoader(numbers, batch_size=2, sampler=InfiniteSampler(numbers, seed=0))
        return Runner(
            Line(),
            str(tmp_path / name),
            train_dataloader=loader,
            experiment_name=name,
            train_cfg=dict(by_epoch=False, max_iters=max_iters),
            optim_wrapper=dict(optimizer=dict(type='Adam', lr=0.1)),
            param_scheduler=[
                dict(type='MultiStepLR', by_epoch=False, milestones=[2, 3], gamma=0.5),
                dict(type='CosineAnnealingLR', by_epoch=False, begin=1, T_max=4),
            ],
            custom_hooks=[dict(type='EMAHook')],
            default_hooks=dict(
                logger=dict(type='LoggerHook', interval=1),
                checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=1),
            ),
            **settings,
        )

    return build


@pytest.mark.parametrize('named', [False, True])
def test_interrupted_training_goes_on_with_all_that_it_had(build_runner, tmp_path, named):
    whole = build_runner('whole', 4)
    whole.train()
    (tmp_path / 'rest').mkdir()
    checkpoint = (tmp_path / 'whole/iter_2.pth').rename(tmp_path / 'rest/iter_2.pth')
    (tmp_path / 'rest/last_checkpoint').write_text(str(checkpoint))
    rest = build_runner('rest', 4, resume=True, load_from=str(checkpoint) if named else None)
    rest.train()
    assert rest.iter == 4
    torch.testing.assert_close(dict(rest.model.state_dict()), dict(whole.model.state_dict()))
    rates = [runner.message_hub.get_scalar('train/lr').data[0] for runner in (whole, rest)]
    assert rates[0][-1] < 0.05 and rates[0].tolist() == rates[1].tolist()


@pytest.mark.parametrize('resume', [False, True])
def test_runner_refuses_code(build_runner, save, payload, resume):
    runner = build_runner(
        'run',
        2,
        resume=resume,
        load_from=save(
            dict(state_dict=Line().state_dict(), meta=dict(iter=0, epoch=0, payload=payload))
        ),
    )
    with pytest.raises(ValueError, match=REFUSED):
        runner.train()


def test_the_config_in_a_checkpoint_is_not_run(build_runner, tmp_path):
    build_runner('first', 4).train()
    path = tmp_path / 'first/iter_2.pth'
    checkpoint = torch.load(path, weights_only=False)
    checkpoint['meta']['config'] = f'open({str(tmp_path / "was_run")!r}, "w")'
    torch.save(checkpoint, path)
    rest = build_runner('rest', 4, resume=True, load_from=str(path))
    rest.train()
    assert rest.iter == 4 and not (tmp_path / 'was_run').exists()


def test_reading_leaves_the_settings_of_torch_alone(save, weights):
    def settings() -> list:
        allowed = getattr(torch.serialization, 'get_safe_globals', list)()
        return [os.environ.copy(), {str(item) for item in allowed}]

    before = settings()
    CheckpointLoader.load_checkpoint(save(weights), 'cpu')
    assert settings() == before
