"""What a video says of itself beside pictures and sound, and which of it is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer

# What says how the file was made, and is another in the new one.
OF_THE_FILE = re.compile(
    r'encoder|encoding_tool|major_brand|minor_version|compatible_brands|duration|bps|'
    r'number_of_(frames|bytes)|_statistics_.*',
    re.IGNORECASE,
)
# What an MP4 has its own places for, which all programs know, and what a MOV has (FFmpeg's names).
MOV_NAMES = frozenset(
    'album artist comment copyright creation_time date genre location make model title'.split()
)
MP4_NAMES = (MOV_NAMES - {'make', 'model'}) | frozenset(
    'album_artist composer description disc episode_id episode_sort grouping keywords lyrics '
    'network season_number show synopsis track'.split()
)
HELD = dict(mp4=MP4_NAMES, ipod=MP4_NAMES, mov=MOV_NAMES)
# Others, such as ASF, mix in who wrote them, and how: of them only known names are taken.
TRUSTED = {'mp4', 'matroska', 'avi'}
LANGUAGE = re.compile(r'-[a-z]{3}$')


def copy_metadata(source: InputContainer, target: OutputContainer) -> None:
    """Copy the texts of a video, the time and place of its making, and its chapters.

    What the container of the result has no place for is lost.

    Args:
        source: The original.
        target: The result, before anything is written to it.
    """
    texts = {key: text for key, text in source.metadata.items() if not OF_THE_FILE.fullmatch(key)}
    if not TRUSTED & set(source.format.name.split(',')):
        known = MP4_NAMES | MOV_NAMES
        texts = {key: text for key, text in texts.items() if key.lower() in known}
    held = HELD.get(target.format.name)
    if held is not None and not all(LANGUAGE.sub('', key) in held for key in texts):
        # The place for names of any kind, which fewer programs read.
        target.options['movflags'] = f'{target.options.get("movflags", "")}+use_metadata_tags'
        # FFmpeg gives a text of a stated language twice, and would write both.
        texts = {
            key: text
            for key, text in texts.items()
            if not LANGUAGE.search(key) or texts.get(LANGUAGE.sub('', key)) != text
        }
    target.metadata.update(texts)
    chapters = [each for each in source.chapters() if 0 <= each['start'] <= each['end']]
    if chapters:
        target.set_chapters(chapters)
