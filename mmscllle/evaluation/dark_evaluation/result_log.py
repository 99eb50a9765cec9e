"""Results by image in a file that a broken-off run leaves usable."""

from __future__ import annotations

import json
import os
from pathlib import Path

from mmscllle.fileio import write_text


class ResultLog:
    """A JSON-lines file: a line that says what the results belong to, then one line an image.

    Every line reaches the file as it comes.  A line that a killed process has not finished is
    dropped on opening.

    Args:
        path: The file.
        fingerprint: What the results depend on; if the file's differs, its results are discarded.

    Attributes:
        discarded: Which keys of the fingerprint differ, None if the results are kept.
    """

    def __init__(self, path: Path, fingerprint: dict[str, str]) -> None:
        self.path = path
        self.records: dict[str, dict] = {}
        self.discarded: list[str] | None = None
        header, *records = self._read() or [{}]
        found = header.get('fingerprint')
        if found == fingerprint:
            self.records = {record['image']: record for record in records if 'image' in record}
        elif records:
            self.discarded = [
                key
                for key, value in fingerprint.items()
                if not isinstance(found, dict) or found.get(key) != value
            ]
        # Written anew without the lines that do not count, and put in place in one step.
        entries = (dict(fingerprint=fingerprint), *self.records.values())
        write_text(path, ''.join(json.dumps(entry) + '\n' for entry in entries))

    def find(self, image: str, stamp: list) -> dict | None:
        """The result of an image; None if there is none, it failed, or its files have changed."""
        record = self.records.get(image)
        return record if record and 'error' not in record and record['stamp'] == stamp else None

    def append(self, record: dict) -> None:
        """Add the result of one image.

        Raises:
            OSError: If it cannot be written, as on a full disk; the file is as before.
        """
        size = self.path.stat().st_size
        try:
            with open(self.path, 'a', encoding='utf-8') as file:
                file.write(json.dumps(record) + '\n')
        except OSError:
            os.truncate(self.path, size)
            raise
        self.records[record['image']] = record

    def _read(self) -> list[dict]:
        if not self.path.is_file():
            return []
        entries = []
        for line in self.path.read_text(encoding='utf-8', errors='replace').splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue
            if isinstance(entry, dict):
                entries.append(entry)
        return entries
