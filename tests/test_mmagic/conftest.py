"""Small photographs where the configs of mmagic look for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from mmagic_runs import ROOT, UNPAIRED, write_photograph


@pytest.fixture
def photographs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder, also the current one, with a photograph or two in each of the configs' data sets."""
    monkeypatch.chdir(tmp_path)
    for seed, folder in enumerate(UNPAIRED[:-1]):
        write_photograph(tmp_path / folder / '1.png', seed)
    for split in ('our485', 'eval15'):
        for index in (1, 2):
            for folder, gain in (('low', 0.3), ('high', 1.0)):
                write_photograph(
                    tmp_path / f'data/LOL/{split}/{folder}/{index}.png', index, gain=gain
                )
    for name in ('low/001_1', 'low/001_2', 'high/001'):
        write_photograph(
            tmp_path / f'data/SICE/part2/{name}.png',
            9,
            gain=1.0 if 'high' in name else 0.1 * int(name[-1]),
        )
    return tmp_path


@pytest.fixture
def checkpoint(tmp_path: Path) -> str:
    """A bare enhancer that brightens."""
    from mmscllle.models import CurveEnhancer

    with torch.random.fork_rng():
        torch.manual_seed(0)
        enhancer = CurveEnhancer()
        for value in enhancer.parameters():
            torch.nn.init.normal_(value, std=0.02)
    torch.nn.init.constant_(enhancer.e_conv7.bias, -0.3)
    torch.save(enhancer.state_dict(), tmp_path / 'enhancer.pth')
    return str(tmp_path / 'enhancer.pth')


@pytest.fixture
def make_runner(photographs: Path) -> Callable:
    """Make the runner of a config, data loaded in this process; keywords override its keys."""
    from mmengine.config import Config
    from mmengine.runner import Runner

    def make(name: str, **options: object) -> Runner:
        config = Config.fromfile(str(ROOT / 'configs' / 'mmagic' / f'{name}.py'))
        config.merge_from_dict(options)
        for key in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
            loaders = config.get(key) or []
            for loader in loaders if isinstance(loaders, list) else [loaders]:
                loader.update(num_workers=0, persistent_workers=False)
        config.work_dir = config.experiment_name = str(photographs / 'work' / name)
        return Runner.from_cfg(config)

    return make
