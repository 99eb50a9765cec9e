from __future__ import annotations

import errno
import functools
import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.structures import PixelData
from mmengine.visualization import Visualizer
from mmseg.structures import SegDataSample
from PIL import Image

from mmscllle.apis import EnhanceInferencer
from mmscllle.fileio import Photograph, read_photograph, write_photograph
from mmscllle.models.enhancers import CurveEnhancer, apply_curves
from mmscllle.utils.shipped_weights import SHIPPED_MODELS

ROOT = Path(__file__).resolve().parents[2]
# Dark, and no two pixels alike in all channels.
DARK = np.random.default_rng(0).integers(90, size=(20, 30, 3), dtype=np.uint8)


def random_enhancer(channels: int = 32) -> CurveEnhancer:
    """A network of random weights whose curves brighten, differently from pixel to pixel."""
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(0)
        network = CurveEnhancer(channels)
        for parameter in network.parameters():
            parameter.normal_(std=0.08)
        network.e_conv7.bias.sub_(0.15)
    return network.eval().requires_grad_(False)


def enhance(network: CurveEnhancer, array: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """What the network itself makes of an array, in its convention and on its scale."""
    white = 1 if np.issubdtype(array.dtype, np.floating) else np.iinfo(array.dtype).max
    colours = np.stack([array] * 3, axis=2) if array.ndim == 2 else array[..., 2::-1]
    image = torch.from_numpy(colours / white).float().permute(2, 0, 1)[None]
    curves = network.estimate_curves(image)
    enhanced = apply_curves(image, strength * curves)[0].permute(1, 2, 0).numpy()
    if array.ndim == 2:
        enhanced = enhanced @ np.array([0.299, 0.587, 0.114])
    else:
        enhanced = np.concatenate([enhanced[..., ::-1], array[..., 3:] / white], axis=2)
    return enhanced * white


@pytest.fixture(scope='module')
def enhancer() -> CurveEnhancer:
    return random_enhancer()


@pytest.fixture(scope='module')
def weights(enhancer, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp('weights') / 'enhancer.pth'
    torch.save(enhancer.state_dict(), path)
    return str(path)


def make_inferencer(weights: str, **kwargs: object) -> EnhanceInferencer:
    return EnhanceInferencer(
        **{**dict(weights=weights, device='cpu', show_progress=False), **kwargs}
    )


@pytest.fixture(scope='module')
def inferencer(weights) -> EnhanceInferencer:
    return make_inferencer(weights)


@pytest.fixture(scope='module')
def expect(enhancer):
    return functools.partial(enhance, enhancer)


def assert_enhanced(found: np.ndarray, expected: np.ndarray, dtype: type = np.uint8) -> None:
    assert found.dtype == dtype and found.shape == expected.shape
    tolerance = 2e-5 * np.iinfo(dtype).max + 0.5 if np.issubdtype(dtype, np.integer) else 2e-5
    np.testing.assert_allclose(found.astype(float), expected, rtol=0, atol=tolerance)


@pytest.fixture
def photographs(tmp_path) -> Path:
    """A folder of three pictures, of two sizes, one below another folder."""
    for name, array in (('a.png', DARK), ('b.png', DARK[::-1]), ('deep/c.png', DARK[:, :20])):
        write_photograph(Photograph.from_array(array), tmp_path / 'photographs' / name)
    return tmp_path / 'photographs'


def test_the_random_network_brightens(expect):
    change = expect(DARK) - DARK
    assert change.mean() > 10 and change.std() > 1


def test_package_is_light_to_import():
    code = 'import sys, mmscllle.apis; print(*sys.modules)'
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, cwd=ROOT)
    modules = done.stdout.split()
    assert 'mmscllle.apis' in modules
    assert not {'torch', 'mmengine', 'mmseg', 'cv2', 'PIL', 'numpy'} & set(modules)


def test_name_that_the_package_lacks():
    import mmscllle.apis

    with pytest.raises(AttributeError, match="'mmscllle.apis' has no attribute 'Inferencer'"):
        mmscllle.apis.Inferencer  # noqa: B018


# ---- inputs


@pytest.mark.parametrize('channels', [None, 3, 4])
@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.float32, np.float64])
def test_array(inferencer, expect, dtype, channels):
    array = np.random.default_rng(1).random((9, 7, channels or 1)) * 0.4
    if channels is None:
        array = array[..., 0]
    array = (
        array.astype(dtype)
        if np.issubdtype(dtype, np.floating)
        else (array * np.iinfo(dtype).max).astype(dtype)
    )
    before = array.copy()
    result = inferencer(array)
    assert_enhanced(result['predictions'], expect(array), dtype)
    np.testing.assert_array_equal(array, before)
    assert result['failures'] == [] and result['visualization'] is None


