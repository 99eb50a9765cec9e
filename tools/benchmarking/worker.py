"""One measurement in a process of its own: python -m benchmarking.worker JOB ARGUMENTS.

The arguments are JSON; the last line of the output is the result as JSON, or an error with the
reason under ``error``.
"""

from __future__ import annotations

import json
import sys

from .cases import Case
from .limits import matrix_rate, memory_bandwidth
from .measurement import measure
from .profile import profile_case


def limits(device: str, precisions: list[str]) -> dict:
    """The machine's limits on a device, see :mod:`.limits`."""
    return dict(
        bandwidth=memory_bandwidth(device),
        matrix_rates={name: matrix_rate(device, name) for name in precisions},
    )


def run(job: str, arguments: dict) -> dict:
    """Run a job, ``'limits'``, ``'measure'`` or ``'profile'``, and return its result."""
    if job == 'limits':
        return limits(**arguments)
    case = Case(**arguments.pop('case'))
    return measure(case, **arguments) if job == 'measure' else profile_case(case)


def main() -> None:
    """Run the job of the command line and print the result."""
    try:
        result = run(sys.argv[1], json.loads(sys.argv[2]))
    # torch reports memory that it does not get, and compilers their troubles, in many ways.
    except Exception as error:
        result = dict(error=' '.join(f'{type(error).__name__}: {error}'.split()))
    print(json.dumps(result))


if __name__ == '__main__':
    main()
