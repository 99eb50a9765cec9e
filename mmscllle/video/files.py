"""Open and create video files with the best library that is there."""
from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.version import Version

from mmscllle.fileio.opening import open_regular

from .frame import VideoFormat
from .opencv_files import OpenCVReader, OpenCVWriter
from .pyav_reader import PyAVReader
from .pyav_writer import PyAVWriter

# What the enhanced video may be, in the container of the original.
WRITTEN_SUFFIXES = ('.mp4', '.m4v', '.mov', '.mkv', '.avi', '.webm')
VIDEO_SUFFIXES = (*WRITTEN_SUFFIXES, '.mpg', '.mpeg', '.ts', '.mts', '.m2ts', '.wmv', '.flv',
                  '.3gp', '.ogv', '.vob')
PLAYLISTS = (b'#EXTM3U', b'ffconcat')
TEXT = {*range(9, 14), *range(32, 127)}
# Earlier ones convert colours by the wrong matrix.
OLDEST_PYAV = Version('17')


def has_pyav() -> bool:
    """Whether PyAV, which keeps all of a video, is installed in a version that works."""
    try:
        return Version(version('av')) >= OLDEST_PYAV
    except PackageNotFoundError:
        return False


def open_video(path: str | os.PathLike) -> PyAVReader | OpenCVReader:
    """Open a video file for reading.

    Args:
        path: The file.

    Returns:
        An iterable of frames, to be closed; see :class:`PyAVReader`.

    Raises:
        OSError: If the file is missing, unreadable or no video that can be decoded.
    """
    # OpenCV would not say why.
    with open_regular(path) as file:
        start = file.read(64)
    if not start:
        raise OSError(f'{os.fspath(path)!r} is an empty file')
    # FFmpeg would follow a playlist to other files.
    if start.startswith(PLAYLISTS) or not set(start) - TEXT:
        raise OSError(f'{os.fspath(path)!r} is a text, no video')
    # Absolute, so that no name is taken for a protocol (concat:a.mp4).
    return (PyAVReader if has_pyav() else OpenCVReader)(os.path.abspath(path))


def create_video(path: str | os.PathLike, like: VideoFormat,
                 sound: str | os.PathLike | None = None) -> PyAVWriter | OpenCVWriter:
    """Create a video file.

    Args:
        path: The file; its suffix, one of :data:`WRITTEN_SUFFIXES`, decides on the container.
        like: Size and timing of the frames.
        sound: A video whose sound is carried over; None: no sound.

    Returns:
        The writer, to be closed; see :class:`PyAVWriter`.

    Raises:
        OSError: If the file cannot be created.
    """
    return (PyAVWriter if has_pyav() else OpenCVWriter)(path, like, sound)


def result_path(path: Path) -> Path:
    """Name of the enhanced video: a container that is not written is put into Matroska."""
    if path.suffix.lower() in WRITTEN_SUFFIXES:
        return path
    return path.with_name(f'{path.name}.mkv')
