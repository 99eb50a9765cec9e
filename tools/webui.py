"""Serve a page on which pictures and videos are enhanced: tools/webui.py [options]."""

from __future__ import annotations

import sys

from mmscllle.web.command import main

if __name__ == '__main__':
    sys.exit(main())
