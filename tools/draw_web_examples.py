"""Draw the pictures that the page shows first, mmscllle/web/pictures: draw_web_examples.py."""

from pathlib import Path

import cv2
from night_street import render_street

# Streets whose nights differ: name, seed, height, width.
STREETS = (('street', 5, 640, 960), ('crossing', 11, 480, 720), ('tall-street', 2, 640, 480))
FOLDER = Path(__file__).resolve().parents[1] / 'mmscllle/web/pictures'
QUALITY = 90


def main() -> None:
    """Draw and write them."""
    FOLDER.mkdir(exist_ok=True)
    for name, seed, height, width in STREETS:
        _, night = render_street((seed,), (height, width), ('night',))
        path = FOLDER / f'{name}.jpg'
        if not cv2.imwrite(str(path), night, (cv2.IMWRITE_JPEG_QUALITY, QUALITY)):
            raise OSError(f'{path} could not be written')
        print(path.relative_to(FOLDER.parents[2]))


if __name__ == '__main__':
    main()
