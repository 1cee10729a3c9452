"""What the text threatens: 不按要求报告的，依规依纪严肃追究责任 → duties to report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.corpus.numerals import NUMERAL, parse_numeral
from assistant.domain import ParsedDocument
from assistant.duties.records import Duty, Span
from assistant.duties.vocabulary import Vocabulary

_REPORTING = re.compile(r"报告|反映|汇报|请示|上报|报送|通报|不报|瞒报|漏报|迟报|谎报")
_NEGATED = re.compile(
    r"(?:不|未|拒不|拒绝|没有|不按[^，。]{0,6}?|未按[^，。]{0,8}?|未依[^，。]{0,8}?)(?P<act>[^，。、；不未]{2,})"
)
_REFERRED = re.compile(rf"违反本[^，。；]{{1,6}}?(?P<articles>第{NUMERAL}条[^，。；]*)")
_NUMBER = re.compile(rf"第(?P<n>{NUMERAL})条")


class Breaches:
    """Ties sanctions to the duties whose breach they answer."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary

    def attach(
        self, parsed: ParsedDocument, by_article: Mapping[str, Sequence[Duty]]
    ) -> tuple[Duty, ...]:
        """Return the duties in reading order, with the consequences of their breach."""
        text = parsed.document.text
        duties = {duty.id: duty for listed in by_article.values() for duty in listed}
        numbered = {
            a.number: a.id for a in parsed.articles if a.number is not None and not a.suffix
        }
        for article_id, listed in by_article.items():
            for place, sanction in enumerate(listed):
                if not sanction.sanction:
                    continue
                span = _whole(sanction, text)
                referred = _referred(sanction, numbered)
                answered = [
                    duty
                    for other in referred
                    if other != article_id
                    for duty in by_article.get(other, ())
                    if not duty.sanction
                ] or self._answered(sanction, listed[:place])
                for duty in answered:
                    if duties[duty.id].consequence is None:
                        duties[duty.id] = replace(duties[duty.id], consequence=span)
                    if duty.sentence == sanction.sentence and duty.subject == sanction.subject:
                        # Whoever broke the duty is not who answers for the sanction.
                        duties[sanction.id] = replace(sanction, subject=None, inherited=False)
        return tuple(duties.values())

    def _answered(self, sanction: Duty, before: Sequence[Duty]) -> list[Duty]:
        """Return the duties before a sanction that its condition says were not done."""
        if sanction.condition is None:
            return []
        breach = sanction.condition.text
        owed = [duty for duty in before if not duty.sanction]
        if _REPORTING.search(breach):
            found = [duty for duty in owed if _REPORTING.search(duty.verb.text)]
            same = [duty for duty in found if duty.sentence == sanction.sentence][-1:]
            alone = sanction.sentence.start == sanction.condition.start
            return found if alone or not same or "不报告" in breach else same
        named = (self._words.verbs.at(match["act"]) for match in _NEGATED.finditer(breach))
        # 不作为 and 不担当 are breaches of whatever it may be.
        verbs = {verb for verb in named if verb not in ("", "作为", "担当")}
        return [duty for duty in owed if duty.verb.text in verbs]


def _whole(sanction: Duty, text: str) -> Span:
    """Return the breach and what follows from it as one span."""
    start = sanction.condition.start if sanction.condition else sanction.action.start
    if sanction.modality.span is not None:
        start = min(start, sanction.modality.span.start) if not sanction.condition else start
    end = sanction.action.end
    start = min(start, sanction.action.start)
    return Span(text[start:end], start, end)


def _referred(sanction: Duty, numbered: Mapping[int, str]) -> list[str]:
    """Return the articles whose breach a sanction names: 违反本法第十二条、第十五条规定."""
    match = _REFERRED.search(sanction.sentence.text)
    if match is None:
        return []
    numbers = (parse_numeral(found["n"]) for found in _NUMBER.finditer(match["articles"]))
    return [numbered[number] for number in numbers if number is not None and number in numbered]
