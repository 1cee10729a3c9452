"""The model's writer: what the extractive writer would answer, worded by a model and checked.

Whether there is an answer at all stays the extractive writer's decision, and whatever goes wrong
with the model, its answer is the one that is shown.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.answer.asked import gives, kinds_asked
from assistant.answer.values import correct_premise
from assistant.answer.writer import Writer
from assistant.domain import (
    Answer,
    Article,
    Citation,
    Drafting,
    Early,
    Hit,
    ParsedDocument,
    Sentence,
    Turn,
)
from assistant.errors import ModelError, ModelRejected, ModelUnavailable
from assistant.index.embed import Embedder
from assistant.models import drafts, understand
from assistant.models.chat import Request
from assistant.models.client import Deadline, ModelClient
from assistant.models.drafts import Claim, read_draft, read_partial
from assistant.models.ledger import Ledger, answer_key
from assistant.models.passages import (
    Candidate,
    NumberedPassage,
    TokenCounter,
    candidate_of,
    defuse,
    number_passages,
    show_passages,
)
from assistant.models.prompts import Prompts
from assistant.models.reply import Reply
from assistant.models.understand import Understanding
from assistant.models.verify import Verifier, likeness_by
from assistant.retrieve.reading import Reader, Reading
from assistant.retrieve.search import Searcher
from assistant.settings.model import ModelSettings

DRAFTING = "正在起草，并逐句核对原文……"
"""Shown from the model's first token until there is something of the answer to show."""
FORMAT = 2
"""Changes whenever the same draft would give another answer: kept answers are then not used."""
ARTICLES = 8
ARTICLES_OF_A_PART = 3
RESERVE_SECONDS = 1.0
"""Of the deadline that is kept for checking what came, at most a tenth of it."""
UNDERSTANDING_SHARE = 0.3
"""Of the deadline that putting a question into words may take."""
UNDERSTANDING_TOKENS = 300
LOOK_SECONDS = 0.05
"""Between two looks at a draft that is being written; each reads all of it."""
LONGEST_DRAFT = 12_000
"""Characters after which a draft is read no further."""
LEAST_COVERAGE = 0.85
"""Share of what the extractive answer covers of a question that the model's must cover."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the writer needs of the other rooms."""

    documents: Mapping[str, ParsedDocument]
    reader: Reader
    writer: Writer
    searcher: Searcher
    embedder: Embedder
    count_tokens: TokenCounter
    corpus_fingerprint: str


