"""Enhance photographs and videos: tools/enhance.py INPUTS… --out-dir DIR [options]."""

from __future__ import annotations

import sys

try:
    from mmscllle.command_line.enhance import main
except ImportError as error:
    print(f'enhance: error: {error}', file=sys.stderr)
    sys.exit(2)

if __name__ == '__main__':
    sys.exit(main())
