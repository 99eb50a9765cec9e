"""One server and one browser for all tests of the page."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from page_steps import MAX_PIXELS, UPLOAD_MB

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Server:
    """A running page.

    Attributes:
        address: Of the page.
        folder: Where all its files lie.
        pid: Of its process.
    """

    address: str
    folder: Path
    pid: int

    @property
    def visitors(self) -> list[Path]:
        """The folders of visitors that are there."""
        return sorted((self.folder / 'visitors').glob('*'))

    @property
    def uploads(self) -> list[Path]:
        """The uploads that are there."""
        return [
            path
            for path in self.folder.glob('*/*')
            if path.parent.name not in ('visitors', 'examples')
        ]


@pytest.fixture(scope='session')
def server(
    tmp_path_factory: pytest.TempPathFactory, tiny_segmentor: tuple[str, str]
) -> Iterator[Server]:
    """The page, served by ``tools/webui.py`` with small limits and a small segmentor."""
    temporary = tmp_path_factory.mktemp('web')
    config, weights = tiny_segmentor
    log = temporary / 'log.txt'
    # A chromium that is behind a proxy, or a server that looks for one, would leave the machine.
    env = {
        **os.environ,
        'TMPDIR': str(temporary),
        'OMP_NUM_THREADS': '1',
        'PYTHONPATH': str(ROOT),
        'no_proxy': '127.0.0.1',
    }
    with open(log, 'w') as output:
        process = subprocess.Popen(
            [
                sys.executable,
                '-W',
                'ignore',
                str(ROOT / 'tools' / 'webui.py'),
                '--upload-mb',
                str(UPLOAD_MB),
                '--max-pixels',
                str(MAX_PIXELS),
                '--waiting',
                '100',
                '--seconds',
                '60',
                '--segmentor',
                config,
                '--segmentor-weights',
                weights,
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
        )
    try:
        address = wait_for_address(process, log)
        (folder,) = temporary.glob('mmscllle-web-*')
        yield Server(address, folder, process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 130, log.read_text()
        assert not folder.exists()
    finally:
        process.kill()
        process.wait()


def wait_for_address(process: subprocess.Popen, log: Path) -> str:
    for _ in range(600):
        found = re.search(r'serving on (\S+),', log.read_text())
        if found:
            return found[1]
        try:
            process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(f'the page is not served: {log.read_text()}')


@pytest.fixture(scope='session')
def browser():
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which('chromium')
    if chromium is None:
        pytest.skip('needs Chromium: apt-get install chromium')
    with sync_playwright() as playwright:
        # Root, and containers without user namespaces, have no sandbox.
        browser = playwright.chromium.launch(executable_path=chromium, args=['--no-sandbox'])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, server: Server):
    """Opens the page as another visitor each time; foreign requests make the test fail."""
    contexts, foreign = [], []

    def open_page(**options):
        contexts.append(
            browser.new_context(**{'viewport': dict(width=1280, height=900), **options})
        )
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.on(
            'request',
            lambda request: (
                foreign.append(request.url)
                if not request.url.startswith((server.address, 'data:', 'blob:'))
                else None
            ),
        )
        page.goto(server.address)
        page.wait_for_selector('#view img')
        # page.js, which describes pictures and takes pasted ones, runs after they are drawn.
        page.wait_for_selector('#status[aria-live]', state='attached')
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert foreign == []
