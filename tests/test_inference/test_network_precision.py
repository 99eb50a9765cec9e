from __future__ import annotations

import pytest
import torch

from mmscllle.inference.network_precision import network_precision


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_matrix_products_are_of_the_precision(dtype, monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, 'allow_tf32', True)
    a, b = torch.rand(2, 8, 8, generator=torch.Generator().manual_seed(0))
    with network_precision(torch.device('cpu'), dtype):
        product = a @ b
        assert not torch.backends.cudnn.allow_tf32
    assert product.dtype == dtype and (a @ b).dtype == torch.float32
    assert torch.backends.cudnn.allow_tf32
    torch.testing.assert_close(product, (a.to(dtype) @ b.to(dtype)))
