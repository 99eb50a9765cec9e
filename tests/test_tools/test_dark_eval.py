from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
import torch
from commands import load_tool
from labelled_data import CLASSES, CONFIG, write_labelled_data
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope
from mmseg.evaluation import IoUMetric

from mmscllle.evaluation.dark_evaluation import loop
from mmscllle.models import CurveEnhancer, EnhancedSegmentor
from mmscllle.registry import DATASETS

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / 'tools' / 'dark_eval.py'
COUNT = 5
# Ends with SIGKILL amid the fourth image.
DYING_RUN = """
import os, runpy, signal, sys
from mmscllle.evaluation.dark_evaluation import loop
count, calls = loop.count_areas, []
def dying(*args):
    calls.append(args)
    if len(calls) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return count(*args)
loop.count_areas = dying
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name='__main__')
"""


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    return load_tool('dark_eval')


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Folders ``img`` and ``ann`` of a few dark pictures; ``data.py`` is the config of them."""
    write_labelled_data(tmp_path, COUNT)
    return tmp_path


@pytest.fixture
def enhancer(tmp_path: Path) -> str:
    """A bare checkpoint of an enhancer."""
    torch.manual_seed(0)
    network = CurveEnhancer()
    for value in network.parameters():
        torch.nn.init.normal_(value, std=0.1)
    torch.save(network.state_dict(), tmp_path / 'enhancer.pth')
    return str(tmp_path / 'enhancer.pth')


@pytest.fixture
def folders(data: Path, tiny_segmentor: tuple[str, str]) -> list[str]:
    """Arguments: the segmentor, the folders and the output folder."""
    return [
        *tiny_segmentor,
        '--img-dir',
        str(data / 'img'),
        '--ann-dir',
        str(data / 'ann'),
        '--out-dir',
        str(data / 'out'),
        '--device',
        'cpu',
    ]


def report(data: Path) -> dict:
    return json.loads((data / 'out' / 'dark_eval.json').read_text())


def scores(data: Path) -> dict[str, list]:
    return {
        row['name']: [row['mIoU'], row['mAcc'], row['aAcc'], row['IoU'], row['images']]
        for row in report(data)['methods']
    }


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list:
    """Grows by one with each image that a method segments in the run."""
    found: list = []
    count = loop.count_areas

    def counting(*args: object) -> list:
        found.append(args)
        return count(*args)

    monkeypatch.setattr(loop, 'count_areas', counting)
    return found


def test_run_saves_table_figures_and_pictures(
    tool: ModuleType, folders: list, enhancer: str, data: Path, capsys: pytest.CaptureFixture
):
    assert tool.main([*folders, '--enhancer', f'ours={enhancer}']) == 0
    out = capsys.readouterr()
    table = (data / 'out' / 'dark_eval.md').read_text()
    assert table in out.out
    assert f'{4 * COUNT}/{4 * COUNT}' in out.err and 'ETA' in out.err
    content = report(data)
    assert content['classes'] == list(CLASSES)
    assert [row['name'] for row in content['methods']] == ['none', 'gamma', 'clahe', 'ours']
    for row in content['methods']:
        assert (row['images'], row['failed']) == (COUNT, 0)
        assert row['ms_per_image'] > 0 and row['peak_memory_mib'] > 0
        assert list(row['IoU']) == list(CLASSES)
    sheet = cv2.imread(str(data / 'out' / 'dark_eval.png'))
    assert content['pictures'] and {entry['method'] for entry in content['pictures']} == {'ours'}
    # Five columns of 360 x 288 pixels, and as many rows as images.
    assert sheet.shape[1] == 5 * 360 + 6 * 8
    assert sheet.shape[0] > 288 * len(content['pictures'])


def test_weights_that_come_with_the_package(tool: ModuleType, folders: list, data: Path):
    assert (
        tool.main(
            [
                *folders,
                '--enhancer',
                'night=mmscllle://scl-lle-night',
                '--baselines',
                '--limit',
                '1',
                '--pictures',
                '0',
            ]
        )
        == 0
    )
    assert [row['name'] for row in report(data)['methods']] == ['night']
    assert tool.main([*folders, '--enhancer', 'seg=mmscllle://none']) == 2


@torch.no_grad()
def test_figures_equal_those_of_mmsegs_evaluator(
    tool: ModuleType, folders: list, enhancer: str, data: Path, tiny_segmentor: tuple[str, str]
):
    config, checkpoint = tiny_segmentor
    assert tool.main([*folders, '--enhancer', f'ours={enhancer}', '--pictures', '0']) == 0
    chain = EnhancedSegmentor(
        dict(type='mmscllle.CurveEnhancer'), config, enhancer, checkpoint
    ).eval()
    metric = IoUMetric()
    evaluator = Evaluator(metric)
    evaluator.dataset_meta = dict(classes=CLASSES)
    with DefaultScope.overwrite_default_scope('mmseg'):
        dataset = DATASETS.build(Config.fromfile(str(data / 'data.py')).test_dataloader.dataset)
    for model, name in ((chain.segmentor, 'none'), (chain, 'ours')):
        for index in range(COUNT):
            batch = pseudo_collate([dataset[index]])
            evaluator.process(model.test_step(batch), batch)
        expected = evaluator.evaluate(COUNT)
        row = next(row for row in report(data)['methods'] if row['name'] == name)
        for key in ('mIoU', 'mAcc', 'aAcc'):
            assert row[key] == pytest.approx(float(expected[key]), abs=1e-5)


def test_killed_run_goes_on_where_it_stopped(
    tool: ModuleType, folders: list, data: Path, calls: list, capsys: pytest.CaptureFixture
):
    arguments = [*folders, '--baselines', 'none', 'gamma']
    whole = [
        *arguments[: arguments.index('--out-dir')],
        '--out-dir',
        str(data / 'whole'),
        *arguments[arguments.index('--device') :],
    ]
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    killed = subprocess.run(
        [sys.executable, '-c', DYING_RUN, str(TOOL), *arguments],
        env=environment,
        capture_output=True,
        timeout=120,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    log = data / 'out' / 'results' / 'none.jsonl'
    assert len(log.read_text().splitlines()) == 1 + 3
    with open(log, 'a') as file:
        file.write('{"image": "')
    assert tool.main(arguments) == 0
    assert len(calls) == 2 * COUNT - 3
    assert f'3 of {2 * COUNT} results are there already' in capsys.readouterr().err
    resumed = scores(data)
    (data / 'out').rename(data / 'resumed')
    assert tool.main(whole) == 0
    (data / 'whole').rename(data / 'out')
    assert scores(data) == resumed


def test_stopping_says_how_to_go_on(
    tool: ModuleType,
    folders: list,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loop, 'count_areas', stop)
    assert tool.main(folders) == 130
    assert 'stopped; the same command goes on from here' in capsys.readouterr().err
    assert not (data / 'out' / 'dark_eval.md').exists()


def test_what_has_changed_is_done_again(
    tool: ModuleType,
    folders: list,
    enhancer: str,
    data: Path,
    calls: list,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
):
    arguments = [
        *folders,
        '--enhancer',
        f'ours={enhancer}',
        '--baselines',
        'none',
        '--pictures',
        '0',
    ]
    assert tool.main([*arguments, '--limit', '2']) == 0
    assert len(calls) == 2 * 2
    assert tool.main(arguments) == 0
    assert len(calls) == 2 * COUNT, 'a larger limit adds to what is there'
    assert tool.main(arguments) == 0
    assert len(calls) == 2 * COUNT
    image = data / 'img' / '0.png'
    os.utime(image, (1, 1))
    assert tool.main(arguments) == 0
    assert len(calls) == 2 * COUNT + 2, 'one image has changed'
    weights = torch.load(enhancer)
    weights['e_conv7.bias'] += 0.5
    torch.save(weights, enhancer)
    capsys.readouterr()
    assert tool.main(arguments) == 0
    assert len(calls) == 3 * COUNT + 2
    message = capsys.readouterr().err
    assert 'ours: the earlier results in' in message and 'belong to other weights' in message
    assert 'none: the earlier' not in message
    monkeypatch.setattr('mmscllle.evaluation.dark_evaluation.loop.code_digest', lambda: 'changed')
    assert tool.main(arguments) == 0
    assert len(calls) == 5 * COUNT + 2, 'the code has changed'
    assert 'none: the earlier results in' in (message := capsys.readouterr().err)
    assert 'belong to other version' in message


def test_failing_images_are_named_and_the_run_goes_on(
    tool: ModuleType, folders: list, data: Path, calls: list, capsys: pytest.CaptureFixture
):
    good = (data / 'img' / '0.png').read_bytes()
    (data / 'img' / '0.png').write_bytes(good[:60])
    assert cv2.imwrite(str(data / 'ann' / '1.png'), np.zeros((64, 70), np.uint8))
    assert cv2.imwrite(str(data / 'ann' / '2.png'), np.full((64, 80), 9, np.uint8))
    (data / 'ann' / '3.png').unlink()
    arguments = [*folders, '--baselines', 'none', 'gamma']
    assert tool.main(arguments) == 1
    out = capsys.readouterr()
    reasons = {
        0: f'the image {data}/img/0.png is unreadable: broken, or no picture',
        1: f"it cannot be loaded: label map '{data}/ann/1.png' is of size (64, 70), its image "
        f"'{data}/img/1.png' of (64, 80)",
        2: 'the label map has the label 9, outside of the 4 classes (0 to 3; 255 does not count)',
        3: f'there is no label map {data}/ann/3.png',
    }
    assert '4 images failed and do not count' in out.out
    for index, reason in reasons.items():
        assert f'- {data}/img/{index}.png (all methods): {reason}' in out.out
        assert f'gamma: {data}/img/{index}.png failed: {reason}' in out.err
    assert [(row['images'], row['failed']) for row in report(data)['methods']] == [(1, 4)] * 2
    # A repaired image is tried again, the good one is not.
    (data / 'img' / '0.png').write_bytes(good)
    calls.clear()
    assert tool.main(arguments) == 1
    assert [(row['images'], row['failed']) for row in report(data)['methods']] == [(2, 3)] * 2
    assert len(calls) == 2 * 2, 'images 0 and 2 reach the scoring; 1 and 3 do not, 4 is done'


def test_configs_and_larger_checkpoints_are_taken(
    tool: ModuleType, enhancer: str, data: Path, tiny_segmentor: tuple[str, str]
):
    config, checkpoint = tiny_segmentor
    chain = EnhancedSegmentor(dict(type='mmscllle.CurveEnhancer'), config, enhancer, checkpoint)
    torch.save(dict(state_dict=chain.state_dict()), data / 'chain.pth')
    changed = dict(chain.state_dict())
    changed['segmentor.decode_head.conv_seg.bias'] = torch.tensor([50.0, 0, 0, 0])
    torch.save(changed, data / 'joint.pth')
    # Without its scope, which is found in any.
    curves = "dict(type='CurveEnhancer')"
    (data / 'enhancer.py').write_text(
        f"model = dict(type='mmscllle.SCLLLE', enhancer={curves})\nload_from = {enhancer!r}\n"
    )
    (data / 'chain.py').write_text(
        f"_base_ = 'data.py'\ndefault_scope = 'mmseg'\nmodel = dict("
        f"type='mmscllle.EnhancedSegmentor', enhancer={curves}, segmentor={config!r})\n"
    )
    assert (
        tool.main(
            [
                str(data / 'chain.py'),
                str(data / 'chain.pth'),
                '--out-dir',
                str(data / 'out'),
                '--enhancer',
                f'bare={enhancer}',
                f'config={data}/enhancer.py',
                '--enhancer',
                f'part={data}/chain.pth',
                '--joint',
                f'same={data}/chain.pth',
                f'joint={data}/joint.pth',
                '--device',
                'cpu',
                '--baselines',
                'none',
            ]
        )
        == 0
    )
    found = scores(data)
    assert list(found) == ['none', 'bare', 'config', 'part', 'same', 'joint']
    assert found['bare'] == found['config'] == found['part'] == found['same'] != found['none']
    assert found['joint'][3]['road'] == 0 < found['joint'][3]['sky'], 'all is sky'


def test_data_of_another_config_and_no_picture_without_enhancer(
    tool: ModuleType, data: Path, tiny_segmentor: tuple[str, str], capsys: pytest.CaptureFixture
):
    assert (
        tool.main(
            [
                *tiny_segmentor,
                '--data',
                str(data / 'data.py'),
                '--out-dir',
                str(data / 'out'),
                '--baselines',
                'none',
                '--device',
                'cpu',
            ]
        )
        == 0
    )
    assert 'no pictures: they compare an enhancer with the baseline none' in capsys.readouterr().out
    assert not (data / 'out' / 'dark_eval.png').exists()


def test_several_segmentors_sets_and_seeds_give_one_table(
    tool: ModuleType,
    enhancer: str,
    data: Path,
    tiny_segmentor: tuple[str, str],
    second_segmentor: tuple[str, str],
    calls: list,
    capsys: pytest.CaptureFixture,
):
    seed = torch.load(enhancer)
    seed['e_conv7.bias'] += 0.5
    torch.save(seed, data / 'seed.pth')
    arguments = [
        '--segmentor',
        f'first={",".join(tiny_segmentor)}',
        f'second={",".join(second_segmentor)}',
        '--seen',
        'second',
        '--set',
        f'night={data}/img,{data}/ann',
        f'same={data}/data.py',
        '--enhancer',
        f'ours={enhancer}',
        f'ours={data}/seed.pth',
        '--baselines',
        'none',
        '--fast',
        '--limit',
        '2',
        '--pictures',
        '1',
        '--device',
        'cpu',
        '--out-dir',
        str(data / 'out'),
    ]
    assert tool.main(arguments) == 0
    # None, and two trainings in two modes, through two segmentors on two sets of two images.
    assert len(calls) == 5 * 2 * 2 * 2
    table = (data / 'out/dark_eval.md').read_text()
    assert table in capsys.readouterr().out
    header, _, *lines = table.splitlines()[:5]
    assert [cell.strip() for cell in header.strip('|').split('|')] == [
        'method',
        'night, first',
        'night, second*',
        'same, first',
        'same, second*',
        'mean gain',
    ]
    assert [line.split()[1] for line in lines] == ['none', 'ours', 'ours-fast']
    rows = {row['name']: row for row in report(data)['methods']}
    none, ours, fast = (rows[name]['cells'] for name in ('none', 'ours', 'ours-fast'))
    assert [cell['seeds'] for cell in ours] == [2] * 4 and ours != fast
    for cell, base in zip(ours, none, strict=True):
        single = json.loads(
            (data / 'out' / cell['set'] / cell['segmentor'] / 'dark_eval.json').read_text()
        )
        found = {row['name']: row['mIoU'] for row in single['methods']}
        assert list(found) == ['none', 'ours.1', 'ours.2', 'ours.1-fast', 'ours.2-fast']
        assert cell['mIoU'] == pytest.approx((found['ours.1'] + found['ours.2']) / 2, abs=0.006)
        assert (cell['lowest'], cell['highest']) == tuple(
            sorted((found['ours.1'], found['ours.2']))
        )
        assert cell['gain'] == pytest.approx(cell['mIoU'] - found['none'], abs=0.006)
        assert base['mIoU'] == found['none'] and base['gain'] is None
    # Both sets are of the same images, the segmentors differ.
    assert [cell['mIoU'] for cell in ours[:2]] == [cell['mIoU'] for cell in ours[2:]]
    assert none[0]['mIoU'] != none[1]['mIoU']
    assert tool.main(arguments) == 0
    assert len(calls) == 5 * 2 * 2 * 2, 'a second run has all results'


@torch.no_grad()
def test_fast_mode_is_that_of_the_enhancer(
    tool: ModuleType, folders: list, enhancer: str, data: Path, tiny_segmentor: tuple[str, str]
):
    assert (
        tool.main(
            [
                *folders,
                '--enhancer',
                f'ours={enhancer}',
                '--fast',
                '--baselines',
                '--pictures',
                '0',
                '--limit',
                '1',
            ]
        )
        == 0
    )
    exact, fast = report(data)['methods']
    assert (exact['name'], fast['name']) == ('ours', 'ours-fast')
    network = CurveEnhancer()
    network.load_state_dict(torch.load(enhancer))
    network.forward = network.forward_fast
    chain = EnhancedSegmentor(
        dict(type='mmscllle.IdentityEnhancer'), tiny_segmentor[0], None, tiny_segmentor[1]
    ).eval()
    chain.enhancer = network
    with DefaultScope.overwrite_default_scope('mmseg'):
        dataset = DATASETS.build(Config.fromfile(str(data / 'data.py')).test_dataloader.dataset)
    batch = pseudo_collate([dataset[0]])
    areas = loop.count_areas(
        chain.test_step(batch)[0].pred_sem_seg.data[0],
        batch['data_samples'][0].gt_sem_seg.data[0],
        4,
        255,
    )
    assert (
        json.loads((data / 'out/results/ours-fast.jsonl').read_text().splitlines()[1])['areas']
        == areas
    )


@pytest.mark.parametrize(
    'change, message',
    [
        (
            lambda a, d: a[2:],
            'SEGMENTOR_CONFIG: missing; give it and SEGMENTOR_CHECKPOINT, or --seg',
        ),
        (lambda a, d: [a[0], *a[2:]], 'SEGMENTOR_CHECKPOINT: missing'),
        (
            lambda a, d: [*a, '--segmentor', f'x={a[0]}'],
            '--segmentor: got .*; write NAME=CONFIG,CHECK',
        ),
        (
            lambda a, d: [*a, '--segmentor', f'x=none.py,{a[1]}'],
            "--segmentor x: there is no config file 'none.py'",
        ),
        (
            lambda a, d: [*a, '--segmentor', f'x={a[0]},{d}/enhancer.pth'],
            '--segmentor x: .* does not fit the model .* Does it belong to --segmentor x',
        ),
        (
            lambda a, d: [*a, '--segmentor', f'tiny_fast_scnn={a[0]},{a[1]}'],
            "--segmentor: the name 'tiny_fast_scnn' is given twice; rename one",
        ),
        (
            lambda a, d: [*a, '--seen', 'y'],
            "--seen: there is no segmentor 'y', only tiny_fast_scnn",
        ),
        (lambda a, d: [*a, '--set', f'x={d}/img,{d}/ann'], '--set: give either this or --data'),
        (
            lambda a, d: [*a[:2], *a[6:], '--set', f'x={d}/img,'],
            '--set: got .*; write NAME=IMG_DIR',
        ),
        (
            lambda a, d: [*a[:2], *a[6:], '--set', f'x={d}/none,{d}/ann'],
            '--set x: --img-dir: there is no folder',
        ),
        (
            lambda a, d: [*a[:2], *a[6:], '--set', f'x={d}/img,{d}/ann', f'x={d}/img,{d}/ann'],
            "--set: the name 'x' is given twice",
        ),
        (
            lambda a, d: [*a[:2], *a[6:], '--set', f'x={d}/two.py'],
            '--set x: the dataset has 2 classes, the segmentor 4',
        ),
        (lambda a, d: [*a, '--fast'], '--fast: no enhancer has a fast mode; leave it out'),
        (
            lambda a, d: [
                *a,
                '--enhancer',
                f'x={d}/enhancer.pth',
                f'x={d}/enhancer.pth',
                '--joint',
                f'x={d}/enhancer.pth',
            ],
            "--joint: the name 'x' is given twice; rename one",
        ),
        (lambda a, d: ['none.py', *a[1:]], "SEGMENTOR_CONFIG: there is no config file 'none.py'"),
        (
            lambda a, d: [a[0], 'none.pth', *a[2:]],
            "SEGMENTOR_CHECKPOINT: there is no checkpoint file 'none.pth'",
        ),
        (
            lambda a, d: [a[0], f'{d}/enhancer.pth', *a[2:]],
            'SEGMENTOR_CHECKPOINT: .* does not fit the model '
            '.* Does it belong to SEGMENTOR_CONFIG?',
        ),
        (
            lambda a, d: [*a[:2], *a[6:]],
            'SEGMENTOR_CONFIG: the config has no test_dataloader.dataset; name a config '
            '.* with --data',
        ),
        (lambda a, d: [*a[:2], *a[4:]], '--img-dir: missing; --img-dir and --ann-dir go together'),
        (lambda a, d: [*a, '--data', a[0]], '--data: give either this or --img-dir'),
        (lambda a, d: [*a[:2], '--data', a[0]], '--data: the config has no test_dataloader'),
        (
            lambda a, d: [*a, '--baselines', 'retinex'],
            "--baselines: there is no 'retinex'; choose from none, gamma, clahe",
        ),
        (lambda a, d: [*a, '--baselines'], '--enhancer: nothing to compare'),
        (lambda a, d: [*a, '--enhancer', 'x.pth'], "--enhancer: got 'x.pth'; write NAME=SOURCE"),
        (
            lambda a, d: [*a, '--baselines', 'gamma', '--enhancer', 'gamma=x.pth'],
            "--enhancer: the name 'gamma' is given twice; rename one",
        ),
        (
            lambda a, d: [*a, '--baselines', 'gamma', '--enhancer', 'none=x.pth'],
            "--enhancer: 'none' is the row of the pictures as they are; rename it",
        ),
        (
            lambda a, d: [*a, '--enhancer', 'x=none.pth'],
            "--enhancer x=none.pth: there is no checkpoint file 'none.pth'",
        ),
        (
            lambda a, d: [*a, '--enhancer', f'x={a[1]}'],
            'does not fit .*not one name fits: the model has down.0.0.0.weight, '
            '.* the checkpoint has '
            'backbone.*The enhancer is a BilateralGridEnhancer; give the config',
        ),
        (lambda a, d: [*a, '--enhancer', f'x={a[0]}'], 'EncoderDecoder is no'),
        (
            lambda a, d: [*a, '--joint', f'x={d}/enhancer.pth'],
            '--joint x=.*: it is no checkpoint of an EnhancedSegmentor',
        ),
        (
            lambda a, d: [*a[:2], '--data', f'{d}/two.py'],
            '--data: the dataset has 2 classes, the segmentor 4; take a dataset with',
        ),
        (
            lambda a, d: [*a[:2], '--data', f'{d}/turned.py'],
            "--data: 'sky' is label 3 of the dataset and label 0 of the segmentor; take a",
        ),
        (
            lambda a, d: [*a[:2], '--data', f'{d}/away.py'],
            '--data: the dataset is not there .*nowhere.*; put it where the config says',
        ),
        (lambda a, d: [*a, '--limit', '0'], '--limit: must be at least 1, got 0'),
        (lambda a, d: [*a[:-1], 'tpu'], "--device: must be cpu or cuda, got 'tpu'"),
        (lambda a, d: [*a[:-1], 'cuda:99'], '--device: there is no cuda:99; use --device cpu'),
    ],
)
def test_wrong_input_gets_one_line(
    tool: ModuleType,
    folders: list,
    enhancer: str,
    data: Path,
    capsys: pytest.CaptureFixture,
    change: Callable[[list, Path], list],
    message: str,
):
    (data / 'away.py').write_text(CONFIG.format(root=data / 'nowhere', classes=CLASSES))
    (data / 'two.py').write_text(CONFIG.format(root=data, classes=('a', 'b')))
    (data / 'turned.py').write_text(CONFIG.format(root=data, classes=CLASSES[::-1]))
    assert tool.main(change(folders, data)) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith('dark_eval')]
    assert len(lines) == 1
    assert re.search(f'error: .*{message}', lines[0]), lines[0]
