"""Words → what a chat of WeCom shows: the common Markdown subset, within a channel's bytes.

The subset is bold, quotation, link and paragraphs; every client shows it, or ``to_plain_text``
takes it away. Limits are UTF-8 bytes. What comes from outside, be it a question or a model's
words, passes ``neutralise``: it can neither mention colleagues nor lead to another site.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

CUT_NOTE = "……内容较长，后面的部分没有显示。"
CUT_ADVICE = "请把问题问得更具体一些。"
LINK_WORDS = "在浏览器中打开"

_SENTENCE_END = re.compile(r"[。！？；!?;]+[”’」』）》)]*(?:\s*\[\d+\])*|\n")
_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_ADDRESS = re.compile(r"(?P<scheme>https?|ftp)://(?P<rest>[^\s<>()（），。；]*)", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]]*)\]\((https?://[^()\s]+)\)")
_MENTIONS_ALL = re.compile(r"@(?=all(?![a-z0-9_])|所有人|全体)", re.IGNORECASE)
_LINE_MARKS = re.compile(r"^(?:#{1,6}\s+|>\s?)", re.MULTILINE)
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_HARMLESS = str.maketrans({"<": "＜", "*": "＊", "`": "｀"})
_JOINER = "\u200d"
_SMALLEST_PART = 64


def neutralise(text: str, *, own_host: str = "") -> str:
    """Return text without markup of its own, without mentions, and without foreign links.

    White space, width and quotation style aside, the text stays what it was.
    """
    text = _THINKING.sub("", text).replace("](", "] (")

    def defuse(match: re.Match[str]) -> str:
        host = urlsplit(match[0]).hostname
        own = bool(own_host) and host == own_host
        return match[0] if own else f"{match['scheme']}：//{match['rest']}"

    text = _ADDRESS.sub(defuse, text).translate(_HARMLESS)
    text = _MENTIONS_ALL.sub("＠", text)
    return _LINE_MARKS.sub(lambda mark: mark[0].replace("#", "＃").replace(">", "＞"), text)


def size(text: str) -> int:
    """Return the bytes of a text."""
    return len(text.encode())


def fit(markdown: str, *, limit_bytes: int, link: str = "") -> str:
    """Return the text within a limit: cut at the end of a sentence, with the way to the rest."""
    if size(markdown) <= limit_bytes:
        return markdown
    way = f"[{LINK_WORDS}]({link})看全文。" if link else CUT_ADVICE
    note = f"\n\n{CUT_NOTE}{way}"
    return f"{_head(markdown, limit_bytes - size(note))}{note}"


def split(markdown: str, *, limit_bytes: int) -> tuple[str, ...]:
    """Return the text in numbered parts within a limit, cut at paragraph or sentence ends."""
    if size(markdown) <= limit_bytes:
        return (markdown,)
    room = max(limit_bytes - size("（99/99）\n"), _SMALLEST_PART)
    parts: list[str] = []
    for block in _blocks(markdown, room):
        joined = f"{parts[-1]}\n{block}" if parts else block
        if parts and size(joined) <= room:
            parts[-1] = joined
        else:
            parts.append(block)
    return tuple(f"（{n}/{len(parts)}）\n{part.strip()}" for n, part in enumerate(parts, start=1))


def to_plain_text(markdown: str) -> str:
    """Return the text without marks, for clients that show no Markdown."""
    text = _LINK.sub(r"\1：\2", markdown)
    return _BOLD.sub(r"\1", _LINE_MARKS.sub("", text))


def quoted(text: str) -> str:
    """Return a text as a Markdown quotation."""
    return "\n".join(f"> {line}" for line in text.splitlines() if line.strip())


def shorten(text: str, *, characters: int) -> str:
    """Return a text on one line, of at most so many characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= characters else f"{flat[: characters - 1]}…"


def _blocks(markdown: str, room: int) -> Iterator[str]:
    """Yield the paragraphs; one that is too long in pieces that end with a sentence."""
    for paragraph in markdown.split("\n"):
        rest = paragraph
        while size(rest) > room:
            head = _head(rest, room)
            yield head
            rest = rest[len(head) :].lstrip()
        yield rest


def _head(text: str, limit_bytes: int) -> str:
    """Return the beginning of a text, to the last sentence end within a limit."""
    end = _last_boundary(text, max(limit_bytes, 0))
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, end)]
    # A sentence end in the first third would throw most of what there is room for away.
    if ends and ends[-1] * 3 >= end:
        end = ends[-1]
    head = text[:end].rstrip()
    return _drop_open_marks(head)


def _drop_open_marks(head: str) -> str:
    """Return the text without a link or bold that was opened and not closed."""
    line_start = head.rfind("\n") + 1
    line = head[line_start:]
    opened = line.rfind("[")
    if opened >= 0 and re.fullmatch(r"\[[^\[\]]*(?:\]\([^)]*)?", line[opened:]):
        line = line[:opened]
    if line.count("**") % 2:
        before, _, after = line.rpartition("**")
        line = before + after
    return head[:line_start] + line


def _last_boundary(text: str, limit_bytes: int) -> int:
    """Return the largest offset within a limit that splits no character and no emoji."""
    end = len(text.encode()[:limit_bytes].decode(errors="ignore"))
    while end > 0 and end < len(text) and _joined(text, end):
        end -= 1
    return end


def _joined(text: str, at: int) -> bool:
    """Tell whether the characters on both sides of an offset are shown as one."""
    before, after = text[at - 1], text[at]
    if _JOINER in (before, after) or unicodedata.combining(after):
        return True
    if after in "\ufe0e\ufe0f" or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    if not (_is_flag_half(before) and _is_flag_half(after)):
        return False
    run = 0
    while at - run > 0 and _is_flag_half(text[at - run - 1]):
        run += 1
    return run % 2 == 1


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
