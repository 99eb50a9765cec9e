"""Checkpoints at URLs: each address has its own file, and only what is whole and right is kept."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
import torch
from mmengine.runner import CheckpointLoader
from servers import hostile_server

from mmscllle.utils.cached_download import cached_download, stated_hash


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    return tmp_path / 'hub/checkpoints'


def checkpoint(value: float) -> bytes:
    buffer = io.BytesIO()
    torch.save(dict(weight=torch.tensor([value])), buffer)
    return buffer.getvalue()


def read(url: str) -> float:
    return CheckpointLoader.load_checkpoint(url, 'cpu')['weight'].item()


def test_files_of_one_name_at_two_addresses(cache):
    with hostile_server({'v1/epoch.pth': checkpoint(1), 'v2/epoch.pth': checkpoint(2)}) as address:
        urls = [f'{address}/well/v{version}/epoch.pth' for version in (1, 2, 1)]
        assert [read(url) for url in urls] == [1, 2, 1]
        assert read(f'{address}/well/v1/epoch.pth?token=other') == 1
    # From the cache, with no server.
    assert [read(url) for url in urls] == [1, 2, 1]
    assert len(list(cache.iterdir())) == 3


@pytest.mark.parametrize('answer', ['short', 'login', 'empty', 'huge', 'close', 'missing'])
def test_what_is_not_a_checkpoint_is_not_kept(answer, cache):
    files = {'a.pth': checkpoint(1)}
    with hostile_server(files) as address:
        with pytest.raises((OSError, ValueError), match=f'{address}/{answer}/a.pth'):
            read(f'{address}/{answer}/a.pth')
        assert not list(cache.iterdir())
        assert read(f'{address}/well/a.pth') == 1


def test_weights_that_have_changed_into_nonsense_at_their_address_are_asked_for_anew(cache):
    files = {'a.pth': b'<html>Sign in</html>'}
    with hostile_server(files) as address:
        with pytest.raises(ValueError, match='cannot be used and is not kept'):
            read(f'{address}/well/a.pth')
        files['a.pth'] = checkpoint(3)
        assert read(f'{address}/well/a.pth') == 3


def test_the_hash_in_a_name_is_verified(cache):
    content = checkpoint(1)
    digest = hashlib.sha256(content).hexdigest()[:8]
    right, wrong = f'net-{digest}.pth', 'net-0123abcd.pth'
    with hostile_server({right: content, wrong: content}) as address:
        assert read(f'{address}/well/{right}') == 1
        with pytest.raises(ValueError, match=f'{wrong}.* SHA-256 does not begin with 0123abcd'):
            read(f'{address}/well/{wrong}')


def test_a_file_of_torchs_own_cache_is_used_if_its_hash_is_right(cache):
    content = checkpoint(5)
    cache.mkdir(parents=True)
    name = f'net-{hashlib.sha256(content).hexdigest()[:8]}.pth'
    (cache / name).write_bytes(content)
    assert cached_download(f'http://127.0.0.1:9/{name}') == cache / name
    (cache / name).write_bytes(content[:-1])
    with pytest.raises(OSError, match='cannot be fetched'):
        cached_download(f'http://127.0.0.1:9/{name}')
    assert (cache / name).exists()


@pytest.mark.parametrize(
    ('name', 'stated'),
    [
        ('vgg16-397923af.pth', '397923af'),
        ('a_20200604_192608-efe53f0d.pth', 'efe53f0d'),
        ('a-20191114.pth', ''),
        ('a-cafe.pth', ''),
        ('e_conv.pth', ''),
    ],
)
def test_stated_hashes(name, stated):
    assert stated_hash(name) == stated


def test_names_that_no_file_system_takes(cache):
    with hostile_server({}) as address:
        with pytest.raises(ValueError, match='cannot be used'):
            read(f'{address}/login/{"%C3%BC" * 200}.pth')
