"""Servers that stall, drip, lie and leave: bounded in time, named, and nothing kept of it."""

from __future__ import annotations

import io
import os
import time

import cv2
import numpy as np
import pytest
import torch
from servers import ANSWERS, hostile_server, well
from tally import tried

from mmscllle.command_line.enhance import main
from mmscllle.fileio import download, opening
from mmscllle.models import CurveEnhancer
from mmscllle.utils import cached_download

# Answers with the whole file, one of them with a length below 0.
GOOD = ('well', 'nonsense')


@pytest.fixture
def impatient(monkeypatch) -> None:
    monkeypatch.setattr(download, 'PATIENCE', 0.5)
    for module in (opening, cached_download):
        monkeypatch.setattr(module, 'SECONDS', 1.0)
        monkeypatch.setattr(module, 'MAX_BYTES', 2**22)


def png() -> bytes:
    return cv2.imencode('.png', np.full((20, 30, 3), 40, np.uint8))[1].tobytes()


def checkpoint() -> bytes:
    buffer = io.BytesIO()
    torch.save(CurveEnhancer().state_dict(), buffer)
    return buffer.getvalue()


def test_pictures(impatient, weights, tmp_path, capsys):
    with hostile_server({'a.png': png()}) as address:
        urls = [f'{address}/{answer}/a.png' for answer in ANSWERS]
        start = time.monotonic()
        statuses = {
            url: main(
                [
                    url,
                    '--out-dir',
                    str(tmp_path / str(number)),
                    '--weights',
                    weights,
                    '--device',
                    'cpu',
                    '--num-workers',
                    '0',
                ]
            )
            for number, url in enumerate(urls)
        }
        seconds = time.monotonic() - start
    tried('answers of servers', len(urls))
    errors = capsys.readouterr().err
    for url, status in statuses.items():
        good = url.split('/')[3] in GOOD
        assert status == int(not good), url
        assert good or f'failed: {url}' in errors or f"failed: '{url}'" in errors, url
    assert 'Traceback' not in errors
    assert seconds < 10 * len(urls)
    assert [path.name for path in tmp_path.rglob('*') if path.is_file()] == 2 * ['a.png']


def test_weights(impatient, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'cache'))
    picture = tmp_path / 'a.png'
    picture.write_bytes(png())
    with hostile_server({'w.pth': checkpoint()}) as address:
        for answer in ANSWERS:
            status = main(
                [
                    str(picture),
                    '--out-dir',
                    str(tmp_path / answer),
                    '--device',
                    'cpu',
                    '--weights',
                    f'{address}/{answer}/w.pth',
                ]
            )
            assert status == (0 if answer in GOOD else 2), answer
            if answer not in GOOD:
                assert f'{address}/{answer}/w.pth' in capsys.readouterr().err
    tried('answers of servers', len(ANSWERS))
    kept = os.listdir(tmp_path / 'cache/hub/checkpoints')
    assert len(kept) == 2 and all(name.endswith('-w.pth') for name in kept)


@pytest.mark.parametrize('share', [number / 40 for number in range(40)])
def test_a_connection_that_breaks_off_at_any_byte(impatient, monkeypatch, share):
    content = png()
    tried('broken connections')
    monkeypatch.setitem(
        ANSWERS,
        'broken_off',
        lambda handler, _: well(handler, content[: int(share * len(content))], len(content)),
    )
    with hostile_server({}) as address:
        with pytest.raises(OSError, match='cannot be fetched: it breaks off after'):
            opening.read_content(f'{address}/broken_off/a.png')