class ModelWriter:
    """Answers questions with a model. Thread safe; holds no conversation."""

    def __init__(
        self,
        rooms: Rooms,
        *,
        client: ModelClient,
        prompts: Prompts,
        ledger: Ledger | None,
        settings: ModelSettings,
    ) -> None:
        self._rooms = rooms
        self._client = client
        self._prompts = prompts
        self._ledger = ledger
        self._settings = settings
        self._likeness = likeness_by(rooms.embedder)

    @property
    def prompts_hash(self) -> str:
        """Hash of the prompt files."""
        return self._prompts.hash

    def close(self) -> None:
        """End all calls."""
        self._client.close()

    def stream(
        self, question: str, history: Sequence[Turn], *, person: str = ""
    ) -> Generator[Early, None, Answer]:
        """Yield what may be shown early and return the answer. Closing it ends the model's call."""
        seconds = self._settings.deadline_seconds
        deadline = Deadline.after(seconds - min(RESERVE_SECONDS, seconds / 10))
        reading, parts = self._read(question, history, deadline, person)
        extractive = self._rooms.writer.answer(reading)
        if extractive.status != "answered" or self._rooms.writer.weigh(reading) is None:
            return extractive
        key = self._key(reading, parts)
        kept = self._ledger.find(key, self._rooms.documents) if self._ledger else None
        if kept is not None:
            return replace(kept, question_used=extractive.question_used)
        hits = self._rooms.writer.rank(reading, limit=ARTICLES)
        passages = self._passages(hits, parts, extractive)
        nothing = Reply(self._rooms.documents)
        try:
            self._take_call(person)
            reply = yield from self._write(reading, passages, deadline)
        except ModelError as error:
            _log.warning("the extractive writer answers: %s", error)
            word = "unavailable" if isinstance(error, ModelUnavailable) else "rejected"
            return replace(extractive, drafting=self._record(nothing, fallback=word))
        # A fault of ours in checking a draft is logged whole; the reader has an answer already.
        except Exception:
            _log.exception("a draft could not be checked")
            return replace(extractive, drafting=self._record(nothing, fallback="broken"))
        shortfall = self._shortfall(reading, hits, reply, extractive)
        if shortfall:
            return replace(extractive, drafting=self._record(reply, fallback=shortfall))
        answer = reply.answer(self._record(reply))
        if self._ledger:
            self._ledger.keep(key, answer)
        return replace(answer, question_used=extractive.question_used)

    def _read(
        self, question: str, history: Sequence[Turn], deadline: Deadline, person: str
    ) -> tuple[Reading, tuple[Reading, ...]]:
        """Return the question as understood, and its parts when it asks several things."""
        by_rule = self._rooms.reader.read(question, history)
        several = understand.asks_several(by_rule.text)
        found: Understanding | None = None
        if self._settings.rewrite and ((history and by_rule.leans) or several):
            found = self._understand(question, history, deadline, person)
        if found is None:
            split = understand.split_by_rule(by_rule.text) if several else ()
            return by_rule, self._read_parts(split, by_rule)
        reading = by_rule
        if by_rule.leans:
            alone = self._rooms.reader.read(found.question, ())
            reading = replace(alone, leans=True, discussed=by_rule.discussed)
        return reading, self._read_parts(found.parts, by_rule)

    def _read_parts(self, parts: Sequence[str], whole: Reading) -> tuple[Reading, ...]:
        """Return the readings of the parts; each may lean on the one before."""
        readings = []
        for number, part in enumerate(parts):
            before: list[Turn] = [("user", parts[number - 1])] if number else []
            readings.append(self._rooms.reader.read(part, before))
        return tuple(readings) if len(readings) > 1 and not whole.addresses else ()

    def _understand(
        self, question: str, history: Sequence[Turn], deadline: Deadline, person: str
    ) -> Understanding | None:
        rules, request = self._prompts.understand.fill(
            {"history": understand.show_history(history), "question": defuse(question)}
        )
        wanted = Request(rules, request, understand.SCHEMA, "understanding", UNDERSTANDING_TOKENS)
        share = self._settings.deadline_seconds * UNDERSTANDING_SHARE
        try:
            self._take_call(person)
            text = self._client.complete(wanted, deadline.within(share))
        except ModelError as error:
            _log.warning("the question is understood by rule: %s", error)
            return None
        return understand.read_understanding(text, question=question, history=history)

    def _take_call(self, person: str) -> None:
        limited = self._settings.calls_per_day or self._settings.calls_per_person_per_day
        if not limited:
            return
        if self._ledger is None or not self._ledger.take_call(person):
            raise ModelUnavailable("今天调用模型的次数已用完。")

    def _key(self, reading: Reading, parts: Sequence[Reading]) -> str:
        return answer_key(
            FORMAT,
            reading.standalone,
            reading.discussed,
            [part.standalone for part in parts],
            self._rooms.corpus_fingerprint,
            self._prompts.hash,
            self._client.model.name,
            self._settings.passage_tokens,
        )

    def _passages(
        self, hits: Sequence[Hit], parts: Sequence[Reading], extractive: Answer
    ) -> tuple[NumberedPassage, ...]:
        """Return what the model sees: what the extractive answer quotes, then what search found."""
        found = {hit.article.id: candidate_of(hit) for hit in hits}
        quoted = [self._article(citation) for citation in extractive.citations]
        best = [found.get(a.id, Candidate(a)) for a in quoted if a is not None]
        of_parts = [
            candidate_of(hit)
            for ranked in zip(
                *(self._rooms.writer.rank(p, limit=ARTICLES_OF_A_PART) for p in parts),
                strict=False,
            )
            for hit in ranked
        ]
        return number_passages(
            [*best, *of_parts, *found.values()],
            self._rooms.documents,
            budget_tokens=self._settings.passage_tokens,
            count_tokens=self._rooms.count_tokens,
        )

    def _article(self, citation: Citation) -> Article | None:
        articles = self._rooms.documents[citation.document_id].articles
        return next((a for a in articles if a.id == citation.article_id), None)

    def _write(
        self, reading: Reading, passages: Sequence[NumberedPassage], deadline: Deadline
    ) -> Generator[Early, None, Reply]:
        """Yield the draft as it is checked, and return what holds of it."""
        rules, request = self._prompts.answer.fill(
            {"passages": show_passages(passages), "question": defuse(reading.standalone)}
        )
        wanted = Request(rules, request, drafts.SCHEMA, "answer", self._settings.answer_tokens)
        checker = _Checker(
            Verifier(passages, self._rooms.documents, self._likeness, question=reading.standalone),
            self._rooms.documents,
        )
        with contextlib.closing(self._client.stream(wanted, deadline)) as pieces:
            for piece in pieces:
                if isinstance(piece, str):
                    checker.start_again()
                else:
                    yield from checker.take(piece.text)
                if checker.overflows:
                    break
        reply = checker.finish()
        if not checker.readable:
            raise ModelRejected("模型的答复无法读取。")
        reply.opening = correct_premise(reading.text, _quotes(reply.citations))
        return reply

    def _shortfall(
        self, reading: Reading, hits: Sequence[Hit], reply: Reply, extractive: Answer
    ) -> str:
        """Return why the model's answer is not the better one; empty when it is."""
        if not reply.kept:
            return "nothing_held" if reply.quoted or reply.dropped else "nothing_said"
        ours, theirs = _quotes(extractive.citations), _quotes(reply.citations)
        for kind in kinds_asked(reading.form):
            if gives(kind, ours) and not gives(kind, theirs):
                return "value_missing"
        best = _best_sentence(hits, extractive)
        if best is not None and not any(_holds(c, *best) for c in reply.citations):
            return "best_left_out"
        coverage = self._rooms.searcher.coverage
        if coverage(reading.topic, theirs) < LEAST_COVERAGE * coverage(reading.topic, ours):
            return "beside_the_question"
        return ""

    def _record(self, reply: Reply, *, fallback: str = "") -> Drafting:
        return Drafting(
            model=self._client.model.name,
            prompts=self._prompts.hash,
            kept=reply.kept,
            quoted=reply.quoted,
            dropped=reply.dropped,
            faults=tuple(dict.fromkeys(reply.faults)),
            fallback=fallback,
        )


