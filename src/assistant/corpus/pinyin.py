"""Characters → pinyin without tones."""

from __future__ import annotations

import os
from collections.abc import Sequence


def syllables(characters: Sequence[str]) -> list[str]:
    """Return how each character is pronounced, without tones; what has no pinyin stays itself."""
    # The library's dictionary of phrases takes half a second to load and tells apart readings of
    # characters in words; characters alone need none of it. Read when the library is imported.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import lazy_pinyin

    return lazy_pinyin(list(characters))
