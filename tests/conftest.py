"""What many tests share."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

SHARED = Path(__file__).resolve().parents[2] / 'shared'


@pytest.fixture(scope='session')
def shared() -> Path:
    """The folder of real images, weights and golden values beside the checkout."""
    if not (SHARED / 'README.md').is_file():
        pytest.skip('needs ../shared')
    return SHARED


@pytest.fixture(scope='session')
def golden(shared: Path) -> dict[str, torch.Tensor]:
    """Inputs, outputs, losses and gradients of the authors' implementation."""
    with np.load(shared / 'reference' / 'scl_lle_reference.npz') as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays.files}


@pytest.fixture(scope='session')
def seeded_vgg(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A VGG-16 checkpoint in torchvision's naming with the golden values' seeded weights."""
    from mmcv.cnn import VGG
    generator = torch.Generator().manual_seed(0)
    weights = {}
    for name, module in VGG(16).named_modules():
        if isinstance(module, torch.nn.Conv2d):
            shape = module.weight.shape
            weights[f'{name}.weight'] = torch.randn(shape, generator=generator) * (
                2 / (9 * shape[1]))**0.5
            weights[f'{name}.bias'] = torch.zeros(shape[0])
    path = tmp_path_factory.mktemp('vgg') / 'vgg16.pth'
    torch.save(weights, path)
    return str(path)