def test_array_that_is_a_view(inferencer, expect):
    assert_enhanced(inferencer(DARK[::2, ::-3])['predictions'], expect(DARK[::2, ::-3].copy()))


@pytest.mark.parametrize('kind', ['path', 'Path', 'image', 'opened', 'list', 'tuple', 'generator'])
def test_one_photograph_of_every_kind(inferencer, expect, photographs, kind):
    path = photographs / 'a.png'
    picture = Image.fromarray(DARK[..., ::-1].copy())
    found = inferencer(
        {
            'path': str(path),
            'Path': path,
            'image': picture,
            'opened': Image.open(path),
            'list': [path],
            'tuple': (picture,),
            'generator': (item for item in [DARK]),
        }[kind]
    )
    assert_enhanced(found['predictions'], expect(DARK))


@pytest.mark.parametrize('pattern', ['', '**/*.png', ('a.png', 'b.png', 'deep')])
def test_several_photographs(inferencer, expect, photographs, pattern):
    inputs = (
        str(photographs / pattern)
        if isinstance(pattern, str)
        else [photographs / name for name in pattern]
    )
    result = inferencer(inputs)
    for found, array in zip(result['predictions'], (DARK, DARK[::-1], DARK[:, :20]), strict=True):
        assert_enhanced(found, expect(array))
    assert len(result['predictions']) == 3 and result['visualization'] is None


def test_url(inferencer, expect, photographs, monkeypatch, tmp_path):
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, 'log_message', lambda *_: None)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(photographs))
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f'http://127.0.0.1:{server.server_port}'
        result = inferencer([f'{address}/a.png', f'{address}/none.png'], out_dir=tmp_path / 'out')
        server.shutdown()
    assert_enhanced(result['predictions'][0], expect(DARK))
    ((name, reason),) = result['failures']
    assert name == f'{address}/none.png' and '404' in reason
    assert os.listdir(tmp_path / 'out') == ['a.png']


def test_generator_is_consumed_as_needed(inferencer):
    taken = []

    def frames():
        for index in range(3):
            taken.append(index)
            yield DARK

    results = inferencer.stream(frames())
    assert next(results).photograph is not None
    assert taken == [0]
    assert len(list(results)) == 2


@pytest.mark.parametrize(('num_workers', 'batch_size'), [(0, 1), (3, 1), (0, 4)])
def test_generator_that_fills_one_array_again(inferencer, num_workers, batch_size):
    grey = np.arange(10, 70, 10, dtype=np.uint8)

    def frames():
        buffer = np.zeros((4, 4), np.uint8)
        for value in grey:
            buffer[:] = value
            yield buffer

    results = inferencer.stream(
        frames(), batch_size=batch_size, num_workers=num_workers, strength=0
    )
    assert [int(item.to_array()[0, 0]) for item in results] == grey.tolist()


def test_other_inputs_are_refused(inferencer):
    with pytest.raises(TypeError, match='an input must be a path, .* got int'):
        inferencer([DARK, 3])


def test_no_inputs(inferencer):
    assert inferencer([])['predictions'] == []


# ---- batches and threads


def test_equal_sizes_are_enhanced_together(inferencer, expect, monkeypatch):
    sizes = []
    engine = inferencer.engine

    def watched(images: torch.Tensor, strength: float) -> torch.Tensor:
        sizes.append(tuple(images.shape))
        return engine(images, strength)

    monkeypatch.setattr(inferencer, 'engine', watched)
    small = DARK[:, :20]
    arrays = [DARK, DARK[::-1], DARK[:, ::-1], small, DARK, small, small]
    result = inferencer(arrays, batch_size=2)
    assert sizes == [(2, 3, 20, 30), (1, 3, 20, 30), (1, 3, 20, 20), (1, 3, 20, 30), (2, 3, 20, 20)]
    for found, array in zip(result['predictions'], arrays, strict=True):
        assert_enhanced(found, expect(array))


def test_grey_colour_and_depth_in_a_batch(inferencer, expect):
    deep = DARK.astype(np.uint16) * 257
    arrays = [DARK, DARK[..., 0], deep]
    result = inferencer(arrays, batch_size=3)
    for found, array in zip(result['predictions'], arrays, strict=True):
        assert_enhanced(found, expect(array), array.dtype.type)


