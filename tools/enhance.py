"""Enhance photographs and videos: tools/enhance.py INPUTS… --out-dir DIR [options]."""
from __future__ import annotations

import sys

from mmscllle.command_line.enhance import main

if __name__ == '__main__':
    sys.exit(main())
