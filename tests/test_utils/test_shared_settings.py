from __future__ import annotations

import threading
from types import SimpleNamespace

from mmscllle.utils.shared_settings import SharedSettings


def test_the_last_of_several_threads_restores():
    owner = SimpleNamespace(tf32=True)
    settings = SharedSettings((owner, 'tf32', False))
    inside, leave = threading.Event(), threading.Event()

    def work() -> None:
        with settings:
            inside.set()
            leave.wait()

    other = threading.Thread(target=work)
    with settings:
        other.start()
        inside.wait()
    assert owner.tf32 is False
    leave.set()
    other.join()
    assert owner.tf32 is True


def test_restored_after_an_error():
    owner = SimpleNamespace(tf32=True)
    settings = SharedSettings((owner, 'tf32', False))
    try:
        with settings:
            raise ValueError
    except ValueError:
        pass
    assert owner.tf32 is True
