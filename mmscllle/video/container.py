"""Open the container of a video with PyAV."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.container import InputContainer

# FFmpeg's names of what is read: no playlists, no descriptions of streams, which lead elsewhere.
FORMATS = (
    'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegvideo,mpegts,asf,flv,ogg,m4v,h264,'
    'hevc,mxf,dv,gif,ivf,nut'
)
# Texts of AVI are in any encoding: bytes that are no UTF-8 are read so, and written as they came.
TEXT_ERRORS = 'surrogateescape'


def open_container(path: str | os.PathLike) -> InputContainer:
    """Open the container of a video for reading.

    Args:
        path: The file.

    Returns:
        PyAV's container, to be closed.

    Raises:
        OSError: If it is none of :data:`FORMATS`, or damaged; it names the file.
    """
    import av

    try:
        # Absolute, so that no name is taken for a protocol (concat:a.mp4).
        return av.open(
            os.path.abspath(path),
            options=dict(format_whitelist=FORMATS),
            metadata_errors=TEXT_ERRORS,
        )
    except av.error.FFmpegError as error:
        raise OSError(f'{os.fspath(path)!r} is no video, or damaged: {error.strerror}') from error
