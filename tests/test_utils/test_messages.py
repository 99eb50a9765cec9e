from __future__ import annotations

import os

import pytest

from mmscllle.utils.messages import one_line, printable


@pytest.mark.parametrize(
    ('error', 'text'),
    [
        (ValueError('a\n b'), 'a b'),
        (OSError(2, 'Not here', 'a.png'), "[Errno 2] Not here: 'a.png'"),
        (ImportError('needs av'), 'needs av'),
        (ValueError(), 'ValueError'),
        (KeyError('a'), "KeyError: 'a'"),
        (MemoryError(), 'MemoryError'),
    ],
)
def test_one_line(error, text):
    assert one_line(error) == text


def test_names_do_not_steer_the_terminal():
    assert printable('ä b\x1b[2J\n.png') == 'ä b\\x1b[2J\\n.png'
    assert printable(os.fsdecode(b'a\xff')) == 'a\\udcff'
