"""Darken day pictures in a way that no training knows: darken_night.py IN OUT [options].

For validation. It shares no code with the transforms of the training: lamps follow the law of the
inverse square, noise is drawn coarse and enlarged, the light's colour is amber, greenish or bluish,
and JPEG is Pillow's.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

SUFFIXES = ('.jpg', '.jpeg', '.png')
# Linear RGB of amber lamps, of mercury vapour and of a sky after sunset.
CASTS = np.array([[1.0, 0.6, 0.3], [0.7, 1.0, 0.65], [0.55, 0.72, 1.0]])


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Darken every picture of a folder: sRGB curve, exposure, cast of the light, '
        'pools of lamp light, correlated noise, JPEG. The same for the same seed and names.'
    )
    parser.add_argument('source', metavar='IN', type=Path, help='folder of JPEG or PNG pictures')
    parser.add_argument('out', metavar='OUT', type=Path, help='folder to write JPEG files to')
    parser.add_argument(
        '--exposure',
        nargs=2,
        type=float,
        default=(0.04, 0.12),
        metavar=('LOW', 'HIGH'),
        help='range of the factor on linear light, default 0.04 0.12',
    )
    parser.add_argument('--seed', type=int, default=0, help='default 0')
    return parser.parse_args(argv)


def decode(image: np.ndarray) -> np.ndarray:
    """Linear light of sRGB values in [0, 1]."""
    return np.where(image <= 0.04045, image / 12.92, ((image + 0.055) / 1.055) ** 2.4)


def encode(light: np.ndarray) -> np.ndarray:
    """Values in [0, 1] of linear light."""
    light = light.clip(0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def draw_lamp_light(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Factor on the light of each pixel, of mean 1, (H, W, 1)."""
    rows, columns = np.mgrid[:height, :width]
    light = np.full((height, width), rng.uniform(0.25, 0.7))
    for _ in range(rng.integers(1, 5)):
        x, y = rng.uniform(0, width), rng.uniform(0.4, 1) * height
        above = rng.uniform(0.1, 0.3) * width
        # On the ground, under a lamp: cosine to the third power over the height squared.
        ground = (columns - x) ** 2 + (2.5 * (rows - y)) ** 2
        light += rng.uniform(0.8, 4) * (1 + ground / above**2) ** -1.5
    return (light / light.mean())[..., None]


def draw_noise(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Noise of standard deviation 1, half of it coarse grains, (H, W, 3)."""
    fine = cv2.blur(rng.normal(size=(height, width, 3)), (2, 2))
    coarse = cv2.resize(
        rng.normal(size=(height // 3 + 1, width // 3 + 1, 3)),
        (width, height),
        interpolation=cv2.INTER_LINEAR,
    )
    noise = fine / fine.std() + coarse / coarse.std()
    return noise / noise.std()


def darken(image: np.ndarray, rng: np.random.Generator, exposure: tuple[float, float]) -> bytes:
    """Darken ``image``, RGB uint8 (H, W, 3); return a JPEG file."""
    height, width = image.shape[:2]
    cast = CASTS[rng.integers(len(CASTS))]
    light = decode(image / 255) * cast / cast.mean() * draw_lamp_light(rng, height, width)
    light *= np.exp(rng.uniform(*np.log(exposure)))
    deviation = np.sqrt(light * rng.uniform(5e-4, 1.5e-3) + rng.uniform(3e-4, 1e-3) ** 2)
    light += deviation * draw_noise(rng, height, width)
    file = io.BytesIO()
    Image.fromarray(np.rint(encode(light) * 255).astype(np.uint8)).save(
        file, 'JPEG', quality=int(rng.integers(70, 92))
    )
    return file.getvalue()


def convert(args: argparse.Namespace) -> None:
    """Darken every picture.

    Raises:
        FileNotFoundError: If there is no such folder.
        OSError: If a picture cannot be read, or a file not be written.
        ValueError: If an argument is wrong, or the folder holds no picture.
    """
    if not args.source.is_dir():
        raise FileNotFoundError(f'there is no folder {str(args.source)!r}')
    if not 0 < args.exposure[0] <= args.exposure[1]:
        raise ValueError(
            '--exposure must be two ascending positive numbers, got '
            f'{args.exposure[0]} {args.exposure[1]}'
        )
    if args.seed < 0:
        raise ValueError(f'--seed must not be negative, got {args.seed}')
    if args.out.resolve() == args.source.resolve():
        raise ValueError('OUT is the folder of the pictures: give another one')
    paths = sorted(path for path in args.source.iterdir() if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise ValueError(f'no picture ({", ".join(SUFFIXES)}) in {str(args.source)!r}')
    stems: dict[str, Path] = {}
    for path in paths:
        other = stems.setdefault(path.stem, path)
        if other != path:
            raise ValueError(
                f'{str(other)!r} and {str(path)!r} would both become {path.stem}.jpg: rename one'
            )
    args.out.mkdir(parents=True, exist_ok=True)
    for path in paths:
        try:
            picture = Image.open(path)
            image = np.asarray(picture.convert('RGB'))
        except OSError as error:
            raise OSError(f'{str(path)!r} is damaged or no image: {error}') from error
        # Pillow cuts what is more than 255.
        if picture.mode[0] in 'IF':
            raise ValueError(f'{str(path)!r} has more than 8 bits a pixel: make it 8 bits')
        rng = np.random.default_rng([args.seed, *path.stem.encode()])
        (args.out / f'{path.stem}.jpg').write_bytes(darken(image, rng, tuple(args.exposure)))
    print(f'{len(paths)} pictures: {args.out}')


def main(argv: list[str] | None = None) -> int:
    """Convert; return the exit status: 2 for wrong input."""
    try:
        convert(parse_args(argv))
    except (OSError, ValueError) as error:
        print(f'darken_night.py: error: {error}', file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
