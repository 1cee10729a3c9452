"""The model's writer: what the extractive writer would answer, worded by a model and checked.

Whether there is an answer at all stays the extractive writer's decision, and whatever goes wrong
with the model, its answer is the one that is shown.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Generator, Mapping, Sequence
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
    Turn,
)
from assistant.errors import ModelError, ModelRejected, ModelUnavailable
from assistant.index.embed import Embedder
from assistant.models import drafts, understand
from assistant.models.bearing import Bearing, best_quoted, holds, needed
from assistant.models.chat import Request
from assistant.models.checker import Checker
from assistant.models.client import Deadline, ModelClient
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

FORMAT = 3
"""Changes whenever the same draft would give another answer: kept answers are then not used."""
ARTICLES = 8
ARTICLES_OF_A_PART = 3
RESERVE_SECONDS = 1.0
"""Of the deadline that is kept for checking what came, at most a tenth of it."""
UNDERSTANDING_SHARE = 0.3
"""Of the deadline that putting a question into words may take."""
UNDERSTANDING_TOKENS = 300
LEAST_COVERAGE = 0.95
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
        rankings = [self._rooms.writer.rank(reading, limit=ARTICLES)]
        rankings += [self._rooms.writer.rank(part, limit=ARTICLES_OF_A_PART) for part in parts]
        passages = self._passages(rankings, extractive)
        nothing = Reply(self._rooms.documents)
        try:
            self._take_call(person)
            bearing = Bearing(rankings, extractive.citations)
            reply = yield from self._write(reading, passages, bearing, deadline)
        except ModelError as error:
            _log.warning("the extractive writer answers: %s", error)
            word = "unavailable" if isinstance(error, ModelUnavailable) else "rejected"
            return replace(extractive, drafting=self._record(nothing, fallback=word))
        # A fault of ours in checking a draft is logged whole; the reader has an answer already.
        except Exception:
            _log.exception("a draft could not be checked")
            return replace(extractive, drafting=self._record(nothing, fallback="broken"))
        shortfall = self._shortfall(reading, rankings, reply, extractive)
        if shortfall:
            return replace(extractive, drafting=self._record(reply, fallback=shortfall))
        for quotation in needed(rankings[0], extractive.citations):
            reply.complete(quotation)
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
        plain: Answer | None = None
        if self._settings.rewrite and ((history and by_rule.leans) or several):
            plain = self._rooms.writer.answer(by_rule)
            if self._is_settled(by_rule, plain):
                return by_rule, ()
            found = self._understand(question, history, deadline, person)
        if found is None or plain is None:
            split = understand.split_by_rule(by_rule.text) if several else ()
            return by_rule, self._read_parts(split, by_rule)
        reading = by_rule
        if by_rule.leans:
            reading = self._reread(found.question, history, by_rule, plain)
        return reading, self._read_parts(found.parts, by_rule)

    def _is_settled(self, reading: Reading, answer: Answer) -> bool:
        """Tell whether the form of a question settles its answer: a model has nothing to add."""
        return answer.status == "answered" and self._rooms.writer.weigh(reading) is None

    def _reread(
        self, rewritten: str, history: Sequence[Turn], by_rule: Reading, plain: Answer
    ) -> Reading:
        """Return the reading of a rewriting, unless the rules understand more than it says.

        It must lean on nothing any more, and not turn an answer into a refusal. Documents that the
        rules have found stay: a rewriting that tells what was said before names its own, too.
        """
        if self._rooms.reader.read(rewritten, history).leans:
            return by_rule
        reading = replace(
            self._rooms.reader.read(rewritten, ()), leans=True, discussed=by_rule.discussed
        )
        if by_rule.mentions.documents or by_rule.mentions.hinted:
            reading = replace(reading, mentions=by_rule.mentions)
        answers = self._rooms.writer.answer(reading).status == "answered"
        return reading if answers or plain.status != "answered" else by_rule

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
        self, rankings: Sequence[Sequence[Hit]], extractive: Answer
    ) -> tuple[NumberedPassage, ...]:
        """Return what the model sees: what the extractive answer quotes, then what search found."""
        whole, *parts = rankings
        found = {hit.article.id: candidate_of(hit) for hit in whole}
        quoted = [self._article(citation) for citation in extractive.citations]
        best = [found.get(a.id, Candidate(a)) for a in quoted if a is not None]
        of_parts = [candidate_of(hit) for row in zip(*parts, strict=False) for hit in row]
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
        self,
        reading: Reading,
        passages: Sequence[NumberedPassage],
        bearing: Bearing,
        deadline: Deadline,
    ) -> Generator[Early, None, Reply]:
        """Yield the draft as it is checked, and return what holds of it."""
        rules, request = self._prompts.answer.fill(
            {"passages": show_passages(passages), "question": defuse(reading.standalone)}
        )
        wanted = Request(rules, request, drafts.SCHEMA, "answer", self._settings.answer_tokens)
        documents = self._rooms.documents
        verifier = Verifier(passages, documents, self._likeness, question=reading.standalone)
        checker = Checker(verifier, bearing, documents)
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
        self,
        reading: Reading,
        rankings: Sequence[Sequence[Hit]],
        reply: Reply,
        extractive: Answer,
    ) -> str:
        """Return why the model's answer is not the better one; empty when it is."""
        if not reply.kept:
            return "nothing_held" if reply.quoted or reply.dropped else "nothing_said"
        ours, theirs = _quotes(extractive.citations), _quotes(reply.citations)
        for kind in kinds_asked(reading.form):
            if gives(kind, ours) and not gives(kind, theirs):
                return "value_missing"
        named = {*reading.mentions.documents, *reading.mentions.hinted}
        if named & _documents_of(extractive.citations) - _documents_of(reply.citations):
            return "document_left_out"
        whole, *parts = rankings
        for hits in (whole[:1], *parts):
            best = best_quoted(hits, extractive.citations)
            if best is not None and not any(holds(c, *best) for c in reply.citations):
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


def _documents_of(citations: Sequence[Citation]) -> set[str]:
    return {citation.document_id for citation in citations}


def _quotes(citations: Sequence[Citation]) -> str:
    return "\n".join(citation.quote for citation in citations)
