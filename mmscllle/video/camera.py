"""Enhance what a camera sees."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from itertools import chain
from time import monotonic
from types import TracebackType

import cv2

from mmscllle.fileio import atomic_path

from .comparison import Comparison
from .files import check_pyav, create_video
from .frame import Frame, VideoFormat
from .frame_enhancer import FrameEnhancer
from .writer import VideoWriter

TITLE = 'mmscllle: q ends'
END_KEYS = (ord('q'), ord('Q'), 27)
# Of cameras that do not say.
USUAL_RATE = 30
MILLISECOND = Fraction(1, 1000)


def enhance_camera(
    index: int,
    enhance: FrameEnhancer,
    compare: Comparison | None = None,
    record: str | os.PathLike | None = None,
    advanced: Callable[[], None] = lambda: None,
) -> int:
    """Show or record the enhanced pictures of a camera, until q is pressed or Ctrl-C.

    Args:
        index: Number of the camera.
        enhance: Enhances the pictures.
        compare: Shows or records a comparison instead.
        record: The video file to record to, with the times at which pictures come; None: a
            window is shown.
        advanced: Called after each picture.

    Returns:
        How many pictures there were.

    Raises:
        ImportError: If it is to be recorded and PyAV is missing.
        OSError: If there is no such camera, it gives no pictures or stops to, there is no screen,
            or the file cannot be written.  What was recorded is kept.
    """
    if record is None:
        check_screen()
    else:
        check_pyav()
    count = 0
    with ExitStack() as stack:
        capture = cv2.VideoCapture(index)
        stack.callback(capture.release)
        if not capture.isOpened():
            raise OSError(f'there is no camera {index}, or another program uses it')
        # Else the pictures that wait are old.
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        try:
            frames = read_camera(capture)
            first = next(frames, None)
            if first is None:
                raise OSError(f'camera {index} gives no picture')
            if record is None:
                output: Window | VideoWriter = stack.enter_context(Window())
            else:
                rate = capture.get(cv2.CAP_PROP_FPS)
                columns = compare.columns if compare else 1
                output = stack.enter_context(
                    create_video(
                        stack.enter_context(atomic_path(record)),
                        VideoFormat(
                            first.image.shape[0],
                            first.image.shape[1] * columns,
                            Fraction(round(rate) if 1 <= rate <= 240 else USUAL_RATE),
                            MILLISECOND,
                        ),
                    )
                )
            for frame in chain([first], frames):
                image = enhance(frame)
                if compare:
                    image = compare(frame.image, image)
                output.write(Frame(image, frame.seconds))
                count += 1
                advanced()
                if isinstance(output, Window) and output.ended:
                    return count
        except KeyboardInterrupt:
            return count
    raise OSError(f'camera {index} gives no more pictures, after {count}')


def read_camera(capture: cv2.VideoCapture) -> Iterator[Frame]:
    """Pictures of a camera, with the times at which they come."""
    start = monotonic()
    done, picture = capture.read()
    while done:
        yield Frame(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), Fraction(monotonic() - start))
        done, picture = capture.read()


class Window:
    """A window that shows one picture after the other.

    Attributes:
        ended: Whether the user has closed it or pressed q.
    """

    def __init__(self) -> None:
        self.ended = False

    def write(self, frame: Frame) -> None:
        """Show a frame."""
        cv2.imshow(TITLE, cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR))
        self.ended = (
            cv2.waitKey(1) & 0xFF in END_KEYS
            or cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) < 1
        )

    def __enter__(self) -> Window:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        cv2.destroyAllWindows()


def check_screen() -> None:
    """Check that windows can be shown: without a screen Qt would end the process.

    Raises:
        OSError: If there is no screen.
    """
    if sys.platform.startswith('linux') and not (
        os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')
    ):
        raise OSError('there is no screen to show a window on; record to a file with --out-dir')
