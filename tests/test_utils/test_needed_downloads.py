from __future__ import annotations

import pytest
import torch

from mmscllle.utils import needed_downloads
from mmscllle.utils.cached_download import find_cached, place_for_copy
from mmscllle.utils.needed_downloads import fetch_checkpoints, find_urls

# Nobody listens at this port.
VGG = 'http://127.0.0.1:9/models/vgg16-397923af.pth'
CONFIG = dict(
    model=dict(
        objective=dict(feature_extractor=dict(checkpoint=VGG, url='https://no.checkpoint')),
        parts=[dict(init_cfg=dict(checkpoint='https://host/b.pth')), dict(checkpoint='a.pth')],
    ),
    load_from='https://host/c.pth',
    train_dataloader=dict(checkpoint='https://not.of/the.model'),
)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path))
    return tmp_path / 'checkpoints'


def test_every_url_is_found_with_its_key():
    assert dict(find_urls(dict(model=CONFIG['model'], load_from=CONFIG['load_from']))) == {
        'model.objective.feature_extractor.checkpoint': VGG,
        'model.parts.0.init_cfg.checkpoint': 'https://host/b.pth',
        'load_from': 'https://host/c.pth',
    }


def test_a_failed_download_names_url_place_and_key(cache):
    config = dict(model=dict(feature_extractor=dict(checkpoint=VGG)))
    with pytest.raises(OSError, match='^model.feature_extractor.checkpoint: ') as raised:
        fetch_checkpoints(config)
    message = str(raised.value)
    assert VGG in message and str(cache / 'vgg16-397923af.pth') in message
    assert message.endswith('--cfg-options model.feature_extractor.checkpoint=PATH')


def test_what_is_needed_is_said_first_and_what_is_here_is_not(cache, capsys, monkeypatch):
    cache.mkdir()
    fetched = []
    monkeypatch.setattr(needed_downloads, 'cached_download', fetched.append)
    place_for_copy('https://host/c.pth').write_bytes(b'copied')
    fetch_checkpoints(CONFIG)
    assert fetched == [VGG, 'https://host/b.pth']
    assert capsys.readouterr().out.splitlines()[1:] == [f'  {url}' for url in fetched]
    assert find_cached('https://host/c.pth').read_bytes() == b'copied'
    fetch_checkpoints(dict(load_from='https://host/c.pth'))
    assert capsys.readouterr().out == ''
