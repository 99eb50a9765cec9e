"""The page's work without a browser."""

from __future__ import annotations

import re
import time
import zipfile
from fractions import Fraction

import numpy as np
import pytest
from page_steps import command_result, make_photograph
from PIL import Image

from mmscllle.fileio import Photograph, read_photograph, write_photograph
from mmscllle.video import Frame, VideoFormat, create_video
from mmscllle.web.enhancing import Enhancing
from mmscllle.web.histograms import histogram_plot
from mmscllle.web.jobs import STOPPED, Job, JobEndedError
from mmscllle.web.limits import Limits
from mmscllle.web.models import Models
from mmscllle.web.preview import SIDE, Preview, to_screen
from mmscllle.web.sessions import Sessions
from mmscllle.web.view import Choice

MAX_PIXELS = 2**24


@pytest.fixture(scope='module')
def models():
    return Models('cpu', {}, MAX_PIXELS)


def test_shipped_models_and_those_with_weights_at_hand_are_offered(models, shared):
    assert models.names == [
        'scl-lle',
        'scl-lle-paired',
        'scl-lle-night',
        'scl-lle-dusk',
        'scl-lle-curves',
    ]
    weights = str(shared / 'checkpoints/peers/iat_lol_v1.pth')
    more = Models('cpu', {'iat-lol-v1': weights}, MAX_PIXELS)
    assert more.names == [*models.names, 'iat-lol-v1']
    assert more.modes('iat-lol-v1') == ('exact',) and more.modes('scl-lle') == ('exact', 'fast')


def test_what_is_not_offered_is_named(models):
    with pytest.raises(ValueError, match="there is no model 'sci-easy' on this page; choose one"):
        models.get('sci-easy', 'exact')
    with pytest.raises(ValueError, match="must be one of exact, fast, got 'slow'"):
        models.get('scl-lle', 'slow')
    with pytest.raises(ValueError, match='nor a model of that name'):
        Models('cpu', {'unknown': 'x'}, MAX_PIXELS)
    with pytest.raises(FileNotFoundError, match="there is no file 'x' for iat-lol-v1"):
        Models('cpu', {'iat-lol-v1': 'x'}, MAX_PIXELS)


@pytest.mark.parametrize('model', ['scl-lle', 'scl-lle-curves'])
def test_a_preview_estimates_once_and_gives_each_strength(models, tmp_path, model):
    photograph = read_photograph(make_photograph(tmp_path / 'night.jpg'))
    inferencer = models.get(model, 'fast')

    class Counted:
        device, estimates = inferencer.engine.device, 0

        def prepare(self, images):
            self.estimates += 1
            return inferencer.engine.prepare(images)

    engine = Counted()
    preview = Preview(photograph, engine, (tmp_path, model))
    for strength in (0, 0.5, 1, 1.5):
        (whole,) = inferencer.forward([photograph], strength)
        np.testing.assert_array_equal(preview(strength), whole.frames[0])
    assert engine.estimates == 1


def test_a_preview_answers_within_a_fifth_of_a_second(models, tmp_path):
    source = make_photograph(tmp_path / 'night.jpg', size=(1280, 1920))
    enhancing = Enhancing(models, MAX_PIXELS)
    preview = enhancing.prepare_preview(source, 'scl-lle', Job(60))
    assert preview.before.shape == (640, SIDE, 3)
    seconds = []
    for strength in np.linspace(0, 2, 12):
        start = time.perf_counter()
        enhancing.show_preview(preview, strength, tmp_path)
        seconds.append(time.perf_counter() - start)
    # The quickest, since the machine may be busy.
    assert min(seconds) < 0.2


def test_pictures_of_other_formats_are_shown_as_png_and_kept_as_they_are(models, tmp_path):
    deep = np.random.default_rng(0).integers(0, 9000, size=(40, 60, 3), dtype=np.uint16)
    source = tmp_path / 'night.tiff'
    write_photograph(Photograph([deep], 'TIFF'), source)
    enhancing, job, choice = Enhancing(models, MAX_PIXELS), Job(60), Choice('scl-lle', 'fast', 0.7)
    preview = enhancing.prepare_preview(source, 'scl-lle', job)
    first, view = [
        vars(view).copy()
        for view in enhancing.show_picture(source, choice, preview, tmp_path / 'results', job)
    ]
    assert first['curves'] is None and not first['is_complete'] and view['is_complete']
    assert view['result'].read_bytes() == command_result(
        source, tmp_path / 'command', '--fast', '--strength', '0.7'
    )
    np.testing.assert_array_equal(
        read_photograph(view['before']).frames[0], (deep >> 8).astype(np.uint8)
    )
    assert read_photograph(view['curves']).size == (480, 480)


