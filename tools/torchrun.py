"""torch's own launcher, torchrun, for any torch and Python: tools/torchrun.py ARGUMENTS.

The launcher of torch 1.13 fails under Python 3.11: it looks its default, to redirect the output of
no process, up among the members of a flag, where Python no longer lists the one that is zero.
"""

from __future__ import annotations

import sys

from torch.distributed.elastic.multiprocessing import Std
from torch.distributed.elastic.multiprocessing.api import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.run import main

if __name__ == '__main__':
    arguments = sys.argv[1:]
    if Std.from_str('0') is None:
        # Only a process that hardly ever exists.
        arguments = ['--redirects=9:1', '--tee=9:1', *arguments]
    try:
        main(arguments)
    # The process itself has said what was wrong.
    except ChildFailedError as error:
        sys.exit(max(failure.exitcode for failure in error.failures.values()) or 1)
    except SignalException as error:
        sys.exit(128 + error.sigval)
