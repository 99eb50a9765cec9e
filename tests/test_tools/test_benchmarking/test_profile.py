from __future__ import annotations

import pytest
from benchmarking.cases import Case
from benchmarking.profile import describe, profile_case


@pytest.mark.parametrize('mode', ['eager', 'exact', 'fast'])
def test_shares(mode):
    result = profile_case(Case('64x48', mode))
    assert sum(result['shares'].values()) == pytest.approx(100)
    assert min(result['shares'].values()) >= 0 and result['shares']['convolution'] > 1
    assert 0 < max(result['operators'].values()) < result['ms']
    assert any('conv' in name for name in result['operators'])


def test_what_limits_by_hand():
    convolving = dict(ms=10.0, shares={'convolution': 80.0, 'copying': 20.0})
    # 4e8 operations in 8 ms are 5e10 a second.
    assert describe(convolving, matrix_rate=1e11, flops=4e8) == (
        '80 % of the time is convolution, at 50 % of the rate of matrix multiplication'
    )
    copying = dict(ms=10.0, shares={'convolution': 30.0, 'copying': 70.0})
    assert describe(copying, matrix_rate=1e11, flops=4e8) == '70 % of the time is copying'