@pytest.fixture
def clips(tmp_path):
    """A video, the same one cut off, and one whose result has the name of the first."""
    noise = np.random.default_rng(0).integers(90, size=(24, 48, 64, 3), dtype=np.uint8)
    paths = [tmp_path / name for name in ('clip.ts.mkv', 'cut.avi', 'clip.ts')]
    for path in paths:
        # What is written has no other containers.
        written = path.with_suffix('.mkv') if path.suffix == '.ts' else path
        with create_video(written, VideoFormat(48, 64, Fraction(12))) as writer:
            for number, image in enumerate(noise):
                writer.write(Frame(image, Fraction(number, 12)))
        written.rename(path)
    content = paths[1].read_bytes()
    paths[1].write_bytes(content[: len(content) // 2])
    return paths


def test_an_archive_has_all_results_and_says_what_they_lack(models, clips, tmp_path):
    pictures = [tmp_path / name for name in ('night.png', 'night', 'Night.png')]
    for path in pictures:
        picture = Image.fromarray(np.full((30, 40, 3), 9, np.uint8))
        picture.save(path, 'PNG', icc_profile=b'x' * 16 + b'GRAY' + b'x' * 108)
    (tmp_path / 'out').mkdir()
    archive, failures, notes = Enhancing(models, MAX_PIXELS).pack(
        [*clips, *pictures],
        Choice('scl-lle'),
        tmp_path / 'out',
        Job(60),
        lambda done, total: None,
    )
    with zipfile.ZipFile(archive) as packed:
        assert packed.namelist() == [
            'clip.ts.mkv',
            'cut.avi',
            'clip.ts-2.mkv',
            'night.png',
            'night-2.png',
            'Night-3.png',
        ]
    assert list(failures) == ['cut.avi']
    assert re.match(r'cut.avi: only \d+ of 24 frames could be read', str(failures['cut.avi']))
    lost = 'its ICC profile is not kept: it is of grey, and the result has colours'
    assert notes[-3:] == [f'{path.name}: {lost}' for path in pictures]


@pytest.mark.onedl
def test_a_program_is_told_of_a_cut_off_video(models, clips, tmp_path):
    import gradio as gr

    from mmscllle.web.visits import Visits

    sessions = Sessions(tmp_path / 'page', Limits())
    visits = Visits(Enhancing(models, MAX_PIXELS), sessions, None)
    with pytest.raises(gr.Error, match='cut.avi: only .* of 24 frames could be read'):
        visits.call(str(clips[1]), Choice('scl-lle'), 'key')
    sessions.close_all()


def test_work_ends_with_its_job(models, tmp_path):
    source = make_photograph(tmp_path / 'night.jpg')
    job = Job(60)
    job.end(STOPPED)
    with pytest.raises(JobEndedError, match=STOPPED):
        Enhancing(models, MAX_PIXELS).enhance(source, Choice('scl-lle'), tmp_path / 'out', job)
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize(
    ('frame', 'expected'),
    [
        (np.full((1, 2, 1), 7, np.uint8), [7, 7, 7]),
        (np.array([[[256, 512, 65535, 0]]], np.uint16), [1, 2, 255]),
        (np.array([[[0, 0.5, 1]]], np.float32), [0, 128, 255]),
    ],
)
def test_any_pixels_are_shown_as_rgb(frame, expected):
    shown = to_screen(frame)
    assert shown.dtype == np.uint8 and shown.shape == (*frame.shape[:2], 3)
    assert shown[0, 0].tolist() == expected


def test_histograms_differ_by_channel_and_picture():
    dark = np.zeros((8, 8, 3), np.uint8)
    red = dark + np.array([255, 0, 0], np.uint8)
    plots = [histogram_plot(before, after) for before, after in ((dark, dark), (dark, red))]
    assert plots[0].shape == (480, 480, 3)
    # The upper half is that of the picture before.
    assert (plots[0][:230] == plots[1][:230]).all()
    assert (plots[0][260:] != plots[1][260:]).any()
