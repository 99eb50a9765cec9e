"""Small photographs for the configs of mmagic, and what their runs report."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from mmengine.runner import Runner

ROOT = Path(__file__).resolve().parents[2]
UNPAIRED = [
    *(f'data/lowlight/{name}' for name in ('dicm', 'lime', 'mef', 'npe', 'vv')),
    'data/SICE/part2/low',
]


def write_photograph(
    path: Path, seed: int, size: tuple[int, int] = (100, 200), gain: float = 0.3
) -> None:
    """Write a textured picture of ``size`` (H, W), darkened by ``gain``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    coarse = cv2.resize(rng.random((6, 10, 3)), size[::-1], interpolation=cv2.INTER_CUBIC)
    image = np.clip(coarse + 0.1 * rng.standard_normal((*size, 3)), 0, 1)
    assert cv2.imwrite(str(path), (255 * gain * image).astype(np.uint8))


def read_metrics(runner: Runner) -> dict[str, float]:
    """The metrics that a test has logged, by name."""
    (path,) = Path(runner.log_dir).glob('*.json')
    return {name: value for name, value in json.loads(path.read_text()).items() if '/' in name}
