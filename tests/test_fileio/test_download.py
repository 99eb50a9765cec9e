"""Files by HTTP, and servers that misbehave."""

from __future__ import annotations

import time
from io import BytesIO

import pytest
from servers import hostile_server

from mmscllle.fileio import download as module
from mmscllle.fileio.download import download

CONTENT = bytes(range(256)) * 16


@pytest.fixture(scope='module')
def server():
    with hostile_server({'file': CONTENT}) as address:
        yield address


def fetch(url: str, max_bytes: int = 2**20, seconds: float = 20) -> bytes:
    target = BytesIO()
    download(url, target, max_bytes, seconds)
    return target.getvalue()


def test_the_whole_file_comes(server):
    assert fetch(f'{server}/well/file', len(CONTENT)) == CONTENT
    assert fetch(f'{server}/redirect/file?to=/well/file') == CONTENT


@pytest.mark.parametrize(
    ('path', 'reason'),
    [
        ('short/file', 'it breaks off after 2,048 of 4,096 bytes'),
        ('huge/file', 'it has 1,125,899,906,842,624 bytes, more than 1,048,576'),
        ('endless/file', 'it has more than 1,048,576 bytes'),
        ('missing/file', '404 Not Found'),
        ('broken/file', '500 Internal Server Error'),
        ('close/file', 'closed connection without response'),
        ('redirect/file', 'infinite loop'),
        ('redirect/file?to=file:///etc/passwd', "to url 'file:///etc/passwd' is not allowed"),
        ('redirect/file?to=ftp://127.0.0.1/x', 'unknown url type: ftp'),
    ],
)
def test_what_goes_wrong_is_named_with_the_address(path, reason, server):
    with pytest.raises(OSError, match=f'{server}/{path[:8]}.*cannot be fetched: ') as caught:
        fetch(f'{server}/{path}')
    assert reason in str(caught.value)


@pytest.mark.parametrize('answer', ['drip', 'drip_header', 'silent', 'stall'])
def test_the_time_is_bounded_whatever_the_server_does(answer, server):
    start = time.monotonic()
    with pytest.raises(OSError, match='it is not complete after 0.5 seconds'):
        fetch(f'{server}/{answer}/file', seconds=0.5)
    assert time.monotonic() - start < 5


def test_a_silent_server_is_given_up_before(server, monkeypatch):
    monkeypatch.setattr(module, 'PATIENCE', 0.3)
    with pytest.raises(OSError, match='cannot be fetched: timed out'):
        fetch(f'{server}/stall/file')


def test_an_unreachable_host():
    with pytest.raises(OSError, match='refused'):
        fetch('http://127.0.0.1:9/file')
