"""Open and create video files."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from mmscllle.fileio.opening import open_regular

from .frame import VideoFormat
from .reader import VideoReader
from .writer import VideoWriter

# What the enhanced video may be, in the container of the original.
WRITTEN_SUFFIXES = ('.mp4', '.m4v', '.mov', '.mkv', '.avi', '.webm')
VIDEO_SUFFIXES = (
    *WRITTEN_SUFFIXES,
    '.mpg',
    '.mpeg',
    '.ts',
    '.mts',
    '.m2ts',
    '.wmv',
    '.flv',
    '.3gp',
    '.ogv',
    '.vob',
)
PLAYLISTS = (b'#EXTM3U', b'ffconcat')
TEXT = {*range(9, 14), *range(32, 127)}
# Earlier ones convert colours by the wrong matrix; 19 has other arguments and numbers.
PYAV = '>=17,<19'


def is_video(path: Path) -> bool:
    """Whether a file is taken for a video, by its suffix."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def check_pyav() -> None:
    """Check that PyAV, which reads and writes video, is installed in a version that works.

    Raises:
        ImportError: If it is not.
    """
    try:
        installed = Version(version('av'))
    except PackageNotFoundError:
        installed = None
    if installed is None or installed not in SpecifierSet(PYAV):
        found = f', not {installed}' if installed else ''
        raise ImportError(f"video needs PyAV 17 or 18{found}: pip install 'av{PYAV}'")


def open_video(path: str | os.PathLike) -> VideoReader:
    """Open a video file for reading.

    Args:
        path: The file.

    Returns:
        An iterable of frames, to be closed; see :class:`VideoReader`.

    Raises:
        ImportError: If PyAV is missing.
        OSError: If the file is missing, unreadable or no video that can be decoded.
    """
    check_pyav()
    with open_regular(path) as file:
        start = file.read(64)
    if not start:
        raise OSError(f'{os.fspath(path)!r} is an empty file')
    # FFmpeg would follow a playlist to other files.
    if start.startswith(PLAYLISTS) or not set(start) - TEXT:
        raise OSError(f'{os.fspath(path)!r} is a text, no video')
    return VideoReader(path)


def create_video(
    path: str | os.PathLike, like: VideoFormat, origin: str | os.PathLike | None = None
) -> VideoWriter:
    """Create a video file.

    Args:
        path: The file; its suffix, one of :data:`WRITTEN_SUFFIXES`, decides on the container.
        like: Size and timing of the frames.
        origin: A video whose sound, metadata and chapters are carried over, or None.

    Returns:
        The writer, to be closed; see :class:`VideoWriter`.

    Raises:
        ImportError: If PyAV is missing.
        OSError: If the file cannot be created, or ``origin`` not be read.
    """
    check_pyav()
    return VideoWriter(path, like, origin)


def result_path(path: Path) -> Path:
    """Name of the enhanced video: a container that is not written is put into Matroska."""
    if path.suffix.lower() in WRITTEN_SUFFIXES:
        return path
    return path.with_name(f'{path.name}.mkv')