@pytest.mark.parametrize('batch_size', [1, 3])
def test_threads_change_nothing(inferencer, photographs, tmp_path, batch_size):
    (photographs / 'aa.png').write_bytes(b'')
    results = {}
    for workers in (0, 3):
        out_dir = tmp_path / str(workers)
        results[workers] = inferencer(
            photographs, num_workers=workers, batch_size=batch_size, out_dir=out_dir
        )
        assert sorted(path.name for path in out_dir.rglob('*.png')) == ['a.png', 'b.png', 'c.png']
    assert [name for name, _ in results[3]['failures']] == [str(photographs / 'aa.png')]
    assert results[0]['failures'] == results[3]['failures']
    for one, many in zip(results[0]['predictions'], results[3]['predictions'], strict=True):
        np.testing.assert_array_equal(one, many)


# ---- what comes back


def test_strength(inferencer, expect):
    np.testing.assert_array_equal(inferencer(DARK, strength=0)['predictions'], DARK)
    assert_enhanced(inferencer(DARK, strength=0.5)['predictions'], expect(DARK, 0.5))
    brighter = inferencer(DARK, strength=1.5)['predictions']
    assert brighter.mean() > expect(DARK).mean() + 3


@pytest.mark.parametrize(
    ('argument', 'value', 'message'),
    [
        ('strength', -1, 'strength must be finite and not negative, got -1'),
        ('strength', np.inf, 'strength must be finite and not negative, got inf'),
        ('strength', np.nan, 'strength must be finite and not negative, got nan'),
        ('batch_size', 0, 'batch_size must be at least 1, got 0'),
        ('existing', 'ask', "existing must be one of overwrite, skip, error, got 'ask'"),
    ],
)
def test_wrong_arguments(inferencer, argument, value, message):
    with pytest.raises(ValueError, match=message):
        inferencer(DARK, **{argument: value})


def test_data_samples(inferencer, expect, photographs):
    result = inferencer(photographs, return_datasamples=True)
    sample = result['predictions'][2]
    assert isinstance(sample, SegDataSample) and isinstance(sample.enhanced, PixelData)
    assert sample.img_path == str(photographs / 'deep/c.png')
    assert sample.img_shape == sample.ori_shape == (20, 20)
    assert sample.enhanced.data.dtype == torch.float32
    enhanced = sample.enhanced.data.flip(0).permute(1, 2, 0).numpy()
    np.testing.assert_allclose(enhanced, expect(DARK[:, :20]) / 255, atol=0.51 / 255)


def test_panel(inferencer):
    panel = inferencer(DARK, return_vis=True)['visualization']
    assert panel.dtype == np.uint8 and panel.shape[1] > 2 * 30
    # Input and enhanced, in RGB, somewhere beside each other.
    enhanced = inferencer(DARK)['predictions']
    for array in (DARK, enhanced):
        rgb = array[..., ::-1]
        windows = np.lib.stride_tricks.sliding_window_view(panel, rgb.shape)
        assert (windows == rgb).all(axis=(-3, -2, -1)).sum() == 1


def test_panels_of_several(inferencer):
    panels = inferencer(
        [DARK, DARK[..., 0], np.pad(DARK, ((0, 0), (0, 0), (0, 1)))], return_vis=True
    )['visualization']
    assert [panel.ndim for panel in panels] == [3, 3, 3]


def test_window(inferencer, monkeypatch):
    shown = []
    monkeypatch.setattr(Visualizer, 'show', lambda _, *args, **named: shown.append((*args, named)))
    result = inferencer(DARK, show=True, wait_time=0.1, return_vis=True)
    ((panel, named),) = shown
    np.testing.assert_array_equal(panel, result['visualization'])
    assert named['wait_time'] == 0.1


def test_progress_bar(weights, capsys, photographs):
    inferencer = make_inferencer(weights, show_progress=True)
    inferencer(photographs)
    inferencer(item for item in [DARK])
    assert capsys.readouterr().out.count('Inference') >= 2


# ---- files


def below(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob('*') if path.is_file()
    )


def test_files_mirror_the_folder(inferencer, expect, photographs, tmp_path):
    out_dir = tmp_path / 'out'
    inferencer(photographs, out_dir=out_dir)
    assert below(out_dir) == ['a.png', 'b.png', 'deep/c.png']
    assert_enhanced(read_photograph(out_dir / 'deep/c.png').to_array(), expect(DARK[:, :20]))


def test_files_beside_the_sources(inferencer, photographs):
    out_dir = photographs / 'out'
    for _ in range(2):
        result = inferencer(photographs, out_dir=out_dir, existing='overwrite')
        assert result['failures'] == []
        assert len(result['predictions']) == 3
    assert below(out_dir) == ['a.png', 'b.png', 'deep/c.png']


