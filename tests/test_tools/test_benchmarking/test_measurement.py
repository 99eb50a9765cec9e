from __future__ import annotations

import time

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
    """Each turn of a timed loop takes 3, 1 and 2 seconds, of a second one 4, 5 and 0.5."""
    moments = iter([0, 3, 10, 11, 20, 22, 30, 34, 40, 45, 50, 50.5])
    monkeypatch.setattr(time, 'perf_counter', lambda: next(moments))


def test_matrix_rate_is_that_of_the_fastest_of_both_libraries(clock, monkeypatch):
    monkeypatch.setitem(limits.SIDE, 'cpu', 10)
    assert limits.matrix_rate('cpu', 'float32', repetitions=3) == 2 * 10**3 / 0.5


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
    assert limits.memory_bandwidth('cpu', repetitions=3) == 200
