"""The extractive writer: what kind of question it is, and who answers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answer import about, compare, divisions, enumerate_, lookup
from assistant.answer.asked import (
    asks_several,
    gives,
    kinds_asked,
    kinds_sought,
    missing_particulars,
    wants_everything,
)
from assistant.answer.compose import Statement, compose, refuse
from assistant.answer.duty_list import answer_duties
from assistant.answer.extract import (
    best_sentence,
    extent_of,
    gather_part,
    quote_hits,
)
from assistant.answer.find import HITS, Finder
from assistant.answer.further import Candidates, Further, look_at
from assistant.answer.part_answers import PartAnswers
from assistant.answer.refuse import DETAILS, Evidence, Judge, explain, explain_foreign, foreign
from assistant.answer.values import correct_premise, lead_with
from assistant.domain import Answer, Article, Citation, DocumentKind, Hit, ParsedDocument
from assistant.duties.register import Register
from assistant.retrieve.align import Alignment
from assistant.retrieve.parts import Part, split_parts
from assistant.retrieve.reading import Reading, asks_source
from assistant.retrieve.search import Searcher

OFFERED = 3
LEAST_APART = 2
"""Parts from which a question that cannot be answered as a whole is answered part by part."""
WITHIN = 0.15
"""Probability below which an article that a question gives by its number does not answer it."""


class Writer:
    """Answers readings by quoting. Holds no state of a conversation."""

    def __init__(
        self,
        documents: Sequence[ParsedDocument],
        searcher: Searcher,
        judge: Judge,
        alignment: Alignment,
        register: Callable[[], Register],
    ) -> None:
        self._listed = tuple(documents)
        self._documents = {parsed.document.id: parsed for parsed in documents}
        self._searcher = searcher
        self._judge = judge
        self._alignment = alignment
        self._register = register
        self._finder = Finder(searcher, alignment, self._documents)
        self._further = Further.load()
        self._parts = PartAnswers(searcher, register, self._documents)

    def answer(self, reading: Reading) -> Answer:
        """Return a verified answer, a refusal, or a question back."""
        answer = (
            self._refuse_foreign(reading) or self._settle(reading) or self._answer_content(reading)
        )
        used = reading.standalone if reading.leans else ""
        return replace(answer, question_used=answer.question_used or used)

    def rank(self, reading: Reading, *, limit: int = HITS) -> tuple[Hit, ...]:
        """Return the ranked articles for a reading; those that its form settles come first."""
        hits = self._finder.search(reading, limit=limit).hits
        settled = self._settle(reading)
        cited = settled.citations if settled and settled.status == "answered" else ()
        if not cited:
            return hits
        found = {hit.article.id: hit for hit in hits}
        ahead = hits[0].score if hits else 0.0
        first = [
            found.get(article.id, Hit(article, ahead, 1)) for article in self._cited_articles(cited)
        ]
        rest = [hit for hit in hits if hit not in first]
        return tuple(
            replace(hit, rank=rank) for rank, hit in enumerate([*first, *rest][:limit], start=1)
        )

    def _cited_articles(self, citations: Sequence[Citation]) -> list[Article]:
        """Return the articles cited, each once; for a heading, the first that stands under it."""
        ids: dict[str, None] = {}
        for citation in citations:
            parsed = self._documents[citation.document_id]
            under = (
                a.id for a in parsed.articles
                if any(h.id == citation.article_id for h in a.headings)
            )  # fmt: skip
            ids.setdefault(next(under, citation.article_id))
        return self._finder.articles(ids)

    def weigh(self, reading: Reading) -> Evidence | None:
        """Return the evidence that decides on a reading, or None when its form settles it."""
        if foreign(reading) or self._settle(reading):
            return None
        return self._examine(reading)[0]

    def candidates(self, reading: Reading) -> Candidates | None:
        """Return what may be quoted, and why, or None when the form of a reading settles it."""
        if foreign(reading) or self._settle(reading):
            return None
        return self._look(reading, self._finder.find(reading).hits)

    def _settle(self, reading: Reading) -> Answer | None:
        """Answer what the form of a question settles: addresses, lists, dates, comparisons."""
        greeting = about.greet(reading, self._listed, self._documents)
        if greeting is not None:
            return greeting
        editions = compare.answer_editions(reading, self._listed, self._documents)
        if editions is not None:
            return editions
        if reading.addresses:
            against = compare.against_article(reading, self._documents)
            answer = (against and self._compare(reading)) or self._answer_address(reading)
            if answer is not None:
                return answer
        discussed = self._finder.articles(reading.discussed) if reading.leans else []
        beside = lookup.neighbours(reading, discussed, self._documents)
        if beside:
            return lookup.answer_whole(beside, None, self._documents)
        if discussed and asks_source(reading.text):
            return lookup.answer_whole(discussed, None, self._documents)
        as_written = self._searcher.as_written
        return (
            divisions.answer_how_many(reading, self._documents)
            or enumerate_.answer_cited(reading, self._listed, self._documents)
            or enumerate_.answer_list(reading, self._listed, self._documents, as_written)
            or enumerate_.answer_place(reading, self._listed, self._documents, as_written)
            or about.answer_about(reading, self._listed, self._documents)
            or (compare.sets_against(reading) and self._compare(reading))
            or enumerate_.answer_quoted(reading, self._listed, self._documents, as_written)
            or self._gather_in(divisions.articles_meant(reading, self._documents), reading)
            or answer_duties(reading, self._register, self._documents)
            or enumerate_.answer_words(reading, self._listed, self._documents, as_written)
            or self._answer_overview(reading)
            or (not wants_everything(reading.text) and self._compare(reading))
            or None
        )

    def _compare(self, reading: Reading) -> Answer | None:
        return compare.answer_comparison(reading, self._searcher, self._alignment, self._documents)

    def _refuse_foreign(self, reading: Reading) -> Answer | None:
        reason = foreign(reading)
        if not reason:
            return None
        hits = self._finder.search(reading, limit=OFFERED).hits
        related = [hit.article for hit in hits]
        return refuse(explain_foreign(reading), reason, related=related, documents=self._documents)

    def _answer_overview(self, reading: Reading) -> Answer | None:
        """Answer what a document, its beginning or a part named by its heading is about."""
        named = reading.mentions.documents or reading.mentions.hinted
        parsed = [self._documents[i] for i in named]
        commentary = [p for p in parsed if p.document.kind is not DocumentKind.NORMATIVE]
        parsed = commentary or parsed
        if len(parsed) != 1:
            return None
        if not (lookup.asks_overview(reading) or lookup.asks_beginning(reading)):
            return divisions.answer_asked(reading, parsed[0], self._documents)
        return (
            lookup.answer_beginning(reading, parsed[0], self._documents)
            or divisions.answer_named(reading, parsed[0], self._documents)
            or lookup.answer_document(reading, parsed[0], self._documents)
        )

    def _gather_in(self, articles: Sequence[Article], reading: Reading) -> Answer | None:
        """Answer from all articles of a part, where several things are asked of it."""
        if not articles or lookup.asks_overview(reading) or not asks_several(reading.text):
            return None
        ranking = self._finder.search(reading, within=articles)
        kinds = kinds_sought(reading.form)
        return compose(gather_part(ranking.hits, kinds, self._documents), self._documents)

    def _answer_address(self, reading: Reading) -> Answer | None:
        several = self._answer_several(reading)
        if several is not None:
            return several
        # 《意见》第三部分第八条: the article says which part.
        address = next((a for a in reading.addresses if not a.part), reading.addresses[0])
        meant = lookup.candidates(reading, self._listed)
        if address.document and not reading.mentions.documents:
            meant = [self._documents[address.document]]  # 中央第六条
        found = [(parsed, lookup.find_addressed(address, parsed)) for parsed in meant]
        found = [(parsed, articles) for parsed, articles in found if articles]
        if not found and address.part and not any(divisions.lacks(address, p) for p in meant):
            return None  # an interview's 第二部分 is another document's
        if not found:
            named = [p for p in meant if p.numbered] or meant
            return lookup.refuse_missing(address, named, self._documents) if named else None
        if len(found) > 1 and not address.part and not reading.mentions.documents:
            firsts = [(parsed, articles[0]) for parsed, articles in found]
            return lookup.ask_back(address, firsts, self._documents)
        parsed, articles = found[0]
        where = lookup.answer_where(reading, articles, self._documents)
        if where is not None and not address.part:
            return where
        heading = divisions.find_part(address, parsed) if address.part else None
        if heading and (lookup.asks_of_part(reading, heading) or lookup.asks_overview(reading)):
            wanted = divisions.wanted_of(reading)
            return divisions.answer_part(heading, parsed, self._documents, wanted)
        if lookup.asks_whole(reading):
            return lookup.answer_whole(articles, address, self._documents)
        gathered = self._gather_in(articles, reading) if address.part else None
        return gathered or self._answer_within(reading, articles)

    def _answer_several(self, reading: Reading) -> Answer | None:
        """Return several parts, or the full text of several articles, each with its document."""
        parts = lookup.several_parts(reading, self._listed)
        if parts:
            return divisions.answer_parts(parts, self._documents, divisions.wanted_of(reading))
        named = [a for a in reading.addresses if not a.part and a.document]
        if len(named) < 2 or len({(a.document, a.number, a.suffix) for a in named}) < 2:
            return None
        articles = [
            article
            for address in named
            for article in lookup.find_addressed(address, self._documents[address.document])
        ]
        if not articles:
            return None
        where = lookup.answer_where(reading, articles, self._documents)
        return where or lookup.answer_whole(articles, None, self._documents)

    def _answer_within(self, reading: Reading, articles: Sequence[Article]) -> Answer | None:
        ranking = self._finder.search(reading, within=articles)
        kinds = kinds_asked(reading.form)
        text = "\n".join(article.text for article in articles)
        statements = self._select(reading, ranking.hits)
        lacking = [kind for kind in kinds if kind in DETAILS and not gives(kind, text)]
        without = missing_particulars(reading.text, text)
        evidence = self._judge.weigh(reading, ranking, statements, kinds)
        if not lacking and not without and evidence.probability >= WITHIN:
            return compose(statements, self._documents)
        reason = "missing_particular" if without else evidence.reason
        return refuse(
            explain(reading, evidence, ranking.hits, self._documents),
            "missing_kind" if lacking else reason,
            related=articles[:OFFERED],
            documents=self._documents,
        )

    def _examine(self, reading: Reading) -> tuple[Evidence, tuple[Hit, ...], list[Statement]]:
        ranking = self._finder.find(reading)
        kinds = kinds_asked(reading.form)
        statements = self._select(reading, ranking.hits)
        evidence = self._judge.weigh(reading, ranking, statements, kinds)
        return evidence, ranking.hits, statements

    def _look(self, reading: Reading, hits: Sequence[Hit]) -> Candidates:
        kinds = kinds_sought(reading.form)
        best = [best_sentence(hit, kinds) for hit in hits]
        return look_at(reading, hits, best, self._searcher)

    def _select(self, reading: Reading, hits: Sequence[Hit]) -> list[Statement]:
        chosen = self._further.choose(self._look(reading, hits)) if hits else ()
        kinds, extent = kinds_sought(reading.form), extent_of(reading.text)
        return quote_hits(chosen, kinds, self._documents, extent=extent)

    def _answer_content(self, reading: Reading) -> Answer:
        evidence, hits, statements = self._examine(reading)
        if self._judge.strays(reading, statements):
            return replace(self._answer_content(reading.alone), question_used=reading.text)
        parts = split_parts(reading.text)
        if self._judge.is_answerable(evidence):
            opening = self._opening(reading, statements, one=len(parts) == 1)
            if len(parts) > 1:
                statements = self._parts.cover(parts, reading, hits, statements)
            # 是哪天印发的，对谈心谈话有什么要求: a fact on the document, and what it says.
            told, proof = (
                about.tell(reading, self._listed) if about.asks_more(reading) else ("", ())
            )
            answer = compose(
                [*proof, *statements],
                self._documents,
                opening="\n".join(filter(None, (told, opening))),
            )
            if answer is not None:
                return answer
        apart = self._answer_apart(parts, reading)
        if apart is not None:
            return apart
        related = [hit.article for hit in hits[:OFFERED]]
        return refuse(
            explain(reading, evidence, hits, self._documents),
            evidence.reason,
            related=related,
            documents=self._documents,
        )

    def _answer_apart(self, parts: Sequence[Part], reading: Reading) -> Answer | None:
        """Answer the parts of a question one by one, or None when few of them can be answered.

        Three things asked at once are like no article, and each may be like one. What is not
        answered is said.
        """
        if len(parts) < LEAST_APART:
            return None
        quoted: dict[str, Statement] = {}
        silent: list[str] = []
        for part in parts:
            alone = replace(reading, text=part.text, standalone=part.text, topic=part.own)
            evidence, _, statements = self._examine(alone)
            if self._judge.is_answerable(evidence):
                self._parts.add(statements[0], quoted)
            else:
                silent.append(f"“{part.own.strip('，,。？?！! ')}”")
        if len(silent) >= len(parts) / 2:
            return None
        answer = compose(quoted.values(), self._documents)
        if answer is None or not silent:
            return answer
        return replace(answer, text=f"{answer.text}\n材料没有规定您问的{'、'.join(silent)}。")

    def _opening(
        self, reading: Reading, statements: Sequence[Statement], *, one: bool = True
    ) -> str:
        """Return a wrong premise set right or, where ``one`` thing is asked, its value."""
        text = self._documents[statements[0].article.document_id].document.text
        quoted = " ".join(text[start:end] for start, end in statements[0].spans)
        value = lead_with(kinds_asked(reading.form), quoted) if one else ""
        return correct_premise(reading.text, quoted) or value