def test_panels_and_curves_are_written(inferencer, photographs, tmp_path):
    out_dir = tmp_path / 'out'
    inferencer(
        [photographs / 'a.png', photographs / 'deep'], out_dir=out_dir, compare=True, curves=True
    )
    assert below(out_dir) == [
        'a.png',
        'c.png',
        'compare/a.png.png',
        'compare/c.png.png',
        'curves/a.png.png',
        'curves/c.png.png',
    ]
    panel = inferencer(DARK, return_vis=True)['visualization']
    np.testing.assert_array_equal(read_photograph(out_dir / 'compare/a.png.png').frames[0], panel)
    assert read_photograph(out_dir / 'curves/a.png.png').frames[0].shape[2] == 3


def test_arrays_are_numbered_over_all_calls(weights, tmp_path):
    inferencer = make_inferencer(weights)
    for _ in range(2):
        inferencer([DARK, Image.fromarray(DARK)], out_dir=tmp_path)
    assert below(tmp_path) == [f'{number:08d}.png' for number in range(4)]


def test_image_without_a_name_is_written_as_png(inferencer, photographs, tmp_path):
    Image.fromarray(DARK).save(photographs / 'a.jpg')
    with open(photographs / 'a.jpg', 'rb') as file:
        inferencer(Image.open(file), out_dir=tmp_path / 'out')
    (name,) = below(tmp_path / 'out')
    assert name.endswith('.png') and Image.open(tmp_path / 'out' / name).format == 'PNG'


def test_same_name_twice(inferencer, photographs, tmp_path):
    write_photograph(Photograph.from_array(DARK), photographs / 'deep/a.png')
    result = inferencer(
        [photographs / 'a.png', photographs / 'deep/a.png'], out_dir=tmp_path / 'out'
    )
    assert result['predictions'][1] is None
    assert 'deep/a.png' in result['failures'][0][0]
    assert 'would both be written to' in result['failures'][0][1]


def test_sources_are_not_overwritten(inferencer, photographs):
    before = (photographs / 'a.png').read_bytes()
    result = inferencer(photographs, out_dir=photographs)
    assert result['predictions'] == [None] * 3
    assert all('is an input and would be overwritten' in reason for _, reason in result['failures'])
    assert (photographs / 'a.png').read_bytes() == before


def test_other_inputs_are_not_overwritten_either(inferencer, photographs):
    other = photographs / 'other/a.png'
    write_photograph(Photograph.from_array(DARK), other)
    before = [path.read_bytes() for path in (photographs / 'a.png', other)]
    result = inferencer([photographs / 'a.png', other], out_dir=photographs / 'other')
    assert ['is an input' in reason for _, reason in result['failures']] == [True, True]
    assert [path.read_bytes() for path in (photographs / 'a.png', other)] == before


def test_a_pattern_that_leads_out_of_its_folder(inferencer, photographs, tmp_path):
    result = inferencer(str(photographs / 'deep/../d*/../*.png'), out_dir=tmp_path / 'out/in')
    assert len(result['predictions']) == 2
    assert below(tmp_path / 'out') == ['in/a.png', 'in/b.png']
    with pytest.raises(ValueError, match=r"would lie outside of .*'\.\./photographs/a.png'"):
        inferencer(str(photographs / 'd*/../../photographs/a.png'), out_dir=tmp_path / 'out/in')
    assert below(tmp_path / 'out') == ['in/a.png', 'in/b.png']


def test_whatever_an_input_raises_is_its_own_failure(inferencer, photographs, monkeypatch):
    class Unforeseen(Exception):  # noqa: N818
        pass

    def decode(*_):
        raise Unforeseen('of no known kind')

    result = inferencer(
        [
            photographs / 'a.png',
            np.zeros((2, 3, 3), np.longdouble),
            'foo://host/a.png',
            'a\0b.png',
            photographs / 'b.png',
        ]
    )
    assert [prediction is None for prediction in result['predictions']] == [
        False,
        True,
        True,
        True,
        False,
    ]
    monkeypatch.setattr('mmscllle.fileio.reading._decode', decode)
    result = inferencer(photographs)
    assert [reason for _, reason in result['failures']] == 3 * ['Unforeseen: of no known kind']


def test_existing_files(inferencer, photographs, tmp_path):
    out_dir = tmp_path / 'out'
    out_dir.mkdir()
    (out_dir / 'a.png').write_bytes(b'before')
    results = list(inferencer.stream(photographs, out_dir=out_dir, existing='skip'))
    assert [result.skipped for result in results] == [True, False, False]
    assert results[0].photograph is None and results[0].error is None
    assert (out_dir / 'a.png').read_bytes() == b'before'
    results = list(inferencer.stream(photographs, out_dir=out_dir, existing='error'))
    assert ['exists' in result.reason for result in results] == [True] * 3
    assert (out_dir / 'a.png').read_bytes() == b'before'
    # As on the command line, nothing is replaced unasked.
    result = inferencer(photographs, out_dir=out_dir)
    assert ["existing='overwrite' replaces it" in reason for _, reason in result['failures']] == [
        True
    ] * 3
    assert (out_dir / 'a.png').read_bytes() == b'before'
    inferencer(photographs, out_dir=out_dir, existing='overwrite')
    assert read_photograph(out_dir / 'a.png').size == (20, 30)


