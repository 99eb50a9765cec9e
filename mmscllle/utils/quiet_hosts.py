"""Keep two messages of host libraries off the terminal that no user can act on."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO

from mmscllle.utils.import_hooks import around_import

# mmcv without compiled operators says it at import, whether or not a model uses them.
NO_OPERATORS = 'Fail to import ``MultiScaleDeformableAttention``'
# OneDL's mmseg prints it twice at import: it looks for a platform of the firm's.
NO_PLATFORM = 'Could not import OneDL'


def quiet_hosts() -> None:
    """Leave these two messages out from now on; all others are shown."""
    warnings.filterwarnings('ignore', NO_OPERATORS, UserWarning)
    around_import('mmseg.datasets', _without_platform)


@contextmanager
def _without_platform() -> Iterator[None]:
    with redirect_stdout(StringIO()) as printed:
        try:
            yield
        finally:
            text = printed.getvalue()
    for line in text.splitlines():
        if line != NO_PLATFORM:
            print(line)
