"""What one visitor, and all visitors together, may ask of the page."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Limits:
    """Limits of the page; whatever exceeds one is refused with a message that names it.

    Attributes:
        upload_mb: Size of an uploaded file, in MB (10^6 bytes).
        max_pixels: Pixels that a picture, all its frames together, or a frame of a video may have.
        files: How many files a visitor may open together.
        waiting: How many jobs of all visitors together may wait.
        workers: How many full-size jobs run at a time.
        seconds: How long a job may run, once it has begun.
        idle: After how many seconds without a request a visitor's files are removed.
    """

    upload_mb: int = 100
    max_pixels: int = 2**24
    files: int = 100
    waiting: int = 100
    workers: int = 1
    seconds: float = 300
    idle: float = 3600

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not 0 < value < float('inf'):
                raise ValueError(f'{item.name} must be positive and finite, got {value}')
