from __future__ import annotations

import pytest
import torch

from mmscllle.models.losses.precision import at_least_float32


@pytest.mark.parametrize(
    'given, expected',
    [
        (torch.float16, torch.float32),
        (torch.bfloat16, torch.float32),
        (torch.float32, torch.float32),
        (torch.float64, torch.float64),
    ],
)
def test_only_half_precision_is_cast(given, expected):
    x = torch.ones(2, dtype=given)
    assert at_least_float32(x).dtype == expected
    assert (at_least_float32(x) is x) == (given == expected)
