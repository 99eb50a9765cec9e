"""tools/train.py, tools/test.py and their launchers, as a user starts them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import cv2
import mmseg
import pytest
import torch
from commands import environment, load_tool, run, run_on_two_ranks
from mmengine.config import Config
from training_config import ROOT, write_training_config

TERMS = {
    'loss_contrastive_brightness',
    'loss_contrastive_gram',
    'loss_semantic_brightness',
    'loss_semantic_cross_entropy',
    'loss_feature_retention',
    'loss_color_constancy',
    'loss_illumination_smoothness',
}
MMSEG_TOOLS = Path(mmseg.__file__).parent / '.mim' / 'tools'


def scalars(work_dir: Path) -> list[dict]:
    """What the logger has written, training iterations only."""
    newest = sorted(work_dir.glob('*/vis_data/scalars.json'))[-1]
    lines = [json.loads(line) for line in newest.read_text().splitlines()]
    return [line for line in lines if 'loss' in line]


def reported(output: str) -> dict[str, float]:
    """The metrics in the last line of a test, without times."""
    line = [line for line in output.splitlines() if 'aAcc: ' in line][-1]
    metrics = dict(re.findall(r'(\w+): ([-\d.]+)', line.split(']', 1)[1]))
    return {name: float(value) for name, value in metrics.items() if 'time' not in name}


def weights(checkpoint: Path) -> dict[str, torch.Tensor]:
    return torch.load(checkpoint, map_location='cpu', weights_only=False)['state_dict']


@pytest.fixture(scope='module')
def trained(tmp_path_factory, tiny_segmentor) -> tuple[Path, Path, str]:
    """A finished training: config, work dir and output."""
    folder = tmp_path_factory.mktemp('train')
    config = write_training_config(folder, tiny_segmentor)
    work_dir = folder / 'work_dir'
    return (
        config,
        work_dir,
        run(sys.executable, ROOT / 'tools/train.py', config, '--work-dir', work_dir),
    )


def test_all_seven_terms_are_logged(trained):
    _, work_dir, _ = trained
    lines = scalars(work_dir)
    assert len(lines) == 4
    for line in lines:
        assert TERMS <= set(line)
        assert line['loss'] == pytest.approx(sum(line[term] for term in TERMS), rel=1e-4)


def test_validation_reports_metrics_and_pictures(trained):
    _, work_dir, output = trained
    assert 'mIoU' in output and 'brightness' in output
    assert len(list(work_dir.glob('*/vis_data/vis_image/*.png'))) == 3


def test_a_checkpoint_holds_the_enhancer_alone(trained):
    _, work_dir, _ = trained
    state = weights(work_dir / 'iter_4.pth')
    assert {name.split('.')[0] for name in state} == {'enhancer'}
    assert sum(value.numel() * value.element_size() for value in state.values()) == 79416 * 4


def test_the_last_checkpoint_is_tested(trained):
    config, work_dir, _ = trained
    output = run(
        sys.executable,
        ROOT / 'tools/test.py',
        config,
        work_dir / 'iter_4.pth',
        '--work-dir',
        work_dir / 'test',
        '--show-dir',
        work_dir / 'shown',
    )
    assert 'mIoU' in output
    assert list((work_dir / 'shown').rglob('*.png'))


def test_two_ranks_report_the_same_metrics_as_one(trained, tmp_path):
    config, work_dir, _ = trained
    command = config, work_dir / 'iter_4.pth'
    one = run(sys.executable, ROOT / 'tools/test.py', *command, '--work-dir', tmp_path / 'one')
    two = run('bash', ROOT / 'tools/dist_test.sh', *command, 2, '--work-dir', tmp_path / 'two')
    assert reported(one)['mIoU'] > 0
    assert reported(one) == reported(two)


def test_two_ranks_learn_as_one_process_with_twice_the_batch(tmp_path, tiny_segmentor):
    config = write_training_config(tmp_path, tiny_segmentor)
    script = Path(__file__).with_name('record_steps.py')
    run(sys.executable, script, config, tmp_path / 'one', 2)
    run_on_two_ranks(script, config, tmp_path / 'two', 1)
    one = torch.load(tmp_path / 'one')
    ranks = [torch.load(tmp_path / f'two.rank{rank}') for rank in (0, 1)]
    assert len(one) == 4
    for step, first, second in zip(one, *ranks, strict=True):
        assert TERMS <= set(step['losses'])
        for name, value in step['losses'].items():
            mean = (first['losses'][name] + second['losses'][name]) / 2
            torch.testing.assert_close(mean, value, rtol=1e-5, atol=1e-6)
        gradient, *both = (
            torch.cat([part['gradients'][name].flatten() for name in step['gradients']])
            for part in (step, first, second)
        )
        assert torch.equal(*both)
        assert (both[0] - gradient).norm() < 1e-5 * gradient.norm()


def test_the_launcher_trains_on_two_ranks(tmp_path, tiny_segmentor):
    config = write_training_config(tmp_path, tiny_segmentor, iters=2)
    run('bash', ROOT / 'tools/dist_train.sh', config, 2, '--work-dir', tmp_path / 'work')
    assert (tmp_path / 'work/iter_2.pth').exists()


@pytest.mark.parametrize(
    'setting',
    [
        "optim_wrapper['accumulative_counts'] = 2",
        "custom_hooks = [dict(type='EMAHook')]",
    ],
    ids=['gradient accumulation', 'EMA'],
)
def test_host_features_work(setting, tmp_path, tiny_segmentor):
    config = write_training_config(tmp_path, tiny_segmentor)
    config.write_text(config.read_text() + setting)
    run(
        sys.executable,
        ROOT / 'tools/train.py',
        config,
        '--work-dir',
        tmp_path / 'work',
        '--auto-scale-lr',
    )
    checkpoint = torch.load(tmp_path / 'work/iter_4.pth', map_location='cpu', weights_only=False)
    assert ('ema_state_dict' in checkpoint) == ('EMA' in setting)
    for key in ('state_dict', 'ema_state_dict'):
        assert not [name for name in checkpoint.get(key, {}) if 'segmentor' in name]


def test_mixed_precision_on_a_cpu(tmp_path, tiny_segmentor, monkeypatch):
    # With a GPU, --amp is MMEngine's own.
    monkeypatch.setenv('CUDA_VISIBLE_DEVICES', '')
    config = write_training_config(tmp_path, tiny_segmentor, iters=2)
    run(sys.executable, ROOT / 'tools/train.py', config, '--work-dir', tmp_path / 'work', '--amp')
    dumped = Config.fromfile(str(tmp_path / 'work' / config.name))
    assert dumped.optim_wrapper.type == 'mmscllle.BFloat16OptimWrapper'
    assert all(w.dtype == torch.float32 for w in weights(tmp_path / 'work/iter_2.pth').values())


def test_stock_mmseg_tools_run_the_config(trained, tmp_path):
    config, work_dir, _ = trained
    run(sys.executable, MMSEG_TOOLS / 'train.py', config, '--work-dir', tmp_path / 'stock')
    assert (tmp_path / 'stock/iter_4.pth').exists()
    assert torch.equal(
        weights(tmp_path / 'stock/iter_4.pth')['enhancer.e_conv7.bias'],
        weights(work_dir / 'iter_4.pth')['enhancer.e_conv7.bias'],
    )
    output = run(
        sys.executable,
        MMSEG_TOOLS / 'test.py',
        config,
        work_dir / 'iter_4.pth',
        '--work-dir',
        tmp_path / 'stock_test',
    )
    assert 'mIoU' in output


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['missing.py'], "there is no config file 'missing.py'"),
        (
            ['{config}', '--amp', '--cfg-options', 'optim_wrapper.type=MyWrapper'],
            "--amp works with optim_wrapper.type=OptimWrapper, got 'MyWrapper'",
        ),
        (
            ['{config}', '--auto-scale-lr', '--cfg-options', 'auto_scale_lr={}'],
            '--auto-scale-lr needs auto_scale_lr.base_batch_size',
        ),
        (
            ['{config}', '--cfg-options', 'optim_wraper.optimizer.lr=7'],
            "nothing reads 'optim_wraper'; did you mean 'optim_wrapper'?",
        ),
    ],
)
def test_wrong_use_of_train_is_answered_in_a_line(arguments, message, trained):
    arguments = [str(trained[0]) if part == '{config}' else part for part in arguments]
    output = run(sys.executable, ROOT / 'tools/train.py', *arguments, fails=True)
    assert message in output and 'Traceback' not in output


def test_resuming_without_a_checkpoint_says_that_it_begins_anew(tmp_path, capsys):
    cfg = Config(dict(work_dir=str(tmp_path)))
    load_tool('train').choose_checkpoint(cfg, 'auto')
    assert not cfg.resume
    assert (
        f'no checkpoint in {str(tmp_path)!r}, the training begins anew' in capsys.readouterr().err
    )


@pytest.mark.parametrize('own', [None, 7])
def test_a_resumed_training_draws_as_before(own, trained):
    _, work_dir, _ = trained
    cfg = Config.fromfile(str(work_dir / 'tiny_street.py'))
    cfg.randomness = dict(seed=own, deterministic=True)
    load_tool('train').choose_checkpoint(cfg, 'auto')
    assert cfg.resume and cfg.load_from == str(work_dir / 'iter_4.pth')
    assert cfg.randomness == dict(seed=own or 3, deterministic=True)


def test_a_rate_that_resuming_ignores_is_told(trained, capsys):
    _, work_dir, _ = trained
    cfg = Config.fromfile(str(work_dir / 'tiny_street.py'))
    load_tool('train').choose_checkpoint(cfg, str(work_dir / 'iter_2.pth'))
    assert capsys.readouterr().err == ''
    cfg.optim_wrapper.optimizer.lr = 1e-5
    load_tool('train').choose_checkpoint(cfg, 'auto')
    line, complete = capsys.readouterr().err.splitlines()
    assert complete.endswith('there is nothing left to do: it has 4 of train_cfg.max_iters=4')
    assert line.startswith('warning: optim_wrapper.optimizer.lr stays 0.001, as in ')
    assert '1e-05 is ignored' in line and f'load_from={work_dir / "iter_4.pth"}' in line


RECIPE = """
_base_ = ['mmscllle::scl_lle/scl-lle_label-free_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py']
model = dict(objective=dict(feature_extractor=dict(checkpoint='http://127.0.0.1:9/vgg16-397923af.pth')))
val_dataloader = dict(
    num_workers=0, persistent_workers=False,
    dataset=dict(data_root={root!r}, data_prefix=dict(img_path='')))
