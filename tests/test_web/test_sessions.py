from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mmscllle.web.jobs import REPLACED, STOPPED, JobEndedError
from mmscllle.web.limits import Limits
from mmscllle.web.session import KEPT_RESULTS
from mmscllle.web.sessions import Sessions


@pytest.fixture
def sessions(tmp_path):
    sessions = Sessions(tmp_path, Limits(idle=100))
    yield sessions
    sessions.close_all()


def upload(root: Path, name: str = 'night.jpg') -> Path:
    path = root / 'hash' / name
    path.parent.mkdir(exist_ok=True)
    path.write_text('content')
    return path


def test_a_closed_session_leaves_nothing(sessions, tmp_path):
    path = upload(tmp_path)
    with sessions.visit('one') as session:
        session.take([path])
        assert session.inputs['night.jpg'].read_text() == 'content'
        assert len(session.folder.name) >= 32
    sessions.close('one')
    assert list((tmp_path / 'visitors').iterdir()) == [] and not path.parent.exists()
    assert len(sessions) == 0


def test_an_upload_that_another_has_opened_stays_for_him(sessions, tmp_path):
    path = upload(tmp_path)
    for key in ('one', 'two'):
        with sessions.visit(key) as session:
            session.take([path])
    sessions.close('one')
    assert path.exists() and session.inputs['night.jpg'].read_text() == 'content'
    sessions.close('two')
    assert not path.exists()


def test_an_upload_of_the_same_name_and_content_that_comes_later_is_not_removed(sessions, tmp_path):
    path = upload(tmp_path)
    with sessions.visit('one') as session:
        session.take([path])
    # Gradio moves an upload over the one before.
    fresh = upload(tmp_path, 'temporary')
    os.replace(fresh, path)
    sessions.close('one')
    assert path.read_text() == 'content'


def test_files_of_one_name_are_told_apart(sessions, tmp_path):
    first = upload(tmp_path)
    second = tmp_path / 'other' / 'night.jpg'
    second.parent.mkdir()
    second.write_text('other')
    with sessions.visit('one') as session:
        session.take([first, second])
        assert {name: path.read_text() for name, path in session.inputs.items()} == {
            'night.jpg': 'content',
            'night (2).jpg': 'other',
        }
        with pytest.raises(FileNotFoundError, match="'gone.jpg' has gone; drop it again"):
            session.take([tmp_path / 'gone.jpg'])


def test_a_job_of_a_closed_session_ends_and_what_it_wrote_since_goes(sessions, tmp_path):
    with sessions.work('one') as (session, job):
        sessions.close('one')
        (session.new_folder() / 'late').write_text('')
        with pytest.raises(JobEndedError, match=STOPPED):
            job.check()
        assert session.folder.exists()
    assert not session.folder.exists()


def test_a_request_that_comes_after_its_page_is_closed_leaves_nothing(
    sessions, tmp_path, monkeypatch
):
    # One was opened before, one was not.
    with sessions.visit('one'):
        pass
    for key in ('one', 'two'):
        sessions.close(key)
        with sessions.work(key) as (session, job):
            session.take([upload(tmp_path)])
            session.new_folder()
            with pytest.raises(JobEndedError, match=STOPPED):
                job.check()
        assert len(sessions) == 0
        assert list((tmp_path / 'visitors').iterdir()) == []
    # A page that was cut off for a time is welcome again.
    monkeypatch.setattr('mmscllle.web.sessions.LATE', 0)
    with sessions.work('one') as (_, job):
        job.check()
    assert len(sessions) == 1


def test_a_newer_job_replaces_the_former(sessions):
    with sessions.work('one') as (_, first), sessions.work('two') as (_, other):
        with sessions.work('one') as (_, second):
            with pytest.raises(JobEndedError, match=REPLACED):
                first.check()
            second.check()
            other.check()
            sessions.stop('one')
            with pytest.raises(JobEndedError, match=STOPPED):
                second.check()


def test_only_the_last_results_are_kept(sessions):
    with sessions.visit('one') as session:
        folders = [session.new_folder() for _ in range(KEPT_RESULTS + 2)]
    assert [folder.exists() for folder in folders] == [False] * 2 + [True] * KEPT_RESULTS


def test_what_is_not_used_goes_after_a_time(tmp_path):
    sessions = Sessions(tmp_path, Limits(idle=0.2))
    path = upload(tmp_path)
    with sessions.work('busy') as (busy, _):
        with sessions.visit('idle') as idle:
            idle.new_folder()
        busy.new_folder()
        time.sleep(0.3)
        sessions.remove_old()
        assert not idle.folder.exists() and busy.folder.exists() and not path.exists()
    sessions.close_all()


def test_limits_are_positive():
    with pytest.raises(ValueError, match='workers must be positive and finite, got 0'):
        Limits(workers=0)
