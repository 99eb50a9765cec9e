"""The page in a real browser, as its visitors use it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from urllib.request import Request, urlopen

import numpy as np
import pytest
from page_steps import (
    MAX_PIXELS,
    UPLOAD_MB,
    choose,
    choose_option,
    command_result,
    download,
    drop,
    make_photograph,
    paste,
    press,
    wait_for_result,
    wait_for_status,
    wait_until,
)
from PIL import Image

pytestmark = pytest.mark.onedl
TOAST = '[data-testid=toast-body]'


@pytest.fixture(scope='module')
def photograph(tmp_path_factory) -> Path:
    return make_photograph(tmp_path_factory.mktemp('photographs') / 'night.jpg')


def test_a_dropped_file_is_compared_adjusted_and_downloaded(visit, photograph, tmp_path):
    page = visit()
    drop(page, photograph)
    wait_for_result(page, 'night.jpg')
    name, content = download(page)
    assert name == 'night.jpg'
    assert content == command_result(photograph, tmp_path)
    before, after = (image.get_attribute('src') for image in page.query_selector_all('#view img'))
    assert urlopen(before).read() == photograph.read_bytes()
    assert urlopen(after).read() == content
    written = Image.open(io.BytesIO(content))
    assert written.info['icc_profile'] and written.getexif()[0x010F] == 'a maker'

    press(page, '#strength input[type=range]', *['ArrowRight'] * 4)
    # What was there is not offered as the result of the new strength.
    page.wait_for_selector('#download[disabled]')
    wait_for_result(page, 'night.jpg')
    assert download(page)[1] == command_result(photograph, tmp_path, '--strength', '1.2')

    page.locator('#mode label', has_text='fast').click()
    wait_for_status(page, 'full size follows')
    wait_for_result(page, 'night.jpg')
    assert download(page)[1] == command_result(photograph, tmp_path, '--strength', '1.2', '--fast')

    choose_option(page, '#model input', 'scl-lle-curves')
    wait_for_status(page, 'full size follows')
    wait_for_result(page, 'night.jpg')
    assert download(page)[1] == command_result(
        photograph, tmp_path, '--strength', '1.2', '--fast', '--model', 'scl-lle-curves'
    )


def test_a_strength_is_answered_before_the_full_size(visit, photograph):
    page = visit()
    paste(page, photograph)
    wait_for_result(page, 'night.jpg')
    source = page.locator('#view img').nth(1).get_attribute('src')
    press(page, '#strength input[type=range]', 'Home')
    wait_for_status(page, 'Preview')
    page.wait_for_function(
        'old => document.querySelectorAll("#view img")[1].src !== old', arg=source
    )
    wait_for_result(page, 'night.jpg')
    result = np.asarray(Image.open(io.BytesIO(download(page)[1])))
    # A strength of 0 gives the picture back, but for JPEG.
    assert np.abs(result - np.asarray(Image.open(photograph)).astype(int)).mean() < 1


def test_curves_histograms_and_segmentor_are_shown(visit, server):
    page = visit()
    for place in ('#curves img', '#histograms img', '#seen img'):
        content = urlopen(page.locator(place).first.get_attribute('src')).read()
        assert np.asarray(Image.open(io.BytesIO(content)).convert('L')).std() > 5
    rows = page.locator('#legend tr').all_inner_texts()
    assert rows[0].split() == ['class', 'before', 'after']
    assert {row.split()[0] for row in rows[1:]} <= {'sky', 'building', 'road', 'car'}
    for column in (1, 2):
        assert 99 < sum(float(row.split()[column].rstrip('%')) for row in rows[1:]) < 101


def test_several_files_come_back_in_one_archive(visit, tmp_path):
    paths = [make_photograph(tmp_path / f'{number}.jpg', number) for number in range(2)]
    text = tmp_path / 'text.jpg'
    text.write_text('not a picture')
    page = visit()
    choose(page, *paths, text)
    wait_for_result(page, '0.jpg')
    page.click('#pack')
    wait_for_status(page, '2 of 3 files are enhanced')
    assert "'text.jpg' cannot be enhanced: it is no image" in page.inner_text('#status')
    name, content = download(page, '#archive')
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            path.name: command_result(path, tmp_path / 'out') for path in paths
        }
    choose_option(page, '#name input', '1.jpg')
    wait_for_result(page, '1.jpg')


def test_a_video_is_the_commands(visit, server, tmp_path):
    video = tmp_path / 'short.mp4'
    shorten(server.folder / 'examples' / 'drive.mp4', video, frames=6)
    page = visit()
    choose(page, video)
    wait_for_result(page, 'short.mp4')
    name, content = download(page)
    assert name == 'short.mp4'
    # Not the bytes: libx264, on a busy machine, does not always encode the same frames alike.
    command_result(video, tmp_path / 'out')
    (tmp_path / 'download.mp4').write_bytes(content)
    times, frames = decode(tmp_path / 'download.mp4')
    assert (times, len(frames)) == (decode(tmp_path / 'out/short.mp4')[0], 6)
    error = frames - decode(tmp_path / 'out/short.mp4')[1]
    assert 10 * np.log10(255**2 / np.square(error).mean()) > 38
    page.wait_for_function('document.querySelector("#video video")?.readyState > 0')
    # Input, result, and what the segmentor sees in both, side by side.
    assert page.evaluate('document.querySelector("#video video").videoWidth') == 4 * 360
    choose(page, make_photograph(tmp_path / 'after.jpg'))
    wait_for_result(page, 'after.jpg')
    assert page.locator('#view img').count() == 2


def decode(path: Path) -> tuple[list, np.ndarray]:
    from mmscllle.video import open_video

    reader = open_video(path)
    frames = list(reader)
    reader.close()
    return [frame.seconds for frame in frames], np.stack([frame.image for frame in frames]) * 1.0


def shorten(source: Path, target: Path, frames: int) -> None:
    from itertools import islice

    from mmscllle.video import create_video, open_video

    reader = open_video(source)
    with create_video(target, reader.format) as writer:
        for frame in islice(reader, frames):
            writer.write(frame)
    reader.close()


def test_a_text_named_png_is_refused_and_the_page_lives_on(visit, server, photograph, tmp_path):
    text = tmp_path / 'text.png'
    text.write_text('not a picture')
    page = visit()
    choose(page, text)
    message = page.inner_text(TOAST)
    assert "'text.png' cannot be enhanced: it is no image" in message
    assert str(server.folder.parent) not in page.inner_text('body')
    choose(page, photograph)
    wait_for_result(page, 'night.jpg')


def test_what_exceeds_the_limits_is_refused(visit, photograph, tmp_path):
    page = visit()
    large = tmp_path / 'large.jpg'
    large.write_bytes(photograph.read_bytes() + bytes(UPLOAD_MB * 10**6))
    choose(page, large)
    assert 'maximum allowed size' in page.inner_text(TOAST)
    page.locator(f'{TOAST} button').click()
    wide = tmp_path / 'wide.png'
    Image.new('L', (MAX_PIXELS, 2)).save(wide)
    choose(page, wide)
    page.wait_for_function(
        'document.querySelector("[data-testid=toast-body]")?.innerText.includes("pixels")'
    )
    assert 'more than the 1,000,000 that this page takes' in page.inner_text(TOAST)
    choose(page, photograph)
    wait_for_result(page, 'night.jpg')


def test_two_visitors_at_once_get_their_own(visit, server, tmp_path):
    paths = [
        make_photograph(tmp_path / str(number) / 'night.jpg', number)
        for number in range(2)
        if (tmp_path / str(number)).mkdir() is None
    ]
    pages = [visit() for _ in paths]
    for page, path in zip(pages, paths, strict=True):
        choose(page, path)
    for page, path in zip(pages, paths, strict=True):
        wait_for_result(page, 'night.jpg')
        assert download(page)[1] == command_result(path, tmp_path / 'out')
    first, second = (page.locator('#view img').nth(1).get_attribute('src') for page in pages)
    assert len(Path(first).parts[-3]) >= 32 and Path(first).parts[-3] != Path(second).parts[-3]


def test_a_page_that_is_reloaded_or_closed_stops_its_job_and_leaves_nothing(
    visit, server, tmp_path
):
    photograph = make_photograph(tmp_path / 'night.jpg', seed=3)
    # What a program asked for stays until it is old; another test may have done that before.
    wait_until(lambda: not server.visitors, seconds=15)
    visitors, uploads = set(server.visitors), set(server.uploads)
    page = visit()
    page.click('#example-video')
    wait_for_status(page, 'Enhancing drive.mp4')
    assert wait_until(lambda: len(set(server.visitors) - visitors) == 1)
    page.reload()
    page.wait_for_selector('#view img')
    assert wait_until(lambda: set(server.visitors) <= visitors)
    choose(page, photograph)
    wait_for_result(page, 'night.jpg')
    assert len(set(server.visitors) - visitors) == len(set(server.uploads) - uploads) == 1
    page.context.close()
    assert wait_until(lambda: set(server.visitors) <= visitors and set(server.uploads) <= uploads)


def test_a_job_can_be_stopped(visit, server):
    page = visit()
    page.click('#example-video')
    wait_for_status(page, 'Enhancing drive.mp4')
    page.click('#stop')
    assert 'Stopped' in page.inner_text(TOAST)
    page.click('#examples button >> nth=1')
    wait_for_result(page, 'crossing.jpg')


def test_everything_is_reached_by_keyboard(visit, photograph):
    page = visit()
    reached, said = set(), page.inner_text('#status')
    for _ in range(60):
        page.keyboard.press('Tab')
        reached.add(
            page.evaluate(
                '(document.activeElement.closest("[id]:not([id^=component]):not([id^=range])")'
                ' ?? document.activeElement).id'
            )
        )
    assert {
        'upload',
        'folder',
        'strength',
        'mode',
        'stop',
        'view',
        'compare-position',
        'download',
        'pack',
        'examples',
        'example-video',
    } <= reached
    # To pass a control is not to use it.
    wait_for_status(page, said)
    assert page.is_enabled('#download')
    with page.expect_file_chooser() as chosen:
        press(page, '#upload button', 'Enter')
    chosen.value.set_files(str(photograph))
    wait_for_result(page, 'night.jpg')
    press(page, '#compare-position input[type=range]', *['ArrowRight'] * 4)
    page.wait_for_function(
        'document.querySelectorAll("#view img")[1].style.clipPath.includes("70%")'
    )
    with page.expect_download() as started:
        press(page, '#download', 'Enter')
    assert started.value.suggested_filename == 'night.jpg'


def test_controls_and_pictures_have_names(visit):
    page = visit()
    nameless = page.evaluate("""() => [...document.querySelectorAll(
        'button, input:not([type=file]), select, textarea, a[href]')]
        .filter((part) => part.checkVisibility() && !(part.innerText.trim()
            || part.getAttribute('aria-label') || part.title || part.labels?.length
            || part.querySelector('img[alt]:not([alt=""])')))
        .map((part) => part.outerHTML.slice(0, 200))""")
    assert nameless == []
    alts = page.evaluate('[...document.images].map((image) => image.alt)')
    assert len(alts) >= 9 and all(alts)
    assert page.get_attribute('#status', 'aria-live') == 'polite'
    assert page.get_attribute('html', 'lang') == 'en'


@pytest.mark.parametrize('colours', ['light', 'dark'])
def test_it_fits_a_phone_in_the_light_and_in_the_dark(visit, colours):
    page = visit(viewport=dict(width=390, height=844), color_scheme=colours)
    assert page.evaluate('document.documentElement.scrollWidth') <= 390
    background = page.evaluate('getComputedStyle(document.body).backgroundColor')
    channels = [int(value) for value in background[4:-1].split(',')]
    assert max(channels) < 60 if colours == 'dark' else min(channels) > 200


def test_programs_get_what_the_command_gives(server, photograph, tmp_path):
    from gradio_client import Client, handle_file

    client = Client(server.address, verbose=False, download_files=str(tmp_path))
    result = client.predict(
        handle_file(str(photograph)), 'scl-lle', 'fast', 0.8, api_name='/enhance'
    )
    assert Path(result).read_bytes() == command_result(
        photograph, tmp_path / 'out', '--fast', '--strength', '0.8'
    )
    with pytest.raises(Exception, match='must|less than minimum'):
        client.predict(handle_file(str(photograph)), 'scl-lle', 'fast', -1, api_name='/enhance')


@pytest.mark.parametrize('path', ['/etc/passwd', 'http://127.0.0.1:1/picture.jpg'])
def test_programs_cannot_name_what_they_have_not_uploaded(server, path):
    import json

    body = json.dumps(
        dict(data=[dict(path=path, meta=dict(_type='gradio.FileData')), 'scl-lle', 'fast', 1])
    ).encode()
    request = Request(
        f'{server.address}gradio_api/call/enhance', body, {'Content-Type': 'application/json'}
    )
    event = json.loads(urlopen(request).read())['event_id']
    answer = urlopen(f'{server.address}gradio_api/call/enhance/{event}').read().decode()
    assert answer.startswith('event: error') and str(server.folder) not in answer
