"""Lists from the duty register: X 有哪些职责, 哪些工作每季度做, 哪些行为不得有, 哪些情况要报告."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from assistant.answer.asked import Kind, kinds_asked
from assistant.answer.compose import Documents, Statement, compose
from assistant.answer.duty_question import (
    Asked,
    may_ask,
    read_charged,
    read_condition,
    read_duty_question,
)
from assistant.answer.extract import hang_together
from assistant.corpus.labels import article_label, document_label
from assistant.domain import Answer, Article, DocumentKind
from assistant.duties.bodies import Bodies
from assistant.duties.records import Duty, FrequencyKind, Span
from assistant.duties.register import Register
from assistant.retrieve.reading import Reading

MOST = 12
"""Passages that are quoted; of the others the articles are named."""
LEAST_CHARGED, MOST_CHARGED = 2, 7
"""Articles with duties of a body between which all are quoted, though the question says more."""
ONE_VALUE = frozenset({Kind.MONEY, Kind.SHARE, Kind.DAYS, Kind.PEOPLE})
"""Of which a question wants one, and no list: 得在几个工作日里报备."""
_JOINED = "；"
"""What stands between an earlier question and the one that leans on it."""
ONE_BREATH = 80
"""Characters up to which a sentence is quoted whole."""
_EDGES = re.compile(r"[，,；;：:]")
_PARTS = re.compile(r"[；;]")
_SETS_UP = re.compile(r"(?:建立健全|健全完善|建立|健全|完善|细化|规范)")
_MECHANISM = re.compile(r"[^，,。；;：:]{6,}(?:机制|制度|程序|办法)")
"""What somebody does by a mechanism that others are to set up: more than its name.

