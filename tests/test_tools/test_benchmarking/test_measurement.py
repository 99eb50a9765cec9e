from __future__ import annotations

import time
from itertools import accumulate

import pytest
import torch
from benchmarking import limits, measurement
from benchmarking.cases import Case
from benchmarking.measurement import measure

# It has all modes.
CURVES = 'scl-lle-curves'


@pytest.mark.parametrize('mode', ['eager', 'exact', 'tiled', 'fast'])
def test_measure(mode):
    case = Case('24x16', mode, model=CURVES)
    result = measure(case, seconds=0, repetitions=3)
    assert len(result['seconds']) == 3 and min(result['seconds']) > 0
    assert result['memory_mib'] > 50
    assert result['moved_bytes'] == case.moved_bytes()


def test_repeated_for_so_many_seconds():
    result = measure(Case('24x16', 'fast', model=CURVES), seconds=0.2, repetitions=2)
    assert len(result['seconds']) > 2
    assert 0.1 < sum(result['seconds']) < 2


def test_a_case_that_does_not_fit(tmp_path, monkeypatch):
    info = tmp_path / 'meminfo'
    info.write_text('MemTotal:       9999999 kB\nMemAvailable:    1048576 kB\n')
    monkeypatch.setattr(measurement, 'MEMORY_INFO', info)
    with pytest.raises(MemoryError, match=r'needs 10\.\d GiB, 1\.0 GiB are free'):
        measure(Case('4K', 'eager', model=CURVES), seconds=0, repetitions=2)


@pytest.fixture
def clock(monkeypatch):
    """The calls of a timed loop take 0.3, 0.1 and 0.2 seconds, of a second one 0.4, 0.5, 0.05."""
    moments = accumulate([0, 0.3, 1, 0.1, 1, 0.2, 1, 0.4, 1, 0.5, 1, 0.05])
    monkeypatch.setattr(time, 'perf_counter', lambda: next(moments))


def test_matrix_rate_is_that_of_the_fastest_of_both_libraries(clock, monkeypatch):
    monkeypatch.setitem(limits.SIDE, 'cpu', 10)
    assert limits.matrix_rate('cpu', 'float32', repetitions=2) == pytest.approx(2 * 10**3 / 0.05)


def test_both_libraries_compute_the_same_product(monkeypatch):
    results = []
    for module, name in ((torch, 'mm'), (limits.functional, 'conv2d')):
        function = getattr(module, name)
        monkeypatch.setattr(
            module,
            name,
            lambda *args, function=function, **kwargs: (
                results.append(function(*args, **kwargs)) or results[-1]
            ),
        )
    monkeypatch.setitem(limits.SIDE, 'cpu', 6)
    limits.matrix_rate('cpu', 'float32', repetitions=1)
    product, convolved = results[0], results[-1]
    torch.testing.assert_close(convolved[0, :, 0].t(), product)


def test_bandwidth_counts_reading_and_writing(clock, monkeypatch):
    monkeypatch.setitem(limits.COPIED, 'cpu', 100)
    assert limits.memory_bandwidth('cpu', repetitions=2) == pytest.approx(2000)


def test_what_takes_long_is_not_repeated_often(monkeypatch):
    moments = accumulate([0, 2.9, 1, 2.5, 1])
    monkeypatch.setattr(time, 'perf_counter', lambda: next(moments))
    monkeypatch.setitem(limits.COPIED, 'cpu', 100)
    assert limits.memory_bandwidth('cpu', repetitions=7) == pytest.approx(200 / 2.5)
