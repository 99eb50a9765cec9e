"""What many tests share."""

from __future__ import annotations

import errno
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope

# Small inputs gain nothing from threads, which wait for each other on a busy machine.
torch.set_num_threads(1)

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / 'shared'
# The packages beside the tools, last: some tools are called as modules of Python are (test.py).
sys.path.append(str(ROOT / 'tools'))

# The tested environments, each with the distribution that no other has. A test that needs a library
# of one environment is marked with its name, and imports that library in its body.
ENVIRONMENTS = dict(onedl='onedl-mmengine', openmmlab='mmagic')


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        '--environment',
        choices=ENVIRONMENTS,
        help='the tested environment that '
        'this is: a test that is skipped though it is meant for it fails',
    )
    parser.addoption(
        '--require-shared',
        action='store_true',
        help='with --environment: also a test that lacks ../shared fails',
    )
    parser.addoption(
        '--kills',
        type=int,
        default=3,
        help='how often tests/hostile kills each training (default: 3)',
    )


def is_installed(distribution: str) -> bool:
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what uses ../shared, and skip what is for other environments than this one."""
    if config.option.environment:
        here = {config.option.environment}
    else:
        here = {name for name, own in ENVIRONMENTS.items() if is_installed(own)}
    for item in items:
        if 'shared' in item.fixturenames:
            item.add_marker('shared')
        meant_for = {name for name in ENVIRONMENTS if item.get_closest_marker(name)}
        if meant_for and not meant_for & here:
            names = ' and '.join(sorted(meant_for))
            item.add_marker(pytest.mark.skip(reason=f'for the environment {names}'))


def may_be_skipped(node: pytest.Item | pytest.Collector) -> bool:
    option = node.config.option
    if not option.environment:
        return True
    if node.get_closest_marker('shared') and not (option.require_shared or is_shared_there()):
        return True
    meant_for = {name for name in ENVIRONMENTS if node.get_closest_marker(name)}
    return bool(meant_for) and option.environment not in meant_for


def fail_if_skipped(
    report: pytest.TestReport | pytest.CollectReport, node: pytest.Item | pytest.Collector
) -> None:
    if report.skipped and not hasattr(report, 'wasxfail') and not may_be_skipped(node):
        report.outcome = 'failed'
        report.longrepr = (
            f'{report.nodeid} is meant for the environment '
            f'{node.config.option.environment} and was skipped: '
            f'{report.longrepr[-1]}'
        )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    fail_if_skipped((yield).get_result(), item)


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    fail_if_skipped((yield).get_result(), collector)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many attacks of which kinds tests/hostile made."""
    counts: Counter[str] = Counter()
    for report in chain.from_iterable(terminalreporter.stats.values()):
        if getattr(report, 'when', None) == 'teardown':
            counts.update(dict(report.user_properties).get('tried', {}))
    if counts:
        parts = ', '.join(f'{count} {kind}' for kind, count in sorted(counts.items()))
        terminalreporter.write_line(f'hostile cases tried: {counts.total()} ({parts})')


@pytest.fixture(autouse=True)
def forget_run() -> Iterator[None]:
    """Forget after each test what MMEngine keeps of a run, which would change the tests after it.

    Its loggers write to the test's standard output, then closed, and its default scope finds names
    in another package's registries.
    """
    yield
    MMLogger._instance_dict.clear()
    DefaultScope._instance_dict.clear()


