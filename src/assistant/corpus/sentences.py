"""Sentences and clauses: never broken inside quotation marks or brackets."""

from __future__ import annotations

from itertools import accumulate

_CLOSERS = dict(zip("”’）)》〉】」』〕]", "“‘（(《〈【「『〔[", strict=True))
_OPENERS = frozenset(_CLOSERS.values())
_ENDS = frozenset("。！？!?")
_CONTINUES = frozenset("的，、；：。！？,;:”’）)等为是和与")

DEEPEST = 8
"""Marks that may stand open between two partners; keeps a page of stray marks cheap."""


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of ``text``; together they cover it.

    White space between sentences belongs to the sentence before it. A bracket or quotation mark
    without its partner is ignored, so that one stray mark does not swallow a paragraph.
    """
    spans: list[tuple[int, int]] = []
    depths = _depths(text)
    start = 0
    for at, character in enumerate(text):
        following = text[at + 1 : at + 2]
        if depths[at] == 0 and _ends_here(text[max(0, at - 1) : at + 1], following):
            spans.append((start, at + 1))
            start = at + 1
        elif start == at and character.isspace() and spans:
            start = at + 1
            spans[-1] = (spans[-1][0], start)
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def split_clauses(text: str) -> list[tuple[int, int]]:
    """Return the spans of the parts of a sentence that semicolons divide, outside quotes."""
    depths = _depths(text)
    ends = [at + 1 for at, character in enumerate(text) if character in "；;" and depths[at] == 0]
    if text and (not ends or ends[-1] < len(text)):
        ends.append(len(text))
    return list(zip([0, *ends], ends, strict=False))


def _ends_here(last_two: str, following: str) -> bool:
    character = last_two[-1]
    if character == "\n":
        return True
    if character in _ENDS:
        return following not in _ENDS or not following
    if len(last_two) < 2 or character not in _CLOSERS:
        return False
    # 他说：“……。” ends with the quotation, unless the sentence goes on behind it.
    if last_two[0] == "。":
        return following not in _CONTINUES
    # “谁来监督？”这个问题 goes on.
    return last_two[0] in _ENDS and (not following or following.isspace() or following in _OPENERS)


def _depths(text: str) -> list[int]:
    """Return, for each character, how many pairs of marks are open behind it."""
    steps = [0] * len(text)
    stack: list[int] = []
    for at, character in enumerate(text):
        if character in _OPENERS:
            stack.append(at)
            continue
        wanted = _CLOSERS.get(character)
        if wanted is None:
            continue
        nearest = range(len(stack) - 1, max(-1, len(stack) - 1 - DEEPEST), -1)
        partner = next((n for n in nearest if text[stack[n]] == wanted), None)
        if partner is not None:
            steps[stack[partner]], steps[at] = 1, -1
            # What was opened since and not closed has no partner.
            del stack[partner:]
    return list(accumulate(steps))