def test_stream_tells_where_a_result_is(inferencer, photographs, tmp_path):
    (result,) = inferencer.stream(photographs / 'a.png', out_dir=tmp_path / 'out')
    assert result.name == str(photographs / 'a.png') and result.reason == ''
    assert result.out_file == tmp_path / 'out/a.png'
    assert result.original.size == result.photograph.size == (20, 30)


# ---- segmentor


def test_segmentations_before_and_after(weights, tiny_segmentor):
    config, checkpoint = tiny_segmentor
    inferencer = make_inferencer(weights, segmentor=config, segmentor_weights=checkpoint)
    array = np.tile(DARK, (4, 3, 1))
    panel = inferencer(array, return_vis=True)['visualization']
    assert panel.shape[1] > 4 * 90
    # Its checkpoint names the classes, but not their colours.
    assert inferencer.segmentor_meta['classes'] == ('sky', 'building', 'road', 'car')
    assert len({tuple(colour) for colour in inferencer.segmentor_meta['palette']}) == 4


def test_segmentor_without_weights(weights, tiny_segmentor):
    with pytest.raises(ValueError, match='segmentor_weights: give the checkpoint'):
        make_inferencer(weights, segmentor=tiny_segmentor[0])


# ---- models and weights


def test_shipped_model(weights, enhancer, expect, monkeypatch):
    monkeypatch.setitem(
        SHIPPED_MODELS, 'scl-lle', SHIPPED_MODELS['scl-lle-curves']._replace(weights=Path(weights))
    )
    inferencer = EnhanceInferencer(device='cpu', show_progress=False)
    assert_enhanced(inferencer(DARK)['predictions'], expect(DARK))


CONFIG = 'scl_lle/scl-lle_reference_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py'


@pytest.mark.parametrize(
    'model',
    [
        f'mmscllle::{CONFIG}',
        str(ROOT / 'configs' / CONFIG),
        Path(CONFIG).stem,
        dict(type='mmscllle.CurveEnhancer'),
        dict(type='CurveEnhancer'),
        dict(model=dict(type='mmscllle.SCLLLE', enhancer=dict(type='mmscllle.CurveEnhancer'))),
        dict(model=dict(type='BaseEditModel', generator=dict(type='mmscllle.CurveEnhancer'))),
        str(ROOT / 'configs' / 'mmagic' / 'curve-enhancer_unpaired-shared.py'),
        dict(model=dict(enhancer=str(ROOT / 'configs' / CONFIG))),
        Config(dict(model=dict(type='mmscllle.CurveEnhancer'))),
    ],
    ids=lambda model: str(model)[-40:],
)
def test_model(weights, expect, model):
    inferencer = make_inferencer(weights, model=model)
    assert_enhanced(inferencer(DARK)['predictions'], expect(DARK))


def test_weights_that_the_config_names(weights, expect):
    init_cfg = dict(type='Pretrained', checkpoint=weights)
    inferencer = make_inferencer(None, model=dict(type='CurveEnhancer', init_cfg=init_cfg))
    assert_enhanced(inferencer(DARK)['predictions'], expect(DARK))


@pytest.mark.parametrize(
    ('model', 'error', 'message'),
    [
        (
            'dark-net',
            ValueError,
            "model: there is no config file 'dark-net', nor a model of that name; "
            'known are scl-lle, ',
        ),
        ('none.py', FileNotFoundError, "model: there is no config file 'none.py'"),
        (
            dict(model=dict(channels=4)),
            ValueError,
            'model: the model of the config, or its enhancer, has no type',
        ),
        (
            dict(
                model=dict(
                    type='mmscllle.SCLLLE',
                    enhancer=dict(type='SCLLLE', enhancer=dict(type='CurveEnhancer')),
                )
            ),
            ValueError,
            'SCLLLE is no enhancer, and holds none',
        ),
        (dict(model=dict(type='EncoderDecoder')), KeyError, 'EncoderDecoder is not in the'),
    ],
    ids=str,
)
def test_wrong_model(weights, model, error, message):
    with pytest.raises(error, match=message):
        make_inferencer(weights, model=model)


def test_config_without_weights():
    with pytest.raises(ValueError, match='weights: no weights of the CurveEnhancer are named'):
        make_inferencer(None, model=dict(type='mmscllle.CurveEnhancer'))


