from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmscllle.command_line import runner
from mmscllle.command_line.enhance import main
from mmscllle.video import Frame, VideoFormat, create_video, files, open_video
from mmscllle.video import frame_enhancer as enhancing

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / 'tools' / 'enhance.py'
COUNT = 12


def make_image(path: Path, seed: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.random.default_rng(seed).integers(90, size=(20, 30, 3), dtype=np.uint8)
    assert cv2.imwrite(str(path), image)


def make_video(path: Path, count: int = COUNT) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(0).integers(60, size=(count, 24, 32, 3), dtype=np.uint8)
    with create_video(path, VideoFormat(24, 32, Fraction(12))) as writer:
        for number, image in enumerate(noise):
            writer.write(Frame(image, Fraction(number, 12)))


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A folder of two images and a video."""
    make_image(tmp_path / 'in' / 'a.png')
    make_image(tmp_path / 'in' / 'sub' / 'b.jpg')
    make_video(tmp_path / 'in' / 'sub' / 'c.mp4')
    return tmp_path / 'in'


@pytest.fixture
def run(weights: str, tmp_path: Path):
    """Runs the command with results in ``out``; returns the exit status."""

    def call(*arguments: object, out: str | None = 'out') -> int:
        folder = [] if out is None else ['--out-dir', str(tmp_path / out)]
        return main([*map(str, arguments), *folder, '--weights', weights, '--device', 'cpu'])

    return call


def listed(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob('*') if not path.is_dir()
    )


def test_a_folder_with_all_below(run, inputs, tmp_path, capsys):
    assert run(inputs) == 0
    assert listed(tmp_path / 'out') == ['a.png', 'sub/b.jpg', 'sub/c.mp4']
    output = capsys.readouterr()
    assert output.out.splitlines()[-1] == f'3 enhanced: {tmp_path / "out"}'
    assert 'images' in output.err and '2/2' in output.err and f'{COUNT}/{COUNT}' in output.err
    image, result = (cv2.imread(str(tmp_path / name / 'a.png')) for name in ('in', 'out'))
    assert result.shape == image.shape and result.mean() > image.mean() + 10
    video = open_video(tmp_path / 'out' / 'sub' / 'c.mp4')
    assert video.format.rate == 12 and len(list(video)) == COUNT


def test_raw_files_of_a_folder_are_named_and_no_failure(run, tmp_path, capsys):
    make_image(tmp_path / 'in' / 'a.png')
    (tmp_path / 'in' / 'b.NEF').write_bytes(b'raw')
    assert run(tmp_path / 'in') == 0
    output = capsys.readouterr()
    assert output.out.splitlines()[-1] == f'1 enhanced, 1 RAW files skipped: {tmp_path / "out"}'
    assert "b.NEF' is a RAW file, which is not read: convert it first" in output.err
    # Named by itself it was wanted.
    assert run(tmp_path / 'in' / 'b.NEF', tmp_path / 'in' / 'a.png', out='other') == 1
    assert 'failed: ' in capsys.readouterr().err


def test_a_pattern_and_files(run, inputs, tmp_path):
    make_image(tmp_path / 'other.png')
    assert run(inputs / '**' / '*', tmp_path / 'other.png', '--num-workers', 0) == 0
    assert listed(tmp_path / 'out') == ['a.png', 'other.png', 'sub/b.jpg', 'sub/c.mp4']


def test_videos_alone(run, tmp_path):
    make_video(tmp_path / 'in' / 'a.avi')
    make_video(tmp_path / 'in' / '.hidden' / 'b.mp4')
    assert run(tmp_path / 'in', out='in/out') == 0
    assert listed(tmp_path / 'in' / 'out') == ['a.avi']
    # The results of before are no inputs.
    assert run(tmp_path / 'in', '--overwrite', out='in/out') == 0
    assert listed(tmp_path / 'in' / 'out') == ['a.avi']


def test_a_folder_above_the_inputs(run, tmp_path):
    make_image(tmp_path / 'all' / 'in' / 'a.png')
    make_video(tmp_path / 'all' / 'in' / 'b.mp4')
    assert run(tmp_path / 'all' / 'in', out='all') == 0
    assert listed(tmp_path / 'all') == ['a.png', 'b.mp4', 'in/a.png', 'in/b.mp4']


def test_comparisons_and_curves(run, inputs, tmp_path):
    assert run(inputs, '--compare', '--curves') == 0
    results = ['a.png', 'sub/b.jpg', 'sub/c.mp4']
    compared = ['compare/a.png.png', 'compare/sub/b.jpg.png', 'compare/sub/c.mp4']
    plots = ['curves/a.png.png', 'curves/sub/b.jpg.png', 'curves/sub/c.mp4.png']
    assert listed(tmp_path / 'out') == sorted(results + compared + plots)
    sides = open_video(tmp_path / 'out' / 'compare' / 'sub' / 'c.mp4')
    assert (sides.format.height, sides.format.width) == (24, 64)
    for plot in plots:
        assert cv2.imread(str(tmp_path / 'out' / plot)).std() > 5
    # They count as results, too.
    (tmp_path / 'out' / 'a.png').unlink()
    assert run(inputs / 'a.png', '--curves') == 2


def test_a_segmentor_draws_into_the_comparison(run, inputs, tmp_path, tiny_segmentor):
    config, checkpoint = tiny_segmentor
    assert run(inputs, '--segmentor', config, '--segmentor-weights', checkpoint) == 0
    sides = open_video(tmp_path / 'out' / 'compare' / 'sub' / 'c.mp4')
    assert sides.format.width == 4 * 32
    assert (tmp_path / 'out' / 'compare' / 'a.png.png').is_file()


def test_strength(run, inputs, tmp_path):
    brightness = []
    for strength in (0, 0.5, 1, 1.5):
        assert run(inputs / 'a.png', '--strength', strength, out=str(strength)) == 0
        brightness.append(cv2.imread(str(tmp_path / str(strength) / 'a.png')))
    np.testing.assert_array_equal(brightness[0], cv2.imread(str(inputs / 'a.png')))
    means = [image.mean() for image in brightness]
    assert means == sorted(means) and means[0] < means[1] < means[2] < means[3]


def test_fast_tiles_and_batches(run, inputs):
    assert run(inputs, '--fast', out='fast') == 0
    assert run(inputs, '--tile', 16, '--batch-size', 2, out='tiles') == 0


def test_what_exists(run, inputs, tmp_path, capsys):
    for name in ('a.png', 'sub/c.mp4'):
        (tmp_path / 'out' / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / 'out' / name).write_text('an earlier result')
    # By default it is an error, before anything is done.
    assert run(inputs) == 2
    error = capsys.readouterr().err
    assert str(tmp_path / 'out' / 'a.png') in error and '--skip-existing' in error
    assert listed(tmp_path / 'out') == ['a.png', 'sub/c.mp4']
    assert run(inputs, '--skip-existing') == 0
    assert '1 enhanced, 2 were there' in capsys.readouterr().out
    assert listed(tmp_path / 'out') == ['a.png', 'sub/b.jpg', 'sub/c.mp4']
    for name in ('a.png', 'sub/c.mp4'):
        assert (tmp_path / 'out' / name).read_text() == 'an earlier result'
    assert run(inputs, '--overwrite') == 0
    assert cv2.imread(str(tmp_path / 'out' / 'a.png')).shape == (20, 30, 3)
    with pytest.raises(SystemExit, match='2'):
        run(inputs, '--overwrite', '--skip-existing')


def test_bad_files_are_named_and_the_others_done(run, inputs, tmp_path, capsys):
    (inputs / 'text.png').write_text('no image')
    (inputs / 'empty.mp4').write_bytes(b'')
    make_video(inputs / 'cut.mkv', 60)
    content = (inputs / 'cut.mkv').read_bytes()
    (inputs / 'cut.mkv').write_bytes(content[: len(content) // 2])
    assert run(inputs, tmp_path / 'missing.jpg') == 1
    output = capsys.readouterr()
    assert '3 enhanced, 4 failed' in output.out
    failed = [line for line in output.err.splitlines() if line.startswith('failed: ')]
    assert len(failed) == 4
    for name, reason in (
        ('text.png', 'no image'),
        ('empty.mp4', 'empty file'),
        ('missing.jpg', 'there is no file or folder'),
        ('cut.mkv', 'frames could be read'),
    ):
        assert any(name in line and reason in line for line in failed), failed
    # What could be read of the video is there.
    assert listed(tmp_path / 'out') == ['a.png', 'cut.mkv', 'sub/b.jpg', 'sub/c.mp4']
    assert 5 < len(list(open_video(tmp_path / 'out' / 'cut.mkv'))) < 55


def test_without_pyav_photographs_are_enhanced(run, inputs, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(files, 'version', lambda name: '16.0')
    sentence = "video needs PyAV 17 or 18, not 16.0: pip install 'av>=17,<19'"
    assert run(inputs) == 1
    output = capsys.readouterr()
    assert '2 enhanced, 1 failed' in output.out
    (failed,) = (line for line in output.err.splitlines() if line.startswith('failed: '))
    assert failed == f'failed: {inputs / "sub" / "c.mp4"}: {sentence}'
    assert listed(tmp_path / 'out') == ['a.png', 'sub/b.jpg']
    # Said before the camera is switched on.
    assert run('0') == 1
    assert capsys.readouterr().err.splitlines()[-1] == f'enhance: error: {sentence}'


@pytest.mark.parametrize('suffix', ['.png', '.mp4'])
def test_two_inputs_of_one_result(run, tmp_path, capsys, suffix):
    make = make_image if suffix == '.png' else make_video
    paths = [tmp_path / folder / f'x{suffix}' for folder in 'ab']
    for path in paths:
        make(path)
    assert run(*paths) == 2
    error = capsys.readouterr().err
    assert all(repr(str(path)) in error for path in paths) and 'common folder' in error
    assert not (tmp_path / 'out').exists()


def test_an_input_is_never_overwritten(run, tmp_path, capsys):
    make_image(tmp_path / 'a' / 'x.png')
    make_image(tmp_path / 'a' / 'sub' / 'x.png', seed=1)
    before = (tmp_path / 'a' / 'x.png').read_bytes()
    assert run(tmp_path / 'a', '--overwrite', out='a') == 2
    assert run(tmp_path / 'a' / 'x.png', tmp_path / 'a' / 'sub', '--overwrite', out='a') == 2
    assert 'x.png' in capsys.readouterr().err
    assert (tmp_path / 'a' / 'x.png').read_bytes() == before


def test_an_input_of_the_same_name_is_not_overwritten_either(run, tmp_path, capsys):
    for folder in 'ab':
        make_image(tmp_path / folder / f'{folder}.png')
    (tmp_path / 'b' / 'a.png').symlink_to(tmp_path / 'b' / 'b.png')
    assert run(tmp_path / 'a' / 'a.png', tmp_path / 'b' / 'b.png', '--overwrite', out='b') == 2
    assert 'is an input and would be overwritten' in capsys.readouterr().err


def test_a_link_in_the_output_folder(run, tmp_path, capsys):
    for folder in 'ab':
        make_image(tmp_path / 'in' / folder / 'x.png')
    (tmp_path / 'out' / 'a').mkdir(parents=True)
    (tmp_path / 'out' / 'b').symlink_to('a')
    assert run(tmp_path / 'in') == 2
    assert 'would both be written to' in capsys.readouterr().err
    assert not listed(tmp_path / 'out' / 'a')


@pytest.mark.parametrize('lost', ['compare/a.png.png', 'curves/sub/c.mp4.png', 'sub/c.mp4'])
@pytest.mark.parametrize('empty', [False, True])
def test_what_was_not_finished_is_not_skipped(run, inputs, tmp_path, capsys, lost, empty):
    assert run(inputs, '--compare', '--curves') == 0
    (tmp_path / 'out' / lost).unlink()
    if empty:
        (tmp_path / 'out' / lost).touch()
    assert run(inputs, '--compare', '--curves', '--skip-existing') == 0
    assert '1 enhanced, 2 were there' in capsys.readouterr().out
    assert (tmp_path / 'out' / lost).stat().st_size


def test_a_folder_whose_name_is_not_text(run, inputs, tmp_path, capsys):
    folder = os.fsdecode(os.fsencode(tmp_path) + b'/\xff')
    assert run(inputs / 'a.png', out=folder) == 0
    assert listed(Path(folder)) == ['a.png']


@pytest.mark.parametrize(
    'arguments, message',
    [
        (['{in}', '--device', 'warp'], "--device: 'warp'"),
        (['{in}', '--device', 'cuda:77'], "--device: 'cuda:77'"),
        (['{in}', '--strength', '-1'], '--strength: must be at least 0, got -1'),
        (['{in}', '--strength', 'nan'], '--strength: must be at least 0, got nan'),
        (['{in}', '--tile', '0'], '--tile: must be at least 1, got 0'),
        (['{in}', '--num-workers', '-1'], '--num-workers: must be at least 0, got -1'),
        (['{in}', '--weights', '{in}/none.pth'], '--weights: there is no checkpoint file'),
        (['{in}', '--weights', '{in}/a.png'], '--weights: '),
        (['{in}', '--model', 'nothing'], '--model: '),
        (['{in}', '--segmentor', 'none.py'], '--segmentor-weights: '),
        (['{in}', '--segmentor-weights', 'none.pth'], '--segmentor-weights: give --segmentor'),
        (['{in}', '--out-dir', '{in}/a.png'], '--out-dir: nothing can be written to'),
        (['{in}/none*.png'], 'nothing to enhance: the pattern'),
        (['{in}/empty'], 'nothing to enhance: no file of a known kind in the folder'),
        (['{in}/none.mp4'], 'nothing to enhance: there is no file or folder'),
        (['0', '{in}'], '0 is the number of a camera'),
    ],
)
def test_wrong_usage(run, inputs, tmp_path, capsys, arguments, message):
    (inputs / 'empty').mkdir()
    filled = [argument.replace('{in}', str(inputs)) for argument in arguments]
    out = None if '--out-dir' in filled else 'out'
    # The fixture names weights and a device last; here those of the arguments count.
    options = [name for name in ('--weights', '--device') if name in filled]
    status = (
        main([*filled, '--out-dir', str(tmp_path / 'out')]) if options else run(*filled, out=out)
    )
    error = capsys.readouterr().err
    assert status == 2 and f'enhance: error: {message}' in error
    assert not (tmp_path / 'out').exists() or not listed(tmp_path / 'out')


def test_no_output_folder(run, inputs, capsys):
    assert run(inputs, out=None) == 2
    assert '--out-dir: missing' in capsys.readouterr().err


@pytest.mark.parametrize('name', ['a.png', 'sub/c.mp4'])
def test_max_pixels(run, inputs, capsys, name):
    assert run(inputs / name, '--max-pixels', 400) == 1
    assert 'max_pixels=400' in capsys.readouterr().err
    assert run(inputs / name, '--max-pixels', 0) == 0


def test_ctrl_c_leaves_nothing_half_written(run, inputs, tmp_path, capsys, monkeypatch):
    calls = []
    enhance = enhancing.FrameEnhancer.__call__

    def interrupted(self, frame):
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return enhance(self, frame)

    monkeypatch.setattr(enhancing.FrameEnhancer, '__call__', interrupted)
    assert run(inputs, '--compare') == 130
    output = capsys.readouterr()
    assert '2 enhanced' in output.out and '1 of 3 are left' in output.err
    assert listed(tmp_path / 'out') == [
        'a.png',
        'compare/a.png.png',
        'compare/sub/b.jpg.png',
        'sub/b.jpg',
    ]
    monkeypatch.undo()
    assert run(inputs, '--skip-existing') == 0
    assert 'sub/c.mp4' in listed(tmp_path / 'out')


def test_sigint_to_the_process(weights, inputs, tmp_path):
    """Ctrl-C as a shell sends it, amid a long video."""
    make_video(inputs / 'long.avi', 1500)
    process = subprocess.Popen(
        [
            sys.executable,
            str(TOOL),
            str(inputs),
            '--out-dir',
            str(tmp_path / 'out'),
            '--weights',
            weights,
            '--device',
            'cpu',
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ, OMP_NUM_THREADS='1'),
    )
    try:
        deadline = time.monotonic() + 120
        while not list((tmp_path / 'out').glob('.*.avi')) and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        output, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, error
    assert '2 enhanced' in output and '2 of 4 are left' in error
    assert 'Traceback' not in error
    assert listed(tmp_path / 'out') == ['a.png', 'sub/b.jpg']


def test_records_a_camera(run, tmp_path, capsys, monkeypatch):
    calls = []

    def camera(index, enhance, compare, record, advanced):
        calls.append((index, compare))
        make_video(record)
        advanced()
        return 1

    monkeypatch.setattr(runner, 'enhance_camera', camera)
    assert run('0') == 0
    assert calls == [(0, None)]
    (recorded,) = listed(tmp_path / 'out')
    assert recorded.startswith('camera-0-') and recorded.endswith('.mp4')
    assert recorded in capsys.readouterr().out


def test_a_camera_that_is_not_there(run, capsys):
    assert run('99') == 1
    assert 'there is no camera 99' in capsys.readouterr().err


def test_a_camera_without_a_screen(run, capsys, monkeypatch):
    for name in ('DISPLAY', 'WAYLAND_DISPLAY'):
        monkeypatch.delenv(name, raising=False)
    assert run('0', out=None) == 1
    assert 'no screen' in capsys.readouterr().err


def test_help_is_quick_to_come():
    run = subprocess.run(
        [sys.executable, '-X', 'importtime', str(TOOL), '--help'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert '--skip-existing' in run.stdout and 'Exit status' in run.stdout
    assert ' torch\n' not in run.stderr
