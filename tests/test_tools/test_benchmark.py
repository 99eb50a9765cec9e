from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from commands import load_tool

ROOT = Path(__file__).resolve().parents[2]
LIMITS = dict(bandwidth=1e9, matrix_rates=dict(float32=1e10, bfloat16=2e10))
RESULT = dict(seconds=[0.1, 0.2, 0.1], memory_mib=500.0, flops=1e9, moved_bytes=10**8)
PROFILE = dict(ms=100.0, shares={'convolution': 80.0, 'copying': 20.0}, operators=dict(conv2d=80.0))


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    return load_tool('benchmark')


@pytest.fixture
def jobs(tool, monkeypatch):
    """Workers that answer at once; the jobs that they got."""
    done = []

    def run_worker(job, arguments, threads):
        done.append((job, arguments, threads))
        return dict(limits=LIMITS, measure=RESULT, profile=PROFILE)[job]

    monkeypatch.setattr(tool, 'run_worker', run_worker)
    return done


def test_a_row_in_a_process_of_its_own(tool, tmp_path, capsys):
    status = tool.main(
        [
            '--sizes',
            '24x16',
            '--modes',
            'fast',
            '--precisions',
            'float32',
            '--threads',
            '1',
            '--seconds',
            '0',
            '--repetitions',
            '2',
            '--out-dir',
            str(tmp_path),
        ]
    )
    assert status == 0
    report = json.loads((tmp_path / 'benchmark.json').read_text())
    (row,) = report['rows']
    assert (row['size'], row['mode'], row['runs']) == ('24x16', 'fast', 2)
    assert row['memory_mib'] > 50 and row['ms'] > 0 and 'times_eager' not in row
    assert report['limits']['cpu']['matrix_rates']['float32'] > 1e9
    assert report['limits']['cpu']['bandwidth'] > 1e8
    assert '| scl-lle | 24x16 | 1     | fast | float32' in (tmp_path / 'benchmark.md').read_text()
    assert (tmp_path / 'benchmark.png').stat().st_size > 1000
    assert 'GFLOP/s in float32' in capsys.readouterr().out


def test_rounds_are_taken_in_turn_and_pooled(tool, jobs, tmp_path):
    assert (
        tool.main(
            [
                '--sizes',
                '24x16',
                '--modes',
                'eager',
                'exact',
                '--rounds',
                '3',
                '--seconds',
                '7',
                '--threads',
                '3',
                '--out-dir',
                str(tmp_path),
            ]
        )
        == 0
    )
    measured = [arguments for job, arguments, _ in jobs if job == 'measure']
    kinds = [(arguments['case']['mode'], arguments['case']['precision']) for arguments in measured]
    assert kinds == 3 * [('eager', 'float32'), ('exact', 'float32'), ('exact', 'bfloat16')]
    assert {arguments['seconds'] for arguments in measured} == {7}
    assert {threads for _, _, threads in jobs} == {3}
    rows = json.loads((tmp_path / 'benchmark.json').read_text())['rows']
    assert [row['runs'] for row in rows] == [9, 9, 9]
    assert [row['times_eager'] for row in rows] == [1, 1, 1]


def test_profile(tool, jobs, tmp_path, capsys):
    assert (
        tool.main(['--sizes', '24x16', '--modes', 'eager', '--profile', '--out-dir', str(tmp_path)])
        == 0
    )
    (row,) = json.loads((tmp_path / 'benchmark.json').read_text())['rows']
    assert row['profile'] == PROFILE
    # 1e9 operations in 80 ms.
    assert row['limited_by'] == (
        '80 % of the time is convolution, at 125 % of the rate of matrix multiplication'
    )


def test_a_row_that_fails(tool, tmp_path, monkeypatch, capsys):
    def run_worker(job, arguments, threads):
        if job == 'limits':
            return LIMITS
        return dict(error='MemoryError: no') if arguments['case']['mode'] == 'exact' else RESULT

    monkeypatch.setattr(tool, 'run_worker', run_worker)
    assert (
        tool.main(
            [
                '--models',
                'scl-lle-curves',
                '--sizes',
                '24x16',
                '--rounds',
                '2',
                '--out-dir',
                str(tmp_path),
            ]
        )
        == 1
    )
    text = (tmp_path / 'benchmark.md').read_text()
    assert '- scl-lle-curves, 24x16, exact, float32, batch 1: MemoryError: no' in text
    rows = json.loads((tmp_path / 'benchmark.json').read_text())['rows']
    assert [row['mode'] for row in rows if 'ms' in row] == ['eager', *2 * ['tiled'], *2 * ['fast']]


def test_a_worker_that_crashes(tool, monkeypatch):
    monkeypatch.setattr(sys, 'executable', 'false')
    assert tool.run_worker('limits', {}, 1) == dict(
        error='the process ended with status 1: no output'
    )


def test_interrupted(tool, tmp_path, monkeypatch, capsys):
    answers = iter([LIMITS, RESULT])

    def run_worker(job, arguments, threads):
        try:
            return next(answers)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(tool, 'run_worker', run_worker)
    assert (
        tool.main(['--models', 'scl-lle-curves', '--sizes', '24x16', '--out-dir', str(tmp_path)])
        == 130
    )
    assert len(json.loads((tmp_path / 'benchmark.json').read_text())['rows']) == 1
    assert 'interrupted: 1 of 7 rows' in capsys.readouterr().out


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (
            ['--models', 'dark-net'],
            "--models: there is no config file 'dark-net', nor a model of that",
        ),
        (['--sizes', '8K'], "--sizes: must be 600x400, 1080p, 4K or WIDTHxHEIGHT, got '8K'"),
        (['--threads', '0'], '--threads: must be at least 1, got 0'),
        (['--seconds', '-1'], '--seconds: must be at least 0, got -1.0'),
        (['--repetitions', '1'], '--repetitions: must be at least 2, got 1'),
        (['--batches', '4', '0'], '--batches: must be at least 1, got 0'),
        (
            ['--models', 'sci-easy', 'iat-lol-v1', '--modes', 'fast', 'fast compiled'],
            '--modes: none of sci-easy, iat-lol-v1 has fast or fast compiled; eager and exact are',
        ),
        (['--precisions', 'float16'], '--precisions: float16 needs a GPU; on a CPU take bfloat16'),
    ],
)
def test_wrong_arguments(tool, jobs, tmp_path, capsys, arguments, message):
    assert tool.main([*arguments, '--out-dir', str(tmp_path / 'out')]) == 2
    assert message in capsys.readouterr().err
    assert not jobs and not list(tmp_path.iterdir())
