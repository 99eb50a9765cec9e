from __future__ import annotations

import copy
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn import functional

from mmscllle.inference import grid_engine
from mmscllle.inference.grid_engine import GridEngine
from mmscllle.models.enhancers import BilateralGridEnhancer
from mmscllle.models.enhancers.bilateral_grid import apply_grid, knot_levels
from mmscllle.visualization.tone_curve_plot import tone_curve_plot

COMPILED = ['compiled'] if find_spec('numba') else []
MODES = ['exact', 'plain fast', *COMPILED]
SIZES = [(1, 1), (7, 5), (300, 1), (77, 101), (400, 600)]


@pytest.fixture(scope='module')
def network() -> BilateralGridEnhancer:
    """Curves near a gamma that differ from cell to cell and from channel to channel."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = BilateralGridEnhancer(channels=(8, 12, 16))
        torch.nn.init.normal_(network.curves.weight, std=0.4)
        torch.nn.init.normal_(network.detail.weight, std=0.4)
    return network.eval().requires_grad_(False)


@pytest.fixture
def make(network, monkeypatch):
    """Make an engine in one of the modes; ``'plain fast'`` is the fast one without numba."""

    def make(mode: str, **options: object) -> GridEngine:
        if mode == 'plain fast':
            monkeypatch.setattr(grid_engine, 'load_kernel', lambda: None)
        engine = GridEngine(network, fast=mode != 'exact', **options)
        assert (engine.kernel is not None) == (mode == 'compiled')
        return engine

    return make


def smooth_pictures(count: int, height: int, width: int) -> torch.Tensor:
    """Dark, with soft shapes of all sizes from 8 pixels on."""
    generator = torch.Generator().manual_seed(1)
    pictures = torch.zeros(count, 3, height, width)
    for size in (8, 16, 32, 64):
        coarse = torch.rand(count, 3, 2 + height // size, 2 + width // size, generator=generator)
        pictures += functional.interpolate(coarse, (height, width), mode='bicubic') / 4
    return pictures.clamp(0, 1).square()


def noise(count: int, height: int, width: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(2)
    return torch.rand(count, 3, height, width, generator=generator).square()


@pytest.mark.onedl
def test_the_default_environment_compiles():
    assert COMPILED


@pytest.mark.parametrize('mode', MODES)
@pytest.mark.parametrize('size', SIZES)
def test_same_as_the_network(make, network, mode, size):
    image = noise(2, *size)
    result, expected = make(mode)(image), network(image)[0]
    difference = (result - expected).abs()
    assert difference.max() < (1e-3 if mode == 'compiled' else 1e-5)
    # Where a level lies beside a knot, the slope of either side may be taken.
    assert (difference < 1e-4).float().mean() > 0.999
    assert result.is_contiguous() and result.dtype == torch.float32


@pytest.mark.parametrize('mode', ['exact', *COMPILED])
@pytest.mark.parametrize('scales', [1, 2, 3])
def test_noise_is_taken_out_as_by_the_network(mode, scales):
    """Strips reach far enough."""
    torch.manual_seed(0)
    network = BilateralGridEnhancer(channels=(8, 12), denoise_scales=scales).eval()
    torch.nn.init.normal_(network.curves.weight, std=0.4)
    torch.nn.init.normal_(network.added_noise.weight, std=0.4)
    torch.nn.init.zeros_(network.added_noise.bias)
    image = noise(1, 300, 43)
    engine = GridEngine(network, fast=mode == 'compiled')
    expected = network(image)[0]
    assert (engine(image) - expected).abs().max() < (2e-4 if mode == 'compiled' else 1e-5)
    half = engine(image, 0.5)
    torch.testing.assert_close(half, (image + expected) / 2, rtol=0, atol=2e-4)


@pytest.mark.parametrize('fast', [False, True])
def test_bright_pictures_are_left_as_they_are(fast):
    """In a batch with others, and at any strength."""
    torch.manual_seed(0)
    network = BilateralGridEnhancer(channels=(8, 12), leave_bright=(0.05, 0.15)).eval()
    image = noise(3, 40, 30) * torch.tensor([0.1, 0.3, 1.0])[:, None, None, None]
    engine, expected = GridEngine(network, fast=fast), network(image)[0]
    result = engine(image)
    torch.testing.assert_close(result, expected, rtol=0, atol=2e-4)
    assert torch.equal(result[2], image[2])
    half = engine(image, 0.5)
    torch.testing.assert_close(half, (image + expected) / 2, rtol=0, atol=2e-4)


@pytest.mark.parametrize('mode', COMPILED)
def test_compiled_code_on_a_smooth_picture(make, network, mode):
    image = smooth_pictures(2, 150, 202)
    assert (make(mode)(image) - network(image)[0]).abs().max() < 2e-4


@pytest.mark.shared
@pytest.mark.parametrize('mode', COMPILED)
def test_compiled_code_on_photographs(shared, make, network, mode):
    import cv2

    for path in sorted((shared / 'data/lowlight').glob('*/*'))[::40]:
        picture = torch.from_numpy(cv2.imread(str(path)))[:403, :500]
        image = picture.flip(2).permute(2, 0, 1)[None] / 255
        error = (make(mode)(image) - network(image)[0]).square().mean()
        assert -10 * torch.log10(error) > 60, path


@pytest.mark.parametrize('mode', COMPILED)
def test_compiled_code_survives_what_is_no_light(make, mode):
    image = noise(1, 9, 17)
    for value in (float('nan'), float('inf'), -float('inf'), 1e30, -1e30, 1.01, -0.01):
        image[0, 1, 4, 5:9] = value
        result = make(mode)(image)
        assert result[0, 0].isfinite().all() and result.shape == image.shape


@pytest.mark.parametrize('mode', MODES)
def test_images_of_a_batch_do_not_mix(make, mode):
    engine, image = make(mode), noise(3, 20, 30)
    alone = torch.cat([engine(one[None]) for one in image])
    torch.testing.assert_close(engine(image), alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize('mode', MODES)
def test_strength(make, mode):
    engine, image = make(mode), smooth_pictures(2, 50, 70)
    apply = engine.prepare(image)
    assert torch.equal(engine(image, 0), image)
    results = [apply(strength) for strength in (0, 0.3, 0.8, 1, 1.2, 1.6, 2)]
    torch.testing.assert_close(results[1], image + 0.3 * (results[3] - image), rtol=0, atol=1e-6)
    torch.testing.assert_close(results[3], engine(image), rtol=0, atol=0)
    shadows = image < 0.1
    assert shadows.float().mean() > 0.03
    for lower, higher in pairwise(results):
        rises = (higher >= lower - 1e-6)[shadows & (results[3] >= image)]
        assert rises.all() and higher[shadows].mean() > lower[shadows].mean()
    clipped = [(result >= 1 - 1e-3).float().mean() for result in (results[3], results[6])]
    assert clipped[1] <= clipped[0] + 0.01
    assert results[6].min() >= 0 and results[6].max() <= 1


@pytest.mark.parametrize('mode', MODES)
def test_the_estimate_is_made_once(make, mode):
    engine, image, calls = make(mode), noise(1, 20, 30), []
    estimate = engine.network
    engine.network = lambda cells: (calls.append(cells), estimate(cells))[1]
    apply = engine.prepare(image)
    for strength in (0, 0.5, 1, 2):
        expected = apply(strength).clone()
        apply(strength).zero_()
        assert torch.equal(apply(strength), expected)
    assert len(calls) == 1 and torch.equal(image, noise(1, 20, 30))


def test_little_exists_at_full_size(make, monkeypatch):
    heights = []

    def record(image, *rest):
        heights.append(image.shape[2])
        return apply_grid(image, *rest)

    monkeypatch.setattr(grid_engine, 'apply_grid', record)
    make('exact')(noise(1, 700, 8))
    assert len(heights) == 6 and max(heights) == (grid_engine.STRIP + 2) * 8


@pytest.mark.parametrize('mode', MODES)
def test_bfloat16(make, network, mode):
    image = smooth_pictures(2, 50, 70)
    result = make(mode, precision='bfloat16')(image)
    assert result.dtype == torch.float32
    torch.testing.assert_close(result, network(image)[0], rtol=0, atol=0.05)
    assert (result - network(image)[0]).abs().mean() < 0.01


@pytest.mark.parametrize('mode', MODES)
def test_no_frame(make, mode):
    # A crop of whole coarse cells; what lies beyond its border is not known to the engine.
    whole, crop = smooth_pictures(1, 320, 384), np.s_[..., 64:256, 96:288]
    difference = (make(mode)(whole)[crop] - make(mode)(whole[crop])).abs()
    inner = difference[..., 16:-16, 16:-16]
    outer = (difference.sum() - inner.sum()) / (difference.numel() - inner.numel())
    assert outer <= 1.5 * inner.mean() + 0.5 / 255


@pytest.mark.parametrize('mode', MODES)
def test_any_layout_and_type(make, network, mode):
    engine, image = make(mode), smooth_pictures(2, 24, 40)
    expected = engine(image)
    for same in (image.to(memory_format=torch.channels_last), image.double()):
        torch.testing.assert_close(engine(same), expected, rtol=0, atol=1e-6)
    leaf = image.clone().requires_grad_()
    assert not engine(leaf).requires_grad


def test_neither_image_nor_enhancer_is_changed(network):
    changed, image = copy.deepcopy(network), noise(1, 20, 30)
    engine = GridEngine(changed)
    expected = engine(image)
    for parameter in changed.parameters():
        parameter.zero_()
    assert torch.equal(engine(image), expected) and torch.equal(image, noise(1, 20, 30))


def test_plot_of_all_cells_together(network):
    image = noise(2, 20, 30)
    _, curves = network(image)
    levels = knot_levels(16)
    pixels = curves.view(2, 3, 16, -1).permute(1, 2, 0, 3).flatten(2)
    expected = tone_curve_plot(levels, torch.lerp(levels[:, None].expand_as(pixels), pixels, 0.5))
    np.testing.assert_array_equal(GridEngine(network).plot(image, 0.5), expected)


def test_without_numba_it_is_said_once(network, monkeypatch):
    lines = []
    monkeypatch.setattr(grid_engine, 'print_log', lambda message, *_: lines.append(message))
    monkeypatch.setitem(sys.modules, 'mmscllle.inference.grid_kernel', None)
    grid_engine.load_kernel.cache_clear()
    try:
        assert GridEngine(network).kernel is None and lines == []
        engines = [GridEngine(network, fast=True) for _ in range(2)]
    finally:
        grid_engine.load_kernel.cache_clear()
    assert [engine.kernel for engine in engines] == [None, None]
    (line,) = lines
    assert 'without compiled code, several times slower' in line and 'mmscllle[fast]' in line


@pytest.mark.skipif(not COMPILED, reason='needs numba')
def test_who_waits_for_code_to_be_compiled_is_told(tmp_path):
    code = (
        'import torch\n'
        'from mmscllle.models.enhancers import BilateralGridEnhancer\n'
        'BilateralGridEnhancer().make_engine(fast=True)(torch.rand(1, 3, 9, 9))'
    )
    told = [
        subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', code],
            env={**os.environ, 'NUMBA_CACHE_DIR': str(tmp_path)},
            stderr=subprocess.STDOUT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert 'waits while code is compiled, once' in told[0] and told[1] == ''


def test_numba_is_imported_only_for_the_fast_mode():
    code = (
        'import sys, mmscllle.apis\n'
        'from mmscllle.models.enhancers import BilateralGridEnhancer\n'
        'BilateralGridEnhancer().make_engine()\n'
        'print("numba" in sys.modules)'
    )
    result = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', code], capture_output=True, text=True
    )
    assert result.stdout.splitlines()[-1:] == ['False'], result.stderr


@pytest.mark.parametrize('mode', COMPILED)
def test_compiled_code_has_cells_of_the_same_size(make, network, mode):
    assert make(mode).kernel.CELL == network.cell


@pytest.mark.parametrize('mode', COMPILED)
def test_compiled_code_takes_the_threads_of_torch(make, mode):
    import numba

    with make(mode).kernel.threads_of_torch():
        assert numba.get_num_threads() == torch.get_num_threads()


@pytest.mark.parametrize('mode', COMPILED)
def test_compiled_code_may_be_called_from_several_threads(make, mode):
    engine, image = make(mode), smooth_pictures(8, 60, 90)
    expected = engine(image)
    with ThreadPoolExecutor(4) as pool:
        results = torch.cat(list(pool.map(engine, image.split(1))))
    torch.testing.assert_close(results, expected, rtol=0, atol=1e-5)


FORK = """
import multiprocessing, sys, torch
from mmscllle.models.enhancers import BilateralGridEnhancer