To the last such word of the clause: 违背决策程序 is not where this one ends.
"""


def answer_duties(
    reading: Reading, register: Callable[[], Register], documents: Documents
) -> Answer | None:
    """Return the duties that a question asks for, or that follow upon what it tells; or None.

    None, too, where it asks for more than the register can tell apart, or the list would be empty.
    """
    if reading.addresses or (reading.leans and _JOINED in reading.topic):
        return None
    if not may_ask(reading.topic) or set(kinds_asked(reading.form)) & ONE_VALUE:
        return None
    wanted = _wanted(reading, documents)
    bodies = register().bodies
    asked = read_duty_question(reading.topic, bodies, register().verbs)
    happened = "" if asked else read_condition(reading.topic)
    if asked:
        asked = replace(asked, matter=_telling(asked.matter, wanted, documents))
        found = [duty for duty in register().duties if asked.fits(duty, bodies)]
        found = _own(found, asked, reading.topic) or found
        opening = _describe(asked, bodies)
    elif happened:
        found = list(register().upon(happened))
        opening = "对这种情形有规定的"
    else:
        found, opening = [], ""
    found = [duty for duty in found if not wanted or duty.document_id in wanted]
    charged = False
    if not found:
        asked = Asked(body=read_charged(reading.topic, bodies))
        if not asked.body:
            return None
        theirs = (duty for duty in register().duties if asked.fits(duty, bodies))
        found = [duty for duty in theirs if not wanted or duty.document_id in wanted]
        opening = _describe(asked, bodies)
        charged = True
    whole = asked is not None and asked.only_body
    besides = _by_mechanism(asked.body, wanted, bodies, documents) if asked and whole else {}
    articles = {duty.article_id for duty in found} | besides.keys()
    if not found or (charged and not LEAST_CHARGED <= len(articles) <= MOST_CHARGED):
        return None
    return _compose(found, asked, opening, documents, besides=besides)


def _by_mechanism(
    body: str, wanted: Sequence[str], bodies: Bodies, documents: Documents
) -> dict[str, set[tuple[int, int]]]:
    """Return by article where a body's deeds are told as a mechanism that others set up.

    建立健全纪委书记发现“一把手”违背决策程序等问题提出意见机制: nobody's duty by its grammar.
    """
    found: dict[str, set[tuple[int, int]]] = {}
    for parsed in documents.values():
        if parsed.document.id not in wanted and (wanted or parsed.document.edition_of):
            continue
        for article in parsed.numbered:
            for sets_up in _SETS_UP.finditer(article.text):
                end = bodies.at(article.text, sets_up.end())
                who = bodies.identify(article.text[sets_up.end() : end])
                deed = _MECHANISM.match(article.text, end) if body in who else None
                if deed:
                    place = article.start + sets_up.start(), article.start + deed.end()
                    found.setdefault(article.id, set()).add(place)
    return found


def _own(found: Sequence[Duty], asked: Asked, topic: str) -> list[Duty]:
    """Return the duties of someone whom no ontology knows, if a question begins with them.

    信访人不得有哪些行为 asks for what 信访人 must not do, not for what is forbidden towards them.
    """
    who = asked.matter[0] if asked.matter and topic.lstrip().startswith(asked.matter[0]) else ""
    return [d for d in found if who and d.subject is not None and who in d.subject.span.text]


def _telling(words: Sequence[str], wanted: Sequence[str], documents: Documents) -> tuple[str, ...]:
    """Return the words that tell one duty from another, none that most articles have.

    监督 in 有哪些监督任务 leaves nothing out of a text on supervision.
    """
    if not words:
        return ()
    among = [p for p in documents.values() if not wanted or p.document.id in wanted]
    texts = [article.text for parsed in among for article in parsed.numbered]
    return tuple(w for w in words if sum(w in text for text in texts) <= len(texts) / 2)


def _wanted(reading: Reading, documents: Documents) -> tuple[str, ...]:
    named = reading.mentions.asked_of
    return tuple(i for i in named if documents[i].document.kind is DocumentKind.NORMATIVE)


def _compose(
    found: Sequence[Duty],
    asked: Asked | None,
    opening: str,
    documents: Documents,
    *,
    besides: dict[str, set[tuple[int, int]]],
) -> Answer | None:
    """``besides``: further places by article, of articles that lay down none of the duties."""
    quoted_from = {i.partition("#")[0] for i in besides} | {d.document_id for d in found}
    articles = {a.id: a for i, p in documents.items() if i in quoted_from for a in p.articles}
    places: dict[str, set[tuple[int, int]]] = {}
    for duty in found:
        text = documents[duty.document_id].document.text
        whole = asked is not None and asked.only_body
        matter = asked.matter[0] if asked and asked.matter else ""
        threat = asked is not None and asked.sanctioned
        span = _sentence(duty) if whole else _clause(duty, text, matter=matter, threat=threat)
        places.setdefault(duty.article_id, set()).update(
            hang_together(articles[duty.article_id], span)
        )
    places = {**besides, **places}
    quoted = {i: _merge(places[i]) for i in articles if i in places}
    counts = Counter[str]()
    for i, spans in quoted.items():
        counts[articles[i].document_id] += len(spans)
    told = "，".join(f"{document_label(documents[i].document)}{n}处" for i, n in counts.items())
    shown = _first(quoted, MOST)
    answer = compose(
        [Statement(articles[i], spans) for i, spans in shown.items()],
        documents,
        opening=f"{opening}：{told}。",
    )
    left = sum(counts.values()) - sum(map(len, shown.values()))
    if answer is None or left <= 0:
        return answer
    others = [articles[i] for i in quoted if i not in shown]
    return replace(answer, text=f"{answer.text}\n{_name_others(others, left, documents)}")


def _first(
    quoted: dict[str, tuple[tuple[int, int], ...]], most: int
) -> dict[str, tuple[tuple[int, int], ...]]:
    """Return the first passages, in reading order."""
    shown: dict[str, tuple[tuple[int, int], ...]] = {}
    for i, spans in quoted.items():
        room = most - sum(map(len, shown.values()))
        if room > 0:
            shown[i] = spans[:room]
    return shown


def _name_others(others: Sequence[Article], left: int, documents: Documents) -> str:
    labels = "、".join(article_label(documents[a.document_id].document, a) for a in others)
    return f"其余{left}处" + (f"（{labels}）" if labels else "") + "见“职责清单”。"


def _describe(asked: Asked, bodies: Bodies) -> str:
    """Return what the passages have in common, as the first words of the answer."""
    parts: list[str] = []
    if asked.often is FrequencyKind.PERIOD:
        parts.append("有固定周期")
    elif asked.often is not None:
        parts.append(f"要“{asked.often_words}”做")
    if asked.forbidden:
        parts.append("不得做")
    if asked.reported:
        parts.append(f"要向{asked.report_to}报告" if asked.report_to else "要报告")
    if asked.sanctioned:
        parts.append("要追究、处理")
    if asked.upon:
        parts.append("在什么情形下")
    said = "说到" + "、".join(f"“{word}”" for word in asked.matter) if asked.matter else ""
    who = bodies.name(asked.body) if asked.body else ""
    stated = who + "、".join(parts) if parts else f"由{who}承担" if who else ""
    stated = f"写明{stated}" if stated else ""
    return "，".join(part for part in (stated, said) if part) + "的"


def _sentence(duty: Duty) -> tuple[int, int]:
    return duty.sentence.start, duty.sentence.end


def _clause(duty: Duty, text: str, *, matter: str, threat: bool) -> tuple[int, int]:
    """Return the part of the sentence that says the duty, from comma to comma.

    A sentence of one breath stays whole. Of a longer one no more than the part between semicolons
    that the matter, or else the verb, stands in; a subject that stands elsewhere is left out.
    """
    begin, end = _sentence(duty)
    if end - begin <= ONE_BREATH:
        return begin, end
    core = _find(matter, text, duty) or duty.verb
    begin, end = _between(_PARTS, text, core.start, core.end, within=(begin, end))
    slots: list[Span | None] = [core, duty.action, duty.condition, duty.modality.span]
    slots += [frequency.span for frequency in duty.frequencies]
    slots += [party.span for party in (duty.subject, duty.report_to) if party is not None]
    slots += [duty.consequence] if threat else []
    inside = [s for s in slots if s is not None and begin <= s.start and s.end <= end]
    first, last = min(s.start for s in inside), max(s.end for s in inside)
    if duty.subject is not None and not duty.subject.bodies:
        # 他们, 其: whom it means stands before.
        first = begin
    return _between(_EDGES, text, first, last, within=(begin, end))


def _find(words: str, text: str, duty: Duty) -> Span | None:
    """Return where words stand in a duty: in its action first, else anywhere in its sentence."""
    for place in (duty.action, duty.sentence) if words else ():
        start = text.find(words, place.start, place.end)
        if start >= 0:
            return Span(words, start, start + len(words))
    return None


def _between(
    edges: re.Pattern[str], text: str, first: int, last: int, *, within: tuple[int, int]
) -> tuple[int, int]:
    """Return the stretch around a place up to the nearest edges, themselves left out."""
    before = [m.end() for m in edges.finditer(text, within[0], first)]
    after = edges.search(text, last, within[1])
    return (before[-1] if before else within[0]), (after.start() if after else within[1])


def _merge(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return spans in order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
