"""All visitors of the page, and when what is kept for them goes."""

from __future__ import annotations

import secrets
import shutil
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Event, RLock, Thread

from .jobs import REPLACED, STOPPED, Job
from .limits import Limits
from .memory import give_back_memory
from .preview import Preview
from .session import Session, Shown

# So many prepared previews stay in memory; others are prepared again when they are wanted.
KEPT_PREVIEWS = 16
# Seconds between two looks at what is no longer used.
ROUND = 10
# Seconds in which a job ends that is told to.
PATIENCE = 20
# Seconds in which requests may still come of a page that is closed; nobody could reopen it so fast.
LATE = 10
# Folders below the root; the others are those of Gradio's uploads.
VISITORS, EXAMPLES = 'visitors', 'examples'


class Sessions:
    """All visitors.

    A visitor's files are removed when the page is closed, as soon as the running job has ended,
    or when nothing has been asked for :attr:`Limits.idle` seconds.

    Args:
        root: The folder of all files, which is also that of Gradio's uploads.
        limits: The limits.
        shown: What a fresh page shows.
    """

    def __init__(self, root: Path, limits: Limits, shown: Shown | None = None) -> None:
        self.root = root
        self._shown = shown
        self.limits = limits
        self._sessions: dict[str, Session] = {}
        self._previews: OrderedDict[str, Preview] = OrderedDict()
        # When visitors have left.
        self._gone: dict[str, float] = {}
        self._lock = RLock()
        self._in_use = 0
        self._has_closed = False
        self._left = Condition(self._lock)
        self._over = Event()
        Thread(target=self._watch, daemon=True).start()

    def __len__(self) -> int:
        return len(self._sessions)

    @contextmanager
    def visit(self, key: str) -> Iterator[Session]:
        """Within it a visitor's session is in use, and stays.

        Args:
            key: What tells the visitor from others.

        Yields:
            The session, made anew if there is none; a closed one if the visitor has just left.
        """
        with self._lock:
            session = self._sessions.get(key)
            if session is None:
                session = Session(self.root / VISITORS / secrets.token_urlsafe(24), self._shown)
                session.closed = time.monotonic() - self._gone.get(key, -LATE) < LATE
                if not session.closed:
                    self._sessions[key] = session
            session.users += 1
            self._in_use += 1
            session.used = time.monotonic()
        try:
            yield session
        finally:
            with self._lock:
                session.users -= 1
                session.used = time.monotonic()
                if session.closed:
                    # What the job has written since.
                    session.clear()
                self._in_use -= 1
                self._left.notify_all()

    @contextmanager
    def work(self, key: str) -> Iterator[tuple[Session, Job]]:
        """Within it a new job of a visitor runs; the visitor's former one is ended."""
        with self.visit(key) as session:
            yield session, self.begin(session)

    def begin(self, session: Session) -> Job:
        """End a session's job and begin another."""
        with self._lock:
            if session.job is not None:
                session.job.end(REPLACED)
            session.job = Job(self.limits.seconds)
            if session.closed or self._over.is_set():
                session.job.end(STOPPED)
            return session.job

    def stop(self, key: str, why: str = STOPPED) -> None:
        """End the job of a visitor, if there is one."""
        with self._lock:
            session = self._sessions.get(key)
            if session is not None and session.job is not None:
                session.job.end(why)

    def close(self, key: str) -> None:
        """A visitor has left: end the job and remove the files."""
        with self._lock:
            now = time.monotonic()
            self._gone = {gone: since for gone, since in self._gone.items() if now - since < LATE}
            self._gone[key] = now
            self.stop(key)
            session = self._sessions.pop(key, None)
            self._previews.pop(key, None)
            if session is not None:
                session.closed = self._has_closed = True
                session.clear()

    def keep_preview(self, key: str, preview: Preview) -> None:
        """Keep the prepared preview of a visitor's picture in memory."""
        with self._lock:
            if key in self._sessions:
                self._previews[key] = preview
                self._previews.move_to_end(key)
                while len(self._previews) > KEPT_PREVIEWS:
                    self._previews.popitem(last=False)

    def find_preview(self, key: str) -> Preview | None:
        """The prepared preview of a visitor's picture, if it is still in memory."""
        with self._lock:
            return self._previews.get(key)

    def drop_preview(self, key: str) -> None:
        """Forget the prepared preview of a visitor."""
        with self._lock:
            self._previews.pop(key, None)

    def close_all(self) -> None:
        """End all, and wait for the jobs that are at work."""
        self._over.set()
        for key in list(self._sessions):
            self.close(key)
        with self._left:
            self._left.wait_for(lambda: not self._in_use, PATIENCE)

    def remove_old(self) -> None:
        """Close sessions without requests, and remove uploads that nobody has opened."""
        now = time.monotonic()
        with self._lock:
            idle = [
                key
                for key, session in self._sessions.items()
                if not session.users and now - session.used > self.limits.idle
            ]
        for key in idle:
            self.close(key)
        with self._lock:
            alive = {session.folder for session in self._sessions.values()}
            for folder in (self.root / VISITORS).glob('*'):
                if folder not in alive:
                    shutil.rmtree(folder, ignore_errors=True)
        for path in self.root.glob('*/*'):
            if path.parent.name not in (VISITORS, EXAMPLES):
                _remove_unused(path, self.limits.idle)

    def _watch(self) -> None:
        while not self._over.wait(min(ROUND, self.limits.idle / 2)):
            self.remove_old()
            if self._has_closed and not self._in_use:
                self._has_closed = False
                give_back_memory()


def _remove_unused(upload: Path, seconds: float) -> None:
    """Remove an upload that is of such an age and that no session has a link to."""
    try:
        stat = upload.stat()
        if stat.st_nlink == 1 and time.time() - stat.st_ctime > seconds:
            upload.unlink()
    except OSError:
        pass
