"""A question as lines of text that a reviewer can edit, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.errors import QuizError
from assistant.quiz.items import FALSE, TRUE, Item, ItemType, Option

_LINE = re.compile(r"^\s*(?P<key>[A-HTF]|\d)\s*[．.、:：]\s*(?P<words>.+?)\s*$")
_JUDGEMENTS = {"正确": TRUE, "√": TRUE, "错误": FALSE, "×": FALSE}
_WORDS = {TRUE: "正确", FALSE: "错误"}


@dataclass(frozen=True, slots=True)
class EditableItem:
    """The parts of a question that a reviewer may change; the source is not one of them."""

    stem: str
    options: str
    """A line each: ``A．…``."""
    answer: str
    """Letters; 正确 or 错误; a line for each blank, accepted forms with ``／`` between."""
    evidence: str
    """For each key a line with the words of the source that make it."""
    refute: str
    """For each wrong option a line with the reason."""
    explanation: str
    correction: str


def to_editable(item: Item) -> EditableItem:
    """Return a question as text."""
    if item.type is ItemType.JUDGE:
        answer = _WORDS[item.answer[0]]
    elif item.type is ItemType.FILL:
        forms = item.accept or tuple((words,) for words in item.answer)
        answer = "\n".join("／".join(words) for words in forms)
    else:
        answer = ("" if item.options else "\n").join(item.answer)
    return EditableItem(
        stem=item.stem,
        options=_lines((o.letter, o.text) for o in item.options),
        answer=answer,
        evidence=_lines(item.key_evidence),
        refute=_lines(item.refute),
        explanation=item.explanation,
        correction=item.correction,
    )


def apply_edit(item: Item, edit: EditableItem) -> Item:
    """Return the question with an edit. Raises ``QuizError`` for a line that cannot be read."""
    options = _pairs(edit.options, "选项") if item.options else ()
    answer, accept = _answer(item, edit.answer, [letter for letter, _ in options])
    stem = edit.stem.strip()
    if not stem:
        raise QuizError("题干不能为空。")
    return replace(
        item,
        stem=stem,
        options=tuple(Option(letter, text) for letter, text in options),
        answer=answer,
        accept=accept,
        key_evidence=_pairs(edit.evidence, "答案依据"),
        refute=_pairs(edit.refute, "干扰项理由"),
        explanation=edit.explanation.strip(),
        correction=edit.correction.strip(),
    )


def _answer(
    item: Item, words: str, letters: Sequence[str]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    if not lines:
        raise QuizError("答案不能为空。")
    if item.type is ItemType.JUDGE:
        if lines[0] not in _JUDGEMENTS:
            raise QuizError("判断题的答案请写“正确”或者“错误”。")
        return (_JUDGEMENTS[lines[0]],), ()
    if item.type is ItemType.FILL:
        forms = tuple(tuple(f.strip() for f in line.split("／") if f.strip()) for line in lines)
        return tuple(form[0] for form in forms), forms
    if not item.options:
        return tuple(lines), item.accept
    chosen = tuple(dict.fromkeys(re.findall(r"[A-H]", "".join(lines))))
    if not chosen or not set(chosen) <= set(letters):
        raise QuizError("答案请写选项的字母，例如“AC”。")
    if item.type is ItemType.SINGLE and len(chosen) > 1:
        raise QuizError("单项选择题只能有一个答案。")
    return tuple(sorted(chosen)), ()


def _pairs(text: str, name: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for line in text.splitlines():
        if not line.strip():
            continue
        found = _LINE.match(line)
        if found is None:
            raise QuizError(f"{name}中这一行没有写明选项：“{line.strip()[:20]}”，应如“A．内容”。")
        pairs.append((found["key"], found["words"]))
    if len(dict(pairs)) < len(pairs):
        raise QuizError(f"{name}中有重复的字母，请改正。")
    return tuple(pairs)


def _lines(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{key}．{words}" for key, words in pairs)
