from __future__ import annotations

import json
import sys

import pytest
from benchmarking import limits, worker


def run(monkeypatch, capsys, job, arguments):
    monkeypatch.setattr(sys, 'argv', ['worker', job, json.dumps(arguments)])
    worker.main()
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_limits(monkeypatch, capsys):
    monkeypatch.setitem(limits.SIDE, 'cpu', 32)
    monkeypatch.setitem(limits.COPIED, 'cpu', 4096)
    result = run(monkeypatch, capsys, 'limits', dict(device='cpu', precisions=['bfloat16']))
    assert result['bandwidth'] > 0 and list(result['matrix_rates']) == ['bfloat16']


@pytest.mark.parametrize(
    ('job', 'options', 'keys'),
    [
        (
            'measure',
            dict(seconds=0, repetitions=2),
            {'seconds', 'memory_mib', 'flops', 'moved_bytes'},
        ),
        ('profile', {}, {'ms', 'shares', 'operators'}),
    ],
)
def test_case(monkeypatch, capsys, job, options, keys):
    arguments = dict(case=dict(size='24x16', mode='fast'), **options)
    assert set(run(monkeypatch, capsys, job, arguments)) == keys


def test_what_goes_wrong_is_the_result(monkeypatch, capsys):
    result = run(monkeypatch, capsys, 'measure', dict(case=dict(size='24x16')))
    assert list(result) == ['error'] and result['error'].startswith('TypeError: ')
