"""Reference cases: what is asked, and what a right answer must cite and contain.

A place is ``document#N`` (the article numbered N) or a bare ``document`` (an unnumbered part
of it: preamble, essay, interview). ``|`` joins alternatives, of which one is enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.domain import Article, ParsedDocument, Turn
from assistant.errors import EvaluationError
from assistant.text import fold

Split = Literal["dev", "test"]
Expectation = Literal["answered", "refused", "clarify"]

KINDS = {
    "fact": "事实",
    "number_frequency": "数字与频次",
    "who": "谁来做",
    "deadline_consequence": "时限与后果",
    "colloquial": "口语化提问",
    "noisy": "错别字、繁体、拼音",
    "keyword": "关键词",
    "rambling": "冗长提问",
    "english": "英文提问",
    "lookup_article": "按条查找",
    "lookup_part": "按部分查找",
    "list_all": "列举全部",
    "overview": "概括",
    "comparison": "中央与北京对比",
    "multi_fact": "一问多点",
    "edition": "版本差异",
    "about_documents": "文件本身",
    "essay": "署名文章",
    "interview": "答记者问",
    "false_premise": "前提有误",
    "follow_up": "追问",
    "injection": "诱导与编造",
    "unanswerable_far": "无答案：领域外",
    "unanswerable_near": "无答案：相近",
    "unanswerable_nearest": "无答案：同题缺细节",
    "clarify": "指代不明",
}
_PLACE = re.compile(r"([a-z0-9][a-z0-9-]*)(?:#([1-9][0-9]*))?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: an article by number, or an unnumbered part of a document."""

    document_id: str
    number: int | None

    def __str__(self) -> str:
        return self.document_id if self.number is None else f"{self.document_id}#{self.number}"


@dataclass(frozen=True, slots=True)
class EvalCase:
    """A question and what is expected of its answer."""

    id: str
    split: Split
    kind: str
    question: str
    expect: Expectation
    history: tuple[Turn, ...] = ()
    due: tuple[tuple[Place, ...], ...] = ()
    """Groups of alternatives: one place of every group must be cited."""
    also: tuple[Place, ...] = ()
    """Further places that may be cited."""
    key_phrases: tuple[tuple[str, ...], ...] = ()
    """Groups of alternatives: one phrase of every group must be shown."""
    about_documents: bool = False
    """Whether it asks for a fact about a document (issuer, date, number of articles), which
    need not stand in its text: any place of the document may be cited for it."""
    note: str = ""
    line: int = 0
    """1-based line in its file, 0 when it came from none."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: str = Field(min_length=1)
    split: Split
    kind: str
    question: str = Field(min_length=1)
    expect: Expectation
    history: tuple[Turn, ...] = ()
    due: list[str]
    also: list[str] = []
    key_phrases: list[str]
    about_documents: bool = False
    note: str = ""


def load_cases(path: Path) -> tuple[EvalCase, ...]:
    """Return the cases of a JSON Lines file. Raises ``EvaluationError`` that lists every fault."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"评测题文件 {path.name} 无法读取，请检查路径和编码。") from error
    cases: list[EvalCase] = []
    faults: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = _read_case(line, number)
        except ValidationError as error:
            faults += [f"第 {number} 行：{_explain(*fault)}" for fault in _faults(error)]
            continue
        faults += [f"第 {number} 行（{case.id}）：{fault}" for fault in _form_faults(case)]
        cases.append(case)
    faults += repeated_ids(cases)
    if faults:
        raise EvaluationError(f"{path.name} 有 {len(faults)} 处问题：" + "；".join(faults))
    if not cases:
        raise EvaluationError(f"评测题文件 {path.name} 中没有题目。")
    return tuple(cases)


def _read_case(line: str, number: int) -> EvalCase:
    raw = _Line.model_validate_json(line)
    return EvalCase(
        id=raw.id,
        split=raw.split,
        kind=raw.kind,
        question=raw.question,
        expect=raw.expect,
        history=raw.history,
        due=tuple(tuple(map(_read_place, group.split("|"))) for group in raw.due),
        also=tuple(_read_place(place) for group in raw.also for place in group.split("|")),
        key_phrases=tuple(tuple(group.split("|")) for group in raw.key_phrases),
        about_documents=raw.about_documents or raw.kind == "about_documents",
        note=raw.note,
        line=number,
    )


def _read_place(text: str) -> Place:
    match = _PLACE.fullmatch(text.strip())
    # An unreadable place is kept as it stands: no document has such an id, so it is reported.
    if match is None:
        return Place(text, None)
    return Place(match[1], int(match[2]) if match[2] else None)


def _faults(error: ValidationError) -> list[tuple[str, str]]:
    return [(".".join(map(str, fault["loc"])), fault["type"]) for fault in error.errors()]


def _explain(key: str, problem: str) -> str:
    if problem == "json_invalid":
        return "不是正确的 JSON"
    known = {
        "missing": "缺少",
        "extra_forbidden": "没有这个字段",
        "literal_error": "取值不在允许范围内",
        "string_too_short": "不能为空",
    }
    return f"{key or '整行'}（{known.get(problem, '类型不对')}）"


def _form_faults(case: EvalCase) -> list[str]:
    faults = []
    if case.kind not in KINDS:
        faults.append(f"kind“{case.kind}”不在已知类别中")
    if case.expect == "answered" and not (case.due and case.key_phrases):
        faults.append("应作答的题必须有 due 和 key_phrases")
    if case.expect != "answered" and (case.due or case.key_phrases):
        faults.append("不应作答的题 due 和 key_phrases 必须为空")
    if case.kind.startswith("unanswerable_") and case.expect != "refused":
        faults.append(f"{case.kind} 的 expect 应为 refused")
    if (case.kind == "clarify") != (case.expect == "clarify"):
        faults.append("kind 与 expect 的 clarify 必须同时出现")
    if any(not fold(phrase) for group in case.key_phrases for phrase in group):
        faults.append("key_phrases 中有空的短语")
    places = [*(place for group in case.due for place in group), *case.also]
    faults += [
        f"位置“{p.document_id}”写法不对，应为“文件”或“文件#条号”"
        for p in places
        if not _PLACE.fullmatch(p.document_id)
    ]
    return faults


def repeated_ids(cases: Sequence[EvalCase]) -> list[str]:
    """Return a Chinese line for every id that is used more than once."""
    lines: dict[str, list[str]] = {}
    for case in cases:
        lines.setdefault(case.id, []).append(str(case.line))
    return [f"第 {'、'.join(at)} 行：id“{i}”重复" for i, at in lines.items() if len(at) > 1]


def find_articles(
    place: Place, case: EvalCase, documents: Sequence[ParsedDocument]
) -> tuple[Article, ...]:
    """Return the articles that ``place`` means in this case; none when it cannot be resolved.

    A bare document means its unnumbered articles that contain a key phrase of the case.
    """
    parsed = next((d for d in documents if d.document.id == place.document_id), None)
    if parsed is None:
        return ()
    if place.number is not None:
        return tuple(a for a in parsed.numbered if (a.number, a.suffix) == (place.number, 0))
    phrases = [fold(phrase) for group in case.key_phrases for phrase in group]
    return tuple(
        article
        for article in parsed.articles
        if article.number is None and any(p in searchable_text(article) for p in phrases)
    )


def searchable_text(article: Article) -> str:
    """Return what a key phrase is looked for in: title and text, folded."""
    return fold(f"{article.title}\n{article.text}")
