"""What OpenCV cannot write, done by the program ffmpeg where it is installed."""
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

# Encoders that every build of ffmpeg has and that know odd sizes.
CROPPED = {'.webm': ('-c:v', 'libvpx', '-crf', '8', '-b:v', '10M')}
CROPPED_BY_DEFAULT = ('-c:v', 'mpeg4', '-q:v', '2')


def finish_with_ffmpeg(video: Path, sound: str | os.PathLike | None,
                       size: tuple[int, int] | None) -> list[str]:
    """Add the sound of another video, and cut off what was added to make the size even.

    Args:
        video: The video, replaced by the finished one.
        sound: The one that has the sound, or none; None: no sound is wanted.
        size: Height and width to cut to; None: it is right.

    Returns:
        What could not be done.
    """
    if sound is None and size is None:
        return []
    program = shutil.which('ffmpeg')
    if program is None:
        return _undone(sound, size, 'install the Python package av (pip install av) or ffmpeg')
    codec: tuple[str, ...] = ('-c', 'copy')
    if size is not None:
        codec = (*CROPPED.get(video.suffix.lower(), CROPPED_BY_DEFAULT), '-c:a', 'copy',
                 '-vf', 'crop={1}:{0}:0:0:exact=1'.format(*size))
    source = [] if sound is None else [
        '-i', os.fspath(sound), '-map', '0:v', '-map', '1:a?', '-map_metadata', '1']
    finished = video.with_name(f'{video.stem}-finished{video.suffix}')
    try:
        subprocess.run(
            [program, '-nostdin', '-v', 'error', '-y', '-i', str(video), *source, *codec,
             str(finished)], check=True, capture_output=True, text=True, errors='replace')
        os.replace(finished, video)
    except (OSError, subprocess.CalledProcessError) as error:
        return _undone(sound, size, ' '.join((getattr(error, 'stderr', '') or str(error)).split()))
    finally:
        if finished.exists():
            finished.unlink()
    return []


def _undone(sound: str | os.PathLike | None, size: tuple[int, int] | None,
            reason: str) -> list[str]:
    notes = []
    if sound is not None:
        notes.append(f'its sound, if it has any, is not carried over: {reason}')
    if size is not None:
        notes.append(f'a row or column is added to its odd size: {reason}')
    return notes