@pytest.fixture
def forbid_listing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make folders unreadable by the end of their name; who runs the tests may be root."""
    scandir = os.scandir

    def forbid(ending: str) -> None:
        def scan(path: str) -> object:
            if str(path).endswith(ending):
                raise PermissionError(errno.EACCES, 'Permission denied', str(path))
            return scandir(path)

        monkeypatch.setattr(os, 'scandir', scan)

    return forbid


def is_shared_there() -> bool:
    return (SHARED / 'README.md').is_file()


@pytest.fixture(scope='session')
def shared() -> Path:
    """The folder of real images, weights and golden values beside the checkout."""
    if not is_shared_there():
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
            weights[f'{name}.weight'] = (
                torch.randn(shape, generator=generator) * (2 / (9 * shape[1])) ** 0.5
            )
            weights[f'{name}.bias'] = torch.zeros(shape[0])
    path = tmp_path_factory.mktemp('vgg') / 'vgg16.pth'
    torch.save(weights, path)
    return str(path)


TINY_SEGMENTOR = """
norm_cfg = dict(type='SyncBN', requires_grad=True)
model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
        pad_val=0,
        seg_pad_val=255),
    backbone=dict(
        type='FastSCNN',
        downsample_dw_channels=(4, 6),
        global_in_channels=8,
        global_block_channels=(8, 12, 16),
        global_block_strides=(2, 2, 1),
        global_out_channels=16,
        higher_in_channels=8,
        lower_in_channels=16,
        fusion_out_channels=16,
        norm_cfg=norm_cfg,
        align_corners=False),
    decode_head=dict(
        type='DepthwiseSeparableFCNHead',
        in_channels=16,
        channels=16,
        concat_input=False,
        num_classes=4,
        in_index=-1,
        norm_cfg=norm_cfg,
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True)),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
test_pipeline = [dict(type='LoadImageFromFile'), dict(type='PackSegInputs')]
"""


@pytest.fixture(scope='session')
def tiny_segmentor(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Config and checkpoint of a small Fast-SCNN with 4 classes and synchronised BatchNorm."""
    from mmengine.config import Config
    from mmengine.model import revert_sync_batchnorm
    from mmengine.registry import DefaultScope
    from mmseg.registry import MODELS

    folder = tmp_path_factory.mktemp('segmentor')
    config, checkpoint = folder / 'tiny_fast_scnn.py', folder / 'tiny_fast_scnn.pth'
    config.write_text(TINY_SEGMENTOR)
    with torch.random.fork_rng(), torch.no_grad(), DefaultScope.overwrite_default_scope('mmseg'):
        torch.manual_seed(0)
        network = revert_sync_batchnorm(MODELS.build(Config.fromfile(str(config)).model))
        norms = [module for module in network.modules() if hasattr(module, 'running_mean')]
        images = torch.nn.functional.interpolate(4 * torch.rand(4, 3, 8, 10) - 2, scale_factor=8)
        # Statistics of these images and centred scores: every class is predicted somewhere.
        for norm in norms:
            norm.momentum = 1.0
        network.train().encode_decode(images, [dict(img_shape=(64, 80))] * 4)
        scores = network.eval().encode_decode(images, [dict(img_shape=(64, 80))] * 4)
        head = network.decode_head.conv_seg
        head.bias -= scores.mean(dim=(0, 2, 3))
        head.weight *= 4
        head.bias *= 4
    classes = ('sky', 'building', 'road', 'car')
    torch.save(
        dict(meta=dict(dataset_meta=dict(classes=classes)), state_dict=network.state_dict()),
        checkpoint,
    )
    return str(config), str(checkpoint)


@pytest.fixture(scope='session')
def second_segmentor(
    tiny_segmentor: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str]:
    """Config and checkpoint of the tiny segmentor with its classes in another order."""
    config, checkpoint = tiny_segmentor
    content = torch.load(checkpoint)
    content['state_dict']['decode_head.conv_seg.weight'] = content['state_dict'][
        'decode_head.conv_seg.weight'
    ].flip(0)
    path = tmp_path_factory.mktemp('second_segmentor') / 'second_fast_scnn.pth'
    torch.save(content, path)
    return config, str(path)