"""


def test_a_training_without_a_network_says_in_one_sentence_what_it_needs(tmp_path):
    config = tmp_path / 'mine.py'
    config.write_text(RECIPE.format(root=str(tmp_path)))
    result = subprocess.run(
        [sys.executable, ROOT / 'tools/train.py', config, '--work-dir', tmp_path / 'work'],
        env={**environment(), 'TORCH_HOME': str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert 'downloaded first' in result.stdout and '/vgg16-397923af.pth' in result.stdout
    assert 'deeplabv3plus_m-v2-d8' in result.stdout
    assert len(result.stdout.splitlines()) < 10
    message = result.stderr.splitlines()[-1]
    assert message.startswith('train.py: error: model.objective.feature_extractor.checkpoint: ')
    assert "put a copy of the file at '" in message and 'Traceback' not in result.stderr


def refuse_test(config: Path, checkpoint: Path, work_dir: Path) -> str:
    """The output of a test that fails."""
    command = sys.executable, ROOT / 'tools/test.py', config, checkpoint, '--work-dir', work_dir
    return run(*command, fails=True)


def test_a_test_on_other_data_than_the_validation_says_which_line_is_missing(trained):
    config, work_dir, _ = trained
    mine = config.with_name('mine.py')
    mine.write_text(f"""
