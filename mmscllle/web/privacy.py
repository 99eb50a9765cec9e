"""What has to be settled before Gradio is imported."""

from __future__ import annotations

import os
from pathlib import Path


def keep_private(root: Path) -> None:
    """Let Gradio report nothing, look for no updates, and keep its files below a folder.

    Args:
        root: The folder.
    """
    os.environ.update(
        GRADIO_ANALYTICS_ENABLED='False',
        HF_HUB_DISABLE_TELEMETRY='1',
        HF_HUB_OFFLINE='1',
        GRADIO_TEMP_DIR=str(root),
    )
