"""Export an enhancer to ONNX or TorchScript: tools/export.py OUT.onnx [options]."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmscllle.apis import EnhanceInferencer
from mmscllle.export import FORMATS, checked_format, export_enhancer
from mmscllle.utils.commands import UsageError, run_command
from mmscllle.utils.messages import one_line


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Write an enhancer to a file that runs without this package, open it and '
        'compare its results at several sizes. It takes RGB images in [0, 1], float32, of shape '
        '(N, 3, H, W), and gives enhanced ones.'
    )
    parser.add_argument(
        'out',
        type=Path,
        metavar='OUT',
        help='the file; its suffix is the format: '
        + ', '.join(f'{suffix} {kind.name}' for suffix, kind in FORMATS.items()),
    )
    parser.add_argument(
        '--model', help='name, or config whose model has an enhancer (default: scl-lle)'
    )
    parser.add_argument('--weights', metavar='CHECKPOINT', help="default: the model's own")
    parser.add_argument(
        '--fast', action='store_true', help="the enhancer's fast mode, where it has one"
    )
    parser.add_argument('--overwrite', action='store_true', help='replace OUT if it exists')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Export; return the exit status: 1 if it fails, 2 for wrong usage."""
    args = parse_args(argv)
    return run_command('export', lambda: export(args))


def export(args: argparse.Namespace) -> None:
    """Export as the arguments say.

    Raises:
        UsageError: If an argument is wrong.
        OSError: If the file cannot be written.
    """
    try:
        checked_format(args.out, args.overwrite)
        enhancer = EnhanceInferencer(args.model, args.weights, device='cpu').model
    except FileExistsError as error:
        raise UsageError(f'{error} with --overwrite') from error
    except (ValueError, OSError, ImportError) as error:
        raise UsageError(one_line(error)) from error
    try:
        difference = export_enhancer(enhancer, args.out, args.fast, args.overwrite)
    # torch's, when a disk is full.
    except RuntimeError as error:
        raise OSError(f'{str(args.out)!r} cannot be written: {error}') from error
    mode = 'fast mode' if args.fast else 'exact mode'
    print(
        f'{args.out}: {args.out.stat().st_size / 1024:.0f} KB, '
        f'{FORMATS[args.out.suffix].name}, {mode}. Opened again, its results differ from those '
        f'of the network by {difference:.1e} at most.'
    )


if __name__ == '__main__':
    sys.exit(main())
