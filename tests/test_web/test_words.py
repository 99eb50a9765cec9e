from __future__ import annotations

from pathlib import Path

import pytest

from mmscllle.web.words import describe

FOLDER = Path('/srv/x/visitors/abc')


@pytest.mark.parametrize(
    ('error', 'text'),
    [
        (
            ValueError("'/srv/x/visitors/abc/in/a.png' cannot be enhanced: it is no image"),
            "'a.png' cannot be enhanced: it is no image",
        ),
        (
            OSError(28, 'No space left on device', '/srv/x/visitors/abc/r/a b.png'),
            "[Errno 28] No space left on device: 'a b.png'",
        ),
        (ValueError("'/elsewhere/deep/weights.pth' does not fit"), "'weights.pth' does not fit"),
        (
            ValueError(
                'it claims 9 x 9 = 81 pixels, more than max_pixels=50; a small file with such'
            ),
            'it claims 9 x 9 = 81 pixels, more than the 50 that this page takes; reduce it',
        ),
        (
            KeyError('/srv/secret/key'),
            'This went wrong on the server, whose log says why. Try another file or model.',
        ),
        (ValueError('1/2 of 3/4 is read, and/or more'), '1/2 of 3/4 is read, and/or more'),
    ],
)
def test_errors_name_files_without_their_folders(error, text):
    assert describe(error, FOLDER) == text