@pytest.fixture(scope='session')
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The checkpoint of a network of random weights that brightens."""
    from mmscllle.models import CurveEnhancer

    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(0)
        network = CurveEnhancer()
        for parameter in network.parameters():
            parameter.normal_(std=0.06)
        network.e_conv7.bias.sub_(0.15)
    path = tmp_path_factory.mktemp('weights') / 'enhancer.pth'
    torch.save(network.state_dict(), path)
    return str(path)


@pytest.fixture(scope='session')
def config_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data and weights where the SCL-LLE configs look for them, an image or two a folder."""
    import cv2
    from mmengine.config import Config
    from mmengine.hub import get_config

    from mmscllle.models.segmentor_config import build_segmentor

    folder = tmp_path_factory.mktemp('configs')
    image = np.random.default_rng(0).integers(256, size=(400, 420, 3), dtype=np.uint8)
    street = 'work_dirs/quick_start/data'
    splits = ('day_train', 'day_val', 'night_train', 'night_val')
    images = [
        'data/cityscapes/leftImg8bit/train/aachen/a_leftImg8bit.png',
        'data/lowlight/dicm/1.jpg',
        *(
            f'data/SICE/Dataset_Part1/{name}.JPG'
            for name in ('Label/1', '1/1', '1/2', '1/7', '1/9')
        ),
        *(f'shared/data/camvid/img/{split}/1.jpg' for split in ('day_train', 'day_val', 'dusk')),
        *(
            f'shared/data/exposures/{scene}/{shot}.jpg'
            for scene in range(3)
            for shot in ('00_020', '01_120', '02_240')
        ),
        *(f'{street}/img/{split}/1.png' for split in splits),
    ]
    labels = [
        'data/cityscapes/gtFine/train/aachen/a_gtFine_labelTrainIds.png',
        *(f'shared/data/camvid/ann/{split}/1.png' for split in ('day_train', 'day_val', 'dusk')),
        *(f'{street}/ann/{split}/1.png' for split in splits),
    ]
    for name in (*images, *labels):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        content = image if name in images else np.full(image.shape[:2], 2, np.uint8)
        if name.endswith('02_240.jpg'):
            content = image // 16 + 232
        assert cv2.imwrite(str(folder / name), content)

    (folder / 'configs').symlink_to(ROOT / 'configs')

    def save_random_weights(config: str, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        torch.save(dict(state_dict=build_segmentor(config, 'config').state_dict()), path)

    (folder / 'shared/checkpoints').mkdir()
    fast_scnn = get_config('mmseg::fastscnn/fast_scnn_8xb4-160k_cityscapes-512x1024.py').model
    for head in (fast_scnn.decode_head, *fast_scnn.auxiliary_head):
        head.num_classes = 11
    config = folder / 'shared/checkpoints/fast_scnn_camvid_day.py'
    Config(dict(model=fast_scnn)).dump(str(config))
    save_random_weights(str(config), config.with_suffix('.pth'))
    save_random_weights(
        'mmseg::mobilenet_v2/mobilenet-v2-d8_deeplabv3plus_4xb2-80k_cityscapes-512x1024.py',
        folder / 'deeplab.pth',
    )
    save_random_weights(
        str(folder / 'configs/night_street/fcn-r18_night-street-128x176_300.py'),
        folder / 'work_dirs/quick_start/segmentor/iter_300.pth',
    )
    save_random_weights(
        str(folder / 'configs/camvid/erfnet_camvid-day-240x320_1k.py'),
        folder / 'work_dirs/erfnet_camvid-day-240x320_1k/iter_1000.pth',
    )
    return folder


@pytest.fixture
def offline_config(config_folder: Path, seeded_vgg: str, monkeypatch: pytest.MonkeyPatch):
    """Read an SCL-LLE config as in ``config_folder``; weights at public URLs become local files."""
    from mmengine.config import Config

    monkeypatch.chdir(config_folder)
    monkeypatch.setenv('MMSCLLLE_SHARED', str(config_folder / 'shared'))

    def read(path: Path) -> Config:
        config = Config.fromfile(str(path))
        networks = config.model.objective
        judges = networks.segmentor
        for network, local in (
            (networks.feature_extractor, seeded_vgg),
            *(
                (judge, str(config_folder / 'deeplab.pth'))
                for judge in (judges if isinstance(judges, list) else [judges])
            ),
        ):
            if network is not None and network.checkpoint.startswith('https://'):
                network.checkpoint = local
        return config

    return read


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What goes through MMEngine's current logger."""
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)
