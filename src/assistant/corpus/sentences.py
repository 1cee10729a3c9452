"""Sentences: never broken inside quotation marks or brackets."""

from __future__ import annotations

_CLOSERS = dict(zip("”’）)》〉】」』〕]", "“‘（(《〈【「『〔[", strict=True))
_OPENERS = frozenset(_CLOSERS.values())
_ENDS = frozenset("。！？!?")
_CONTINUES = frozenset("的，、；：。！？,;:”’）)等为是和与")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of ``text``; together they cover it.

    White space between sentences belongs to the sentence before it. When brackets or quotation
    marks do not pair up, they are ignored, so that one stray mark does not swallow a paragraph.
    """
    spans: list[tuple[int, int]] = []
    balanced = _is_balanced(text)
    start, depth = 0, 0
    for at, character in enumerate(text):
        if balanced and character in _OPENERS:
            depth += 1
        elif balanced and character in _CLOSERS:
            depth -= 1
        following = text[at + 1 : at + 2]
        if depth == 0 and _ends_here(text[max(0, at - 1) : at + 1], following):
            spans.append((start, at + 1))
            start = at + 1
        elif start == at and character.isspace() and spans:
            start = at + 1
            spans[-1] = (spans[-1][0], start)
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _ends_here(last_two: str, following: str) -> bool:
    character = last_two[-1]
    if character == "\n":
        return True
    if character in _ENDS:
        return following not in _ENDS or not following
    # 他说：“……。” ends with the quotation, unless the sentence goes on behind it.
    quoted_end = len(last_two) == 2 and last_two[0] in _ENDS and character in _CLOSERS
    return quoted_end and following not in _CONTINUES


def _is_balanced(text: str) -> bool:
    stack: list[str] = []
    for character in text:
        if character in _OPENERS:
            stack.append(character)
        elif character in _CLOSERS and (not stack or stack.pop() != _CLOSERS[character]):
            return False
    return not stack


def split_clauses(text: str) -> list[tuple[int, int]]:
    """Return the spans of the parts of a sentence that semicolons divide, outside quotes."""
    if not _is_balanced(text):
        return [(0, len(text))]
    spans, start, depth = [], 0, 0
    for at, character in enumerate(text):
        if character in _OPENERS:
            depth += 1
        elif character in _CLOSERS:
            depth -= 1
        elif character in "；;" and depth == 0:
            spans.append((start, at + 1))
            start = at + 1
    if start < len(text):
        spans.append((start, len(text)))
    return spans
