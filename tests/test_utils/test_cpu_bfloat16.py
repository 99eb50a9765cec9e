from __future__ import annotations

import pytest
import torch

from mmscllle.utils import cpu_bfloat16
from mmscllle.utils.cpu_bfloat16 import _linux_flags, has_fast_bfloat16, usable_dtype


@pytest.fixture(autouse=True)
def forget():
    yield
    has_fast_bfloat16.cache_clear()
    cpu_bfloat16._say_once.cache_clear()


@pytest.mark.parametrize(
    ('flags', 'fast'),
    [
        (dict(avx2=True, avx512_bf16=False, l2_cache_size=1), False),
        (dict(avx2=True, avx512_bf16=True), True),
        (dict(amx_bf16=True), True),
        (dict(bf16=True), True),
        ({}, False),
    ],
)
def test_torchs_capabilities_decide(monkeypatch, flags, fast):
    has_fast_bfloat16.cache_clear()
    monkeypatch.setattr(torch.cpu, 'get_capabilities', lambda: flags, raising=False)
    assert has_fast_bfloat16() is fast


@pytest.mark.parametrize(
    ('text', 'flags'),
    [
        (
            'processor\t: 0\nflags\t\t: fpu avx2 avx512_bf16\nbugs\t: x\n',
            {'fpu', 'avx2', 'avx512_bf16'},
        ),
        ('Features\t: fp asimd bf16\n', {'fp', 'asimd', 'bf16'}),
        ('nothing of it', set()),
    ],
)
def test_flags_of_linux(tmp_path, text, flags):
    (tmp_path / 'cpuinfo').write_text(text)
    assert _linux_flags(tmp_path / 'cpuinfo') == flags
    assert _linux_flags(tmp_path / 'none') == set()


def test_bfloat16_falls_back_with_one_line(monkeypatch):
    lines = []
    monkeypatch.setattr(cpu_bfloat16, 'has_fast_bfloat16', lambda: False)
    monkeypatch.setattr(cpu_bfloat16, 'print_log', lambda text, *_: lines.append(text))
    for _ in range(2):
        assert usable_dtype('cpu', torch.bfloat16) == torch.float32
    assert len(lines) == 1 and 'no instructions for bfloat16' in lines[0]
    assert usable_dtype('cuda:0', torch.bfloat16) == torch.bfloat16
    assert usable_dtype('cpu', torch.float32) == torch.float32
    monkeypatch.setattr(cpu_bfloat16, 'has_fast_bfloat16', lambda: True)
    assert usable_dtype(torch.device('cpu'), torch.bfloat16) == torch.bfloat16
