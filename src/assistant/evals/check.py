"""Proves the reference cases against the corpus: gold places exist, key phrases are verbatim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from assistant.domain import ParsedDocument
from assistant.evals.cases import EvalCase, Place, find_articles, repeated_ids, searchable_text
from assistant.text import fold


def check_cases(cases: Sequence[EvalCase], documents: Sequence[ParsedDocument]) -> tuple[str, ...]:
    """Return what is wrong with the cases in the light of the corpus, one Chinese line each."""
    faults = [
        f"第 {case.line} 行（{case.id}）：{fault}"
        for case in cases
        for fault in _corpus_faults(case, documents)
    ]
    return (*repeated_ids(cases), *faults, *_repeated_questions(cases))


def _corpus_faults(case: EvalCase, documents: Sequence[ParsedDocument]) -> list[str]:
    known = {parsed.document.id: parsed for parsed in documents}
    due = [place for group in case.due for place in group]
    faults = [
        f"引用位置“{place}”不存在"
        for place in [*due, *case.also]
        if place.document_id not in known
        or (place.number is not None and not find_articles(place, case, documents))
    ]
    repeated = [place for place, times in Counter(due).items() if times > 1 and place.number]
    faults += [f"引用位置“{place}”在 due 中出现不止一次" for place in repeated]
    # Issuer, date or number of articles need not stand in the text.
    if not faults and not case.about_documents:
        faults += _phrase_faults(case, due, known)
    return faults


def _phrase_faults(
    case: EvalCase, due: Sequence[Place], known: Mapping[str, ParsedDocument]
) -> list[str]:
    texts = {place: _texts_at(place, known[place.document_id]) for place in due}
    phrases = [phrase for group in case.key_phrases for phrase in group]
    faults = [
        f"关键短语“{phrase}”不在应引用的条文中"
        for phrase in phrases
        if not any(fold(phrase) in text for at in texts.values() for text in at)
    ]
    # One edition may lack what the other has: a group needs one alternative that can be found.
    faults += [
        f"“{'|'.join(map(str, group))}”没有条号的部分不含任何关键短语"
        for group in case.due
        if not any(
            place.number is not None
            or any(fold(phrase) in text for phrase in phrases for text in texts[place])
            for place in group
        )
    ]
    return faults


def _texts_at(place: Place, parsed: ParsedDocument) -> list[str]:
    if place.number is None:
        units = [searchable_text(article) for article in parsed.articles if article.number is None]
        # The title of a part stands in no article, yet it can be asked for.
        return units + [fold(heading.marker + heading.title) for heading in parsed.headings]
    wanted = (place.number, 0)
    return [searchable_text(a) for a in parsed.numbered if (a.number, a.suffix) == wanted]


def _repeated_questions(cases: Sequence[EvalCase]) -> list[str]:
    seen: dict[tuple[str, tuple[str, ...]], list[EvalCase]] = {}
    for case in cases:
        history = tuple(fold(text) for _, text in case.history)
        seen.setdefault((fold(case.question), history), []).append(case)
    return [
        f"题目重复：{'、'.join(f'{c.id}（{c.split}）' for c in same)}“{same[0].question}”"
        for same in seen.values()
        if len(same) > 1
    ]