@pytest.mark.parametrize('prefix', ['', 'enhancer.', 'generator.', 'module.', 'module.enhancer.'])
@pytest.mark.parametrize('wrapped', [False, True])
def test_weights_of_enhancers_and_of_models_that_hold_one(
    enhancer, expect, tmp_path, prefix, wrapped
):
    state = {prefix + name: value for name, value in enhancer.state_dict().items()}
    if 'enhancer' in prefix:
        state[prefix.replace('enhancer', 'segmentor') + 'head.weight'] = torch.ones(2)
    torch.save(dict(state_dict=state, meta={}) if wrapped else state, tmp_path / 'weights.pth')
    inferencer = make_inferencer(str(tmp_path / 'weights.pth'))
    assert_enhanced(inferencer(DARK)['predictions'], expect(DARK))


@pytest.mark.shared
@pytest.mark.parametrize('name', ['scl_lle_reference', 'zero_dce_reference'])
def test_released_weights(shared, name):
    inferencer = make_inferencer(str(shared / f'checkpoints/{name}.pth'))
    low = np.load(shared / 'reference/scl_lle_reference.npz')['low']
    array = np.rint(low[0].transpose(1, 2, 0)[..., ::-1] * 65535).astype(np.uint16)
    enhanced = inferencer(array)['predictions']
    if name == 'scl_lle_reference':
        golden = np.load(shared / 'reference/scl_lle_reference.npz')['enhanced']
        np.testing.assert_allclose(
            enhanced[..., ::-1].transpose(2, 0, 1) / 65535, golden[0], atol=1e-4
        )
    assert enhanced.mean() > array.mean()


def test_foreign_checkpoint_is_refused(tmp_path):
    path = tmp_path / 'resnet.pth'
    torch.save({'conv1.weight': torch.ones(64, 3, 7, 7)}, path)
    with pytest.raises(
        ValueError,
        match=r'weights: .*resnet\.pth. does not fit the model \(not '
        r'one name fits: the model has down.0.0.0.weight, .* and 34 more; the '
        r'checkpoint has conv1.weight\). The enhancer is a BilateralGridEnhancer; '
        'give',
    ):
        make_inferencer(str(path))


def test_checkpoint_of_another_width_is_refused(tmp_path):
    path = tmp_path / 'narrow.pth'
    torch.save(CurveEnhancer(channels=8).state_dict(), path)
    with pytest.raises(ValueError, match=r'narrow\.pth. does not fit .*e_conv1.weight is \(8, 3, '):
        make_inferencer(str(path))


