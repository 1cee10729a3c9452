"""Bytes → text, in whatever encoding Chinese texts come in."""

from __future__ import annotations

import codecs
import re

_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x9f]")
_COMMON_SHARE = 0.55
"""Share of common characters below which GB18030 was not the encoding: Big5 read so has 0.46,
traditional characters in GBK have 0.64."""


def decode_text(raw: bytes) -> str | None:
    """Return the text of a file's bytes, or None when they are no text."""
    from charset_normalizer import from_bytes

    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and (encoding != "gb18030" or _is_common(text)):
            return _drop_controls(text)
    best = from_bytes(raw).best()
    return None if best is None or "\x00" in str(best) else _drop_controls(str(best))


def _is_common(text: str) -> bool:
    wide = [character for character in text if not character.isascii()]
    common = sum(bool(character.encode("gb2312", errors="ignore")) for character in wide)
    return common >= _COMMON_SHARE * len(wide)


def _drop_controls(text: str) -> str | None:
    """Return ``text`` without stray control characters; None when it is full of them."""
    clean, dropped = _CONTROL.subn("", text)
    return None if dropped * 100 > len(text) else clean
