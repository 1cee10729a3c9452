"""Questions in GIFT, for Moodle. A question with several blanks becomes one for each of them.

GIFT cannot say 少选不得分: with every wrong option at −100% a wrong choice gives nothing, but an
incomplete one gives part of the points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.quiz.items import TRUE, Item, ItemType
from assistant.quiz.wording import GAP

_SPECIAL = re.compile(r"([~=#{}:\\])")
# Moodle knows these fractions only; 33 is turned away.
_SHARES = {1: "100", 2: "50", 3: "33.33333", 4: "25", 5: "20", 6: "16.66667"}


def gift_text(items: Sequence[Item], *, imprint: str) -> str:
    """Return questions as a GIFT file."""
    questions = [question for item in items for question in _questions(item)]
    return f"// {imprint}\n\n" + "\n\n".join(questions) + "\n"


def _questions(item: Item) -> Iterator[str]:
    feedback = f"####{_escape(item.explanation)}"
    if item.type is ItemType.FILL:
        for number, words in enumerate(item.accept or tuple((a,) for a in item.answer), start=1):
            name = item.id if len(item.answer) == 1 else f"{item.id}/{number}"
            answers = " ".join(f"={_escape(word)}" for word in words)
            yield _question(name, _with_one_gap(item, number), f"{answers}{feedback}")
        return
    yield _question(item.id, item.stem, _answers(item) + feedback)


def _question(name: str, stem: str, answers: str) -> str:
    return f"::{_escape(name)}::[plain]{_escape(stem)}{{{answers}}}"


def _answers(item: Item) -> str:
    if item.type is ItemType.JUDGE:
        return "TRUE" if item.answer == (TRUE,) else "FALSE"
    if item.type is ItemType.SINGLE:
        return " ".join(
            f"{'=' if o.letter in item.answer else '~'}{_escape(o.text)}" for o in item.options
        )
    if item.type is ItemType.MULTIPLE:
        share = _SHARES[len(item.answer)]
        return " ".join(
            f"~%{share if o.letter in item.answer else '-100'}%{_escape(o.text)}"
            for o in item.options
        )
    return ""


def _with_one_gap(item: Item, number: int) -> str:
    """Return the stem with all blanks but one filled in."""
    parts = item.stem.split(GAP)
    filled = parts[0]
    for at, part in enumerate(parts[1:], start=1):
        filled += (GAP if at == number else item.answer[at - 1]) + part
    return filled


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))
