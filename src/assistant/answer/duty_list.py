"""'X 有哪些职责': all that the texts lay on a body, counted and quoted from the duty register."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from assistant.answer.compose import Documents, Statement, compose
from assistant.corpus.labels import document_label
from assistant.domain import Answer, DocumentKind
from assistant.duties.records import Duty, ModalityKind
from assistant.duties.register import Register
from assistant.retrieve.reading import Reading

_ASKS_DUTIES = re.compile(
    r"(?:有|承担|负有|履行|担负|肩负|尽|担|是|分别|都|各|具体|主要|些|什么|啥|哪|的)*(?:职责|责任|任务|义务|分工)"
    r"|(?:都|到底|究竟|具体|主要)*(?:要|该|应当|应该|必须|需要|得|负责)(?:做|干|负责|履行|承担|管|抓)?(?:好)?"
    r"(?:些|了)?(?:什么|哪些|啥|哪几)(?:事情?|工作|方面|职责|责任)?"
)
_LITTLE = re.compile(
    r"请问|请|列出|列举|说说|介绍|一下|全部|所有|完整|在|对|里|中|规定|要求|材料|文件|作为|的|了|吗|呢|都|有|哪些|什么|"
    r"[，,。？?！!、：:；;\s“”]"
)
MOST = 12
"""Sentences that are quoted; more are counted and left to the register's own page."""


def answer_duties(
    reading: Reading, register: Callable[[], Register], documents: Documents
) -> Answer | None:
    """Return the duties of the one body that a question asks for, or None.

    A question that names a matter as well (组织部门对民主生活会要做什么) is about the matter.
    """
    if reading.addresses or not _ASKS_DUTIES.search(reading.topic):
        return None
    rest = _LITTLE.sub("", _ASKS_DUTIES.sub("", reading.topic))
    bodies = register().bodies
    asked = bodies.mentioned(rest)
    if len(asked) != 1 or bodies.identify(rest) != asked:
        return None
    found = _duties(register(), asked[0], _wanted(reading, documents))
    return _compose(found, bodies.name(asked[0]), documents) if found else None


def _wanted(reading: Reading, documents: Documents) -> tuple[str, ...]:
    named = reading.mentions.documents or reading.mentions.hinted
    return tuple(i for i in named if documents[i].document.kind is DocumentKind.NORMATIVE)


def _duties(register: Register, body: str, wanted: tuple[str, ...]) -> list[Duty]:
    """Return what the body itself must or must not do, in reading order."""
    own = [
        duty
        for duty in register.find(body=body)
        if duty.subject is not None
        and body in duty.subject.bodies
        and duty.modality.kind is not ModalityKind.MAY
    ]
    return [duty for duty in own if not wanted or duty.document_id in wanted]


def _compose(found: list[Duty], name: str, documents: Documents) -> Answer | None:
    by_sentence = {(d.document_id, d.sentence.start): d for d in found}
    quoted = list(by_sentence.values())
    counts = Counter(duty.document_id for duty in quoted)
    told = "，".join(
        f"{document_label(documents[i].document)}{count}处" for i, count in counts.items()
    )
    spans: dict[str, list[tuple[int, int]]] = {}
    for duty in quoted[:MOST]:
        spans.setdefault(duty.article_id, []).append((duty.sentence.start, duty.sentence.end))
    articles = {a.id: a for parsed in documents.values() for a in parsed.articles}
    answer = compose(
        [Statement(articles[i], tuple(places)) for i, places in spans.items()],
        documents,
        opening=f"写明由{name}承担的：{told}。",
    )
    left = len(quoted) - MOST
    if answer is None or left <= 0:
        return answer
    return replace(answer, text=f"{answer.text}\n其余{left}处见“职责清单”。")