def _quotes(citations: Sequence[Citation]) -> str:
    return "\n".join(citation.quote for citation in citations)


def _best_sentence(hits: Sequence[Hit], answer: Answer) -> tuple[str, Sentence] | None:
    """Return the best sentence of those that an answer quotes of the first article."""
    scored = [
        (score, hit.article.document_id, sentence)
        for hit in hits[:1]
        for sentence, score in hit.sentences
        if any(_holds(c, hit.article.document_id, sentence) for c in answer.citations)
    ]
    best = max(scored, key=lambda one: one[0], default=None)
    return None if best is None else best[1:]


def _holds(citation: Citation, document_id: str, sentence: Sentence) -> bool:
    same = citation.document_id == document_id
    return same and citation.start < sentence.end and sentence.start < citation.end


class _Checker:
    """Checks a draft while it is being written."""

    def __init__(self, verifier: Verifier, documents: Mapping[str, ParsedDocument]) -> None:
        self._verifier = verifier
        self._documents = documents
        self._text = ""
        self._done = 0
        self._shown: Early | None = None
        self._look_again = 0.0
        self._reply = Reply(documents)
        self.readable = False
        """Whether the whole draft could be read, once it is finished."""

    @property
    def overflows(self) -> bool:
        """Whether far more was written than was asked for."""
        return len(self._text) > LONGEST_DRAFT

    def start_again(self) -> None:
        """Forget what came so far."""
        self._text, self._done, self._reply = "", 0, Reply(self._documents)

    def take(self, text: str) -> Iterator[Early]:
        """Take what was written, and yield what may be shown when that has changed.

        A quotation is shown while it is written, as far as it stands in a passage; a sentence once
        it is whole and holds.
        """
        self._text += text
        if self._shown is None:
            self._shown = Early(DRAFTING)
            yield self._shown
        if time.monotonic() < self._look_again:
            return
        claims = read_partial(self._text).claims
        for claim in claims[self._done : len(claims) - 1]:
            self._judge(claim)
            self._done += 1
        early = self._reply.early(self._being_written(claims[-1].quote if claims else ""))
        if early.text and early != self._shown:
            self._shown = early
            yield early
        self._look_again = time.monotonic() + LOOK_SECONDS

    def _being_written(self, quote: str) -> str:
        found = self._verifier.begins(quote)
        if found is None:
            return ""
        text = self._documents[found.article.document_id].document.text
        start = found.start
        while start > 0 and text[start - 1] in "“‘（《〈【":
            start -= 1
        return text[start : found.end]

    def finish(self) -> Reply:
        """Check what is left and return the reply; an unfinished claim does not count."""
        draft = read_draft(self._text)
        self.readable = draft.complete or bool(draft.claims)
        for claim in draft.claims[self._done :]:
            if claim.finished:
                self._judge(claim)
        return self._reply

    def _judge(self, claim: Claim) -> None:
        verdict = self._verifier.check(claim)
        _log.debug("%s %s %r of %r", verdict.outcome, verdict.faults, claim.sentence, claim.quote)
        self._reply.add(verdict)
