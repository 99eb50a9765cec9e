"""Prepare SICE part 2 for paired tests: sice_pairs.py data/SICE/Dataset_Part2 data/SICE/part2."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import mmcv
from mmengine.utils import track_progress

from mmscllle.datasets.image_files import DATASET_SUFFIXES

LABELS = 'Label'


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Write the under-exposed images of each sequence and its reference, resized: '
        'OUT/low/001_1.png, ... and OUT/high/001.png.'
    )
    parser.add_argument(
        'source',
        metavar='SICE',
        type=Path,
        help=f'folder of the sequences 1, 2, ... and of {LABELS}',
    )
    parser.add_argument('out', metavar='OUT', type=Path, help='folder to write to')
    parser.add_argument(
        '--size',
        nargs=2,
        type=int,
        default=(1200, 900),
        metavar=('W', 'H'),
        help='size of the images, default 1200 900',
    )
    return parser.parse_args(argv)


def find_images(folder: Path) -> dict[int, Path]:
    """The images of a folder, whose names are numbers, by number."""
    return {
        int(path.stem): path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in DATASET_SUFFIXES and path.stem.isdigit()
    }


def find_pairs(source: Path) -> list[tuple[Path, str]]:
    """Choose the images as Zero-DCE's paper does.

    Those are the first three of a sequence of seven, the first four of a sequence of nine.

    Args:
        source: Folder of the sequences and of their references.

    Returns:
        Files, and their names below the output folder without suffix.

    Raises:
        FileNotFoundError: If there is no folder of references, or no reference of a sequence.
        ValueError: If there is no sequence.
    """
    if not (source / LABELS).is_dir():
        raise FileNotFoundError(f'there is no folder {str(source / LABELS)!r}')
    references = find_images(source / LABELS)
    sequences = {
        int(path.name): path for path in source.iterdir() if path.is_dir() and path.name.isdigit()
    }
    if not sequences:
        raise ValueError(f'there are no sequences 1, 2, ... in {str(source)!r}')
    pairs = []
    for number, folder in sorted(sequences.items()):
        if number not in references:
            raise FileNotFoundError(
                f'sequence {str(folder)!r} has no reference {str(source / LABELS / str(number))!r}'
            )
        pairs.append((references[number], f'high/{number:03}'))
        exposures = sorted(find_images(folder).items())
        pairs += [
            (path, f'low/{number:03}_{index}')
            for index, path in exposures[: (len(exposures) - 1) // 2]
        ]
    return pairs


def main(argv: list[str] | None = None) -> int:
    """Convert; return the exit status: 2 for wrong input."""
    args = parse_args(argv)

    def convert(pair: tuple[Path, str]) -> None:
        path, name = pair
        image = mmcv.imread(str(path))
        if image is None:
            raise ValueError(f'{str(path)!r} is no image')
        mmcv.imwrite(
            mmcv.imresize(image, tuple(args.size), interpolation='area'),
            str(args.out / f'{name}.png'),
        )

    try:
        track_progress(convert, find_pairs(args.source))
    except (OSError, ValueError) as error:
        print(f'\nsice_pairs.py: error: {error}', file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