_base_ = {str(config)!r}
test_dataloader = dict(dataset=dict(
    _delete_=True, type='mmscllle.LowLightImageDataset', data_root='no/such',
    data_prefix=dict(img_path='folder'), pipeline=[dict(type='mmscllle.LoadImage')]))
""")
    output = refuse_test(mine, work_dir / 'iter_4.pth', work_dir / 'mine')
    assert (
        'test.py: error: test_dataloader.dataset.data_prefix.img_path: there is no folder '
        "'no/such/folder'; val_dataloader names other data: to test on them, add "
        '`test_dataloader = val_dataloader` below it in the config'
    ) in output


def test_labels_beyond_the_classes_stop_a_test(trained, tmp_path):
    config, work_dir, _ = trained
    labels = cv2.imread(str(config.parent / 'data/ann/0.png'), cv2.IMREAD_GRAYSCALE)
    labels[0, 20] = 9
    cv2.imwrite(str(tmp_path / '0.png'), labels)
    mine = config.with_name('beyond.py')
    mine.write_text(f"""
_base_ = {str(config)!r}
test_dataloader = dict(dataset=dict(data_root='', data_prefix=dict(
    img_path={str(config.parent / 'data/img')!r}, seg_map_path={str(tmp_path)!r})))
""")
    output = refuse_test(mine, work_dir / 'iter_4.pth', tmp_path / 'work')
    message = f"test.py: error: '{tmp_path}/0.png': the label map has the label 9, outside of the 4"
    assert message in output and 'Traceback' not in output


def test_marks_that_are_dropped_stop_a_training(trained, tmp_path):
    config, _, _ = trained
    mine = config.with_name('marked.py')
    mine.write_text(f"""
_base_ = {str(config)!r}
train_dataloader = dict(dataset=dict(_base_.street, _delete_=True, pipeline=[
    dict(type='mmscllle.LoadImage'), dict(type='mmscllle.WithoutPseudoLabels'),
    dict(type='mmseg.PackSegInputs')]))
""")
    output = run(
        sys.executable, ROOT / 'tools/train.py', mine, '--work-dir', tmp_path / 'work', fails=True
    )
    message = (
        'train.py: error: train_dataloader.dataset.pipeline: PackSegInputs drops what '
        'WithoutPseudoLabels marks'
    )
    assert message in output and 'Traceback' not in output
