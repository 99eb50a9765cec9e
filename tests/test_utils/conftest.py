"""Checkpoint files and a server of them."""

from __future__ import annotations

import functools
import http.server
import os
import threading

import pytest
import torch


@pytest.fixture
def save(tmp_path):
    def save(content: object, name: str = 'weights.pth') -> str:
        path = tmp_path / name
        torch.save(content, path)
        return str(path)

    return save


@pytest.fixture
def weights() -> dict[str, torch.Tensor]:
    return dict(weight=torch.rand(2, 3), bias=torch.rand(2))


class Payload:
    """Makes a folder when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


@pytest.fixture
def payload(tmp_path):
    """Code for a checkpoint; fails the test if it has run."""
    yield Payload(tmp_path / 'ran')
    assert not (tmp_path / 'ran').exists()


@pytest.fixture
def url(tmp_path, monkeypatch):
    """Address of a server of ``tmp_path``."""
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'cache'))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, 'log_message', lambda *_: None)
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{server.server_port}'
        server.shutdown()
