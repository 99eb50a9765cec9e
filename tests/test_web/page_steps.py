"""What a visitor of the page does."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from mmscllle.command_line.enhance import main

# Limits of the tested page: small, so that tests reach them.
UPLOAD_MB, MAX_PIXELS = 2, 1_000_000
SAYS = 'document.querySelector("#status").innerText.includes(%r)'
GIVE = """([selector, type, name, content]) => {
  const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: 'image/jpeg' }));
  const target = selector ? document.querySelector(selector) : document;
  target.dispatchEvent(type === 'paste'
    ? new ClipboardEvent(type, { clipboardData: transfer, bubbles: true })
    : new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def make_photograph(path: Path, seed: int = 0, size: tuple[int, int] = (300, 400)) -> Path:
    """Write a dark JPEG with a profile and EXIF data."""
    rng = np.random.default_rng(seed)
    low = rng.integers(0, 90, size=(size[0] // 20, size[1] // 20, 3), dtype=np.uint8)
    picture = Image.fromarray(low).resize(size[::-1], Image.BICUBIC)
    exif = Image.Exif()
    exif[0x010F] = 'a maker'
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    picture.save(path, exif=exif, icc_profile=profile, quality=92)
    return path


def command_result(source: Path, folder: Path, *options: str) -> bytes:
    """What the command makes of a file."""
    assert main([str(source), '--out-dir', str(folder), '--overwrite', *options]) == 0
    return (folder / source.name).read_bytes()


def drop(page, path: Path) -> None:
    """Drop a file where the page takes them."""
    give(page, path, '#upload button', 'drop')


def paste(page, path: Path) -> None:
    """Paste a picture anywhere on the page."""
    give(page, path, '', 'paste')


def give(page, path: Path, selector: str, kind: str) -> None:
    content = base64.b64encode(path.read_bytes()).decode()
    page.evaluate(GIVE, [selector, kind, path.name, content])


def choose(page, *paths: Path) -> None:
    """Choose files in the browser's dialog."""
    page.set_input_files('#upload input[type=file]', [str(path) for path in paths])


def wait_for_status(page, text: str) -> None:
    """Wait until the page says something."""
    page.wait_for_function(SAYS % text)


def wait_for_result(page, name: str) -> None:
    """Wait until a file can be downloaded."""
    wait_for_status(page, f'{name} is enhanced')
    page.wait_for_selector('#download:not([disabled])')


def press(page, selector: str, *keys: str) -> None:
    """Focus an element and press keys."""
    page.locator(selector).focus()
    for key in keys:
        page.keyboard.press(key)


def choose_option(page, selector: str, text: str) -> None:
    """Choose from a list by keyboard."""
    page.locator(selector).focus()
    page.wait_for_selector('[role=option]:visible')
    active = page.locator(f'[role=option].active[aria-label="{text}"]:visible')
    for _ in range(10):
        if active.count():
            break
        page.keyboard.press('ArrowDown')
        page.wait_for_timeout(50)
    page.keyboard.press('Enter')
    page.wait_for_function(
        '([selector, text]) => document.querySelector(selector).value === text',
        arg=[selector, text],
    )


def download(page, selector: str = '#download') -> tuple[str, bytes]:
    """Download; return the name and the content."""
    with page.expect_download() as started:
        page.click(selector)
    return started.value.suggested_filename, Path(started.value.path()).read_bytes()


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait until something holds; return whether it does.

    A job does not stop while code is compiled, for its first picture.
    """
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.1)
    return holds()
