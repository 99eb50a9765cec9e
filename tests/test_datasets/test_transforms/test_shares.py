from __future__ import annotations

import math

import pytest

from mmscllle.datasets.transforms.shares import check_share


@pytest.mark.parametrize('value', [0, 0.5, 1])
def test_a_share_is_given_back(value):
    assert check_share('prob', value) == value


@pytest.mark.parametrize('value', [-0.1, 1.1, math.nan])
def test_what_is_no_share(value):
    with pytest.raises(ValueError, match=rf'flip_prob must be in \[0, 1\], got {value}'):
        check_share('flip_prob', value)