def enhance():
    # As a data loader does.
    torch.set_num_threads(1)
    same = float((engine(image) - expected).abs().mean()) < 1e-4
    print(same, numba.threading_layer(), flush=True)

torch.manual_seed(0)
image = torch.rand(1, 3, 400, 600)
network = BilateralGridEnhancer().eval()
# Torch has used its threads before the fork.
expected = network(image)[0].detach()
engine = network.make_engine(fast=True)
import numba
if 'first' in sys.argv:
    engine(image)
process = multiprocessing.get_context('fork').Process(target=enhance)
process.start()
process.join(60)
print(process.exitcode)
process.kill()
"""


@pytest.mark.skipif(not COMPILED or not hasattr(os, 'fork'), reason='needs numba and forks')
def test_compiled_code_shares_the_threads_of_torch_and_survives_a_fork():
    def run(*arguments: str, **environment: str) -> list[str]:
        return subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', FORK, *arguments],
            # A fork that ends at once leaves half of its coverage.
            env={**os.environ, 'OMP_NUM_THREADS': '2', 'COVERAGE_PROCESS_START': '', **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=200,
        ).stdout.splitlines()

    *told, result, code = run('first')
    # Of GNU OpenMP, there where it is.
    if result == 'True omp':
        assert 'without compiled code in process' in ''.join(told)
    assert result in ('True omp', 'True tbb', 'True workqueue') and code == '0'
    *told, result, code = run()
    assert not told and result in ('True tbb', 'True workqueue') and code == '0'
    *told, result, code = run('first', NUMBA_THREADING_LAYER='workqueue')
    assert not told and result == 'True workqueue' and code == '0'


def test_compiled_network(network, monkeypatch):
    compiled = []

    def compile(function, **_):
        compiled.append(function)
        return function

    # The compiler itself takes half a minute; what it is given runs as it is.
    monkeypatch.setattr(torch, 'compile', compile, raising=False)
    image = noise(1, 20, 30)
    torch.testing.assert_close(GridEngine(network, compile=True)(image), network(image)[0])
    assert len(compiled) == 1


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (
            dict(tile=64),
            'tile: BilateralGridEnhancer sees the whole picture and needs little memory '
            'without tiles; leave out the tile',
        ),
        (dict(tile=0), 'tile must be a positive number of pixels or None, got 0'),
        (dict(precision='int8'), "precision must be one of float32, .*, got 'int8'"),
        (dict(precision='float16'), "precision='float16' needs a GPU"),
    ],
)
def test_refuses(network, options, message):
    with pytest.raises(ValueError, match=message):
        GridEngine(network, **options)


@pytest.mark.parametrize('strength', [-1, float('nan')])
def test_strength_is_not_negative(network, strength):
    engine = GridEngine(network)
    for call in (engine.prepare(noise(1, 8, 8)), lambda strength: engine(noise(1, 8, 8), strength)):
        with pytest.raises(ValueError, match=f'strength must not be negative, got {strength}'):
            call(strength)


@pytest.mark.parametrize(
    'image',
    [torch.rand(3, 8, 8), torch.rand(1, 1, 8, 8), torch.zeros(1, 3, 8, 8, dtype=torch.uint8)],
    ids=['no batch', 'grey', 'integers'],
)
def test_what_is_no_image(network, image):
    with pytest.raises(ValueError, match=r'takes RGB images in \[0, 1\]'):
        GridEngine(network)(image)