class Payload:
    """Makes a folder when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


def test_checkpoint_with_a_pickle_payload_is_refused(enhancer, tmp_path):
    path, marker = tmp_path / 'evil.pth', tmp_path / 'ran'
    torch.save(dict(state_dict=enhancer.state_dict(), meta=Payload(marker)), path)
    with pytest.raises(ValueError, match=r'weights: .*evil\.pth. is not a checkpoint of weights'):
        make_inferencer(str(path))
    assert not marker.exists()


def test_missing_checkpoint(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'weights: there is no checkpoint .*none\.pth'):
        make_inferencer(str(tmp_path / 'none.pth'))


def test_device_that_is_not_there(weights):
    with pytest.raises(ValueError, match="device: 'cuda:99' cannot be used here"):
        make_inferencer(weights, device='cuda:99')


def test_options_of_the_engine(weights):
    inferencer = make_inferencer(weights, fast=True, tile=64, precision='bfloat16')
    assert inferencer.engine.downsample > 1 and inferencer.engine.tile == 64
    with pytest.raises(ValueError, match='precision must be one of'):
        make_inferencer(weights, precision='float8')


# ---- inputs tried: each is answered by a correct picture or a clear error


def enhance_file(inferencer: EnhanceInferencer, path: Path) -> Photograph:
    """The file that a file becomes."""
    result = inferencer(path, out_dir=path.parent / 'out')
    assert result['failures'] == []
    return read_photograph(path.parent / 'out' / path.name)


@pytest.mark.parametrize(
    ('name', 'content', 'message'),
    [
        ('empty.jpg', b'', r"empty\.jpg' is an empty file"),
        ('text.png', b'I am a text.\n', r"text\.png' cannot be enhanced: it is no image"),
    ],
)
def test_empty_file_and_text(inferencer, tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises((OSError, ValueError), match=message):
        inferencer(tmp_path / name, out_dir=tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


def test_truncated_jpeg(inferencer, tmp_path):
    path = tmp_path / 'cut.jpg'
    Image.fromarray(DARK).save(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(OSError, match=r"cut\.jpg' is damaged or cut off: .*truncated"):
        inferencer(path, out_dir=tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize('shape', [(1, 1), (1, 40), (40, 1), (10, 20000)])
@pytest.mark.parametrize('fast', [False, True])
def test_sizes(tmp_path, shape, fast):
    # Of few channels, since the largest has as many pixels as a small photograph.
    network = random_enhancer(channels=4)
    torch.save(network.state_dict(), tmp_path / 'weights.pth')
    inferencer = make_inferencer(
        str(tmp_path / 'weights.pth'), fast=fast, model=dict(type='CurveEnhancer', channels=4)
    )
    array = np.random.default_rng(2).integers(90, size=(*shape, 3), dtype=np.uint8)
    write_photograph(Photograph.from_array(array), tmp_path / 'a.png')
    panels = max(shape) < 100
    result = inferencer(tmp_path / 'a.png', out_dir=tmp_path / 'out', compare=panels, curves=panels)
    found = read_photograph(tmp_path / 'out/a.png').to_array()
    np.testing.assert_array_equal(found, result['predictions'])
    if fast:
        assert found.shape == array.shape and found.mean() > array.mean() + 5
    else:
        assert_enhanced(found, enhance(network, array))


def test_16_bit_png(inferencer, expect, tmp_path):
    array = np.random.default_rng(3).integers(20000, size=(9, 7, 3), dtype=np.uint16)
    write_photograph(Photograph.from_array(array), tmp_path / 'a.png')
    found = enhance_file(inferencer, tmp_path / 'a.png')
    assert_enhanced(found.to_array(), expect(array), np.uint16)


def test_palette_png(inferencer, expect, tmp_path):
    picture = Image.fromarray(DARK[..., ::-1].copy()).quantize(16)
    picture.save(tmp_path / 'a.png')
    found = enhance_file(inferencer, tmp_path / 'a.png')
    array = np.asarray(picture.convert('RGB'))[..., ::-1]
    assert_enhanced(found.to_array(), expect(array.copy()))


def test_cmyk_jpeg(inferencer, tmp_path):
    Image.new('CMYK', (16, 16), (100, 100, 100, 100)).save(tmp_path / 'a.jpg')
    found = enhance_file(inferencer, tmp_path / 'a.jpg')
    assert found.format == 'JPEG' and found.frames[0].shape == (16, 16, 3)
    before = read_photograph(tmp_path / 'a.jpg').frames[0]
    assert found.frames[0].mean() > before.mean() + 5


def test_exif_rotated(inferencer, expect, tmp_path):
    tags = Image.Exif()
    tags[274] = 6
    Image.fromarray(DARK[..., ::-1].copy()).save(tmp_path / 'a.png', exif=tags)
    found = enhance_file(inferencer, tmp_path / 'a.png')
    assert_enhanced(found.to_array(), expect(np.rot90(DARK, -1).copy()))
    assert 274 not in Image.open(tmp_path / 'out/a.png').getexif()


def test_alpha_and_profile(inferencer, expect, tmp_path):
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    array = np.random.default_rng(4).integers(90, size=(9, 7, 4), dtype=np.uint8)
    photograph = Photograph.from_array(array)
    photograph.info['icc_profile'] = profile
    write_photograph(photograph, tmp_path / 'a.png')
    found = enhance_file(inferencer, tmp_path / 'a.png')
    assert_enhanced(found.to_array(), expect(array))
    assert found.info['icc_profile'] == profile


def test_grey_file_stays_grey(inferencer, expect, tmp_path):
    write_photograph(Photograph.from_array(DARK[..., 0]), tmp_path / 'a.png')
    found = enhance_file(inferencer, tmp_path / 'a.png')
    assert_enhanced(found.to_array(), expect(DARK[..., 0]))
    assert Image.open(tmp_path / 'out/a.png').mode == 'L'


@pytest.mark.parametrize('form', ['GIF', 'WEBP', 'PNG'])
def test_animation(inferencer, tmp_path, form):
    path = tmp_path / f'a.{form.lower()}'
    frames = [Image.fromarray(np.full((16, 16, 3), value, np.uint8)) for value in (20, 50, 80)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[40, 120, 80], loop=2)
    found = enhance_file(inferencer, path)
    assert found.format == form
    assert found.info['duration'] == [40, 120, 80] and found.info['loop'] == 2
    result = inferencer(path, return_vis=True, return_datasamples=True)
    assert len(result['predictions']) == 3 and result['visualization'].ndim == 3
    before = read_photograph(path)
    for enhanced, frame in zip(found.frames, before.frames, strict=True):
        assert enhanced.shape == frame.shape and enhanced.mean() > frame.mean() + 2


def test_unicode_and_space_in_the_name(inferencer, expect, tmp_path):
    path = tmp_path / 'Nacht im Hafen ünï 夜.png'
    write_photograph(Photograph.from_array(DARK), path)
    assert_enhanced(enhance_file(inferencer, path).to_array(), expect(DARK))


def test_file_that_may_not_be_read(inferencer, photographs, monkeypatch):
    # Nothing is forbidden to root, who may run the tests.
    from mmscllle.fileio import opening

    def forbid(name: str, *args: object, **named: object) -> object:
        if str(name).endswith('a.png'):
            raise PermissionError(13, 'Permission denied', str(name))
        return open(name, *args, **named)

    monkeypatch.setattr(opening, 'open', forbid, raising=False)
    result = inferencer(photographs)
    assert [prediction is None for prediction in result['predictions']] == [True, False, False]
    ((name, reason),) = result['failures']
    assert name == str(photographs / 'a.png')
    assert reason == f"[Errno 13] Permission denied: '{photographs / 'a.png'}'"


def test_full_disk_leaves_no_half_file(inferencer, photographs, tmp_path, monkeypatch):
    out_dir = tmp_path / 'out'
    inferencer(photographs, out_dir=out_dir)
    before = (out_dir / 'a.png').read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, 'fsync', full)
    result = inferencer(photographs, out_dir=out_dir, strength=0.5, existing='overwrite')
    assert len(result['failures']) == 3
    assert result['failures'][0][1] == f"[Errno 28] No space left on device: '{out_dir / 'a.png'}'"
    assert below(out_dir) == ['a.png', 'b.png', 'deep/c.png']
    assert (out_dir / 'a.png').read_bytes() == before


def test_ctrl_c_while_writing_leaves_no_half_file(inferencer, photographs, tmp_path, monkeypatch):
    replace = os.replace

    def interrupt(source: str, target: str) -> None:
        if str(target).endswith('b.png'):
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, 'replace', interrupt)
    with pytest.raises(KeyboardInterrupt):
        inferencer(photographs, out_dir=tmp_path / 'out')
    assert below(tmp_path / 'out') == ['a.png']


def test_ctrl_c_lets_threads_finish_what_they_have_begun(inferencer, photographs, tmp_path):
    for number in range(9):
        write_photograph(Photograph.from_array(DARK), photographs / f'z{number}.png')
    results = inferencer.stream(photographs, out_dir=tmp_path / 'out', num_workers=2)
    next(results)
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt)
    written = below(tmp_path / 'out')
    assert 'a.png' in written and 'z8.png' not in written
    assert all(read_photograph(tmp_path / 'out' / name).size[0] == 20 for name in written)


def test_decompression_bomb(inferencer, weights, photographs):
    path = photographs / 'a.png'
    content = bytearray(path.read_bytes())
    limited = make_inferencer(weights, max_pixels=599)
    with pytest.raises(
        ValueError,
        match=r"a\.png' cannot be enhanced: it claims 30 x 20 = 600 "
        'pixels, more than max_pixels=599',
    ):
        limited(path)
    assert make_inferencer(weights, max_pixels=None)(path)['predictions'] is not None
    # The width in its header, and what checks it.
    import zlib

    content[16:20] = (2**28).to_bytes(4, 'big')
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, 'big')
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r'268435456 x 20 = 5,368,709,120 pixels'):
        inferencer(path)


def test_bad_files_do_not_stop_the_others(inferencer, expect, photographs, tmp_path, caplog):
    (photographs / 'a.png').write_bytes(b'')
    result = inferencer(
        [photographs, tmp_path / 'none.jpg', str(tmp_path / '*.gif')],
        out_dir=tmp_path / 'out',
        batch_size=2,
    )
    assert_enhanced(result['predictions'][1], expect(DARK[::-1]))
    assert [name for name, _ in result['failures']] == [
        str(photographs / 'a.png'),
        str(tmp_path / 'none.jpg'),
        str(tmp_path / '*.gif'),
    ]
    assert below(tmp_path / 'out') == ['b.png', 'deep/c.png']


def test_failure_of_a_picture_is_not_that_of_its_batch(inferencer, photographs, monkeypatch):
    seen = []

    def visualize(inputs, *_):
        seen.append(inputs[0])
        if len(seen) == 1:
            raise RuntimeError('not enough memory')
        return [DARK]

    monkeypatch.setattr(inferencer, 'visualize', visualize)
    result = inferencer([DARK, DARK[::-1]], batch_size=2, return_vis=True)
    assert result['predictions'][0] is None and result['predictions'][1] is not None
    assert result['failures'][0][1] == 'RuntimeError: not enough memory'
