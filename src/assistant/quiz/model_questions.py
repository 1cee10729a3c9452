"""A language model asked for questions, article by article; what it proposes is proved here.

The articles that the bank asks least about come first. What is kept is new to the bank: no stem
like another's, no second question of one form about one fact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from assistant.corpus.labels import article_label
from assistant.domain import Article, Document, DocumentKind, ParsedDocument
from assistant.errors import ModelError
from assistant.models.chat import Request
from assistant.models.commands import is_command
from assistant.models.passages import without_commands
from assistant.models.prompts import Prompt
from assistant.quiz.check import Search, is_found, twins
from assistant.quiz.facts import Facts
from assistant.quiz.generate_model import ProposalVerifier
from assistant.quiz.items import Item
from assistant.quiz.proposals import SCHEMA, Proposal, read_proposals
from assistant.quiz.segments import split_segments
from assistant.quiz.wording import document_name, number_from
from assistant.retrieve.align import Alignment

PROMPT = "quiz.md"
PLACES = frozenset({"document", "article", "twin", "spans", "number"})
PROPOSALS = 5
"""Asked for of each article; most do not pass."""
MOST_PER_ARTICLE = 2
MOST_SPANS = 24
LONGEST_SPAN, SHORTEST_ARTICLE = 80, 30
NOTHING = "（没有）"

Ask = Callable[[Request], str]
"""Asks the model. Raises ``ModelError``."""
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Asked:
    """What came of asking a model."""

    items: list[Item] = field(default_factory=list)
    turned_away: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    proposals: int = 0
    stopped: str = ""
    """Why it ended before its time; empty when it did not."""


class ModelQuestions:
    """Asks a model for questions that a bank does not have yet."""

    def __init__(
        self,
        documents: Sequence[ParsedDocument],
        facts: Facts,
        verifier: ProposalVerifier,
        *,
        prompt: Prompt,
        longest_tokens: int,
        search: Search | None = None,
    ) -> None:
        known = {parsed.document.id for parsed in documents}
        self._documents = {
            p.document.id: p for p in documents if p.document.edition_of not in known
        }
        self._facts = facts
        self._verifier = verifier
        self._prompt = prompt
        self._longest_tokens = longest_tokens
        self._search = search
        self._alignment = Alignment(tuple(self._documents.values()))

    def make(
        self,
        bank: Sequence[Item],
        ask: Ask,
        *,
        wanted: int,
        at_once: int,
        document_ids: Sequence[str] = (),
        progress: Progress = lambda done, of: None,
    ) -> Asked:
        """Return up to so many new items. Raises ``ModelError`` when the model answers nothing."""
        asked = Asked()
        articles = self._articles(bank, document_ids)
        with ThreadPoolExecutor(max_workers=at_once) as pool:
            for start in range(0, len(articles), at_once):
                batch = articles[start : start + at_once]
                answers = list(pool.map(lambda article: self._answer(article, ask), batch))
                for article, answer in zip(batch, answers, strict=True):
                    self._take(article, answer, (*bank, *asked.items), asked)
                progress(min(len(asked.items), wanted), wanted)
                failures = [answer for answer in answers if isinstance(answer, ModelError)]
                if len(failures) == len(batch):
                    if len(failures) == asked.calls:
                        raise failures[0]
                    asked.stopped = str(failures[0])
                if asked.stopped or len(asked.items) >= wanted:
                    break
        del asked.items[wanted:]
        return asked

    def request(self, article: Article) -> Request:
        """Return what the model is asked about an article."""
        document = self._documents[article.document_id].document
        twins_of = self._alignment.counterparts(article)
        rules, request = self._prompt.fill(
            {
                "document": document_name(document),
                "article": without_commands(article),
                "twin": self._labelled(twins_of[0].like) if twins_of else NOTHING,
                "spans": "\n".join(self._spans(article)) or NOTHING,
                "number": str(PROPOSALS),
            }
        )
        return Request(rules, request, SCHEMA, "questions", self._longest_tokens)

    def _articles(self, bank: Sequence[Item], document_ids: Sequence[str]) -> list[Article]:
        """Return the articles worth asking about, those that the bank asks least about first."""
        asked = Counter(basis.article_id for item in bank for basis in item.basis)
        found = [
            article
            for parsed in self._documents.values()
            if parsed.document.kind is DocumentKind.NORMATIVE
            and (not document_ids or parsed.document.id in document_ids)
            for article in parsed.articles
            if len(article.text) >= SHORTEST_ARTICLE
        ]
        return sorted(found, key=lambda article: asked[article.id])

    def _answer(self, article: Article, ask: Ask) -> str | ModelError:
        try:
            return ask(self.request(article))
        except ModelError as error:
            return error

    def _take(
        self, article: Article, answer: str | ModelError, bank: Sequence[Item], asked: Asked
    ) -> None:
        """Add what comes of one answer."""
        asked.calls += 1
        if isinstance(answer, ModelError):
            asked.turned_away["模型没有答完"] += 1
            return
        proposals, unread = read_proposals(answer)
        asked.proposals += len(proposals) + len(unread)
        asked.turned_away.update(reason.partition("（")[0] for reason in unread)
        kept: list[Item] = []
        for proposal in proposals:
            item, reason = self._prove(proposal, article, (*bank, *kept))
            if item is not None and len(kept) < MOST_PER_ARTICLE:
                kept.append(item)
            else:
                asked.turned_away[reason or "本条已够"] += 1
        asked.items += kept

    def _prove(
        self, proposal: Proposal, article: Article, bank: Sequence[Item]
    ) -> tuple[Item | None, str]:
        """Return the item, or why there is none in a few words."""
        verdict = self._verifier.verify(proposal, article_id=article.id)
        item = verdict.item
        if item is None:
            return None, verdict.reasons[0].partition("：")[0].partition("（")[0]
        item = _with_known_fact(item, bank)
        alike = [other for other in bank if other.type is item.type]
        if any(i.fact_id == item.fact_id or twins((i, item)) for i in alike):
            return None, "题库已有同样的题"
        if self._search is not None and not is_found(item, self._search):
            return None, "凭题干检索不到依据"
        return item, ""

    def _labelled(self, article: Article) -> str:
        document = self._documents[article.document_id].document
        return f"{article_label(document, article)}：{without_commands(article)}"

    def _spans(self, article: Article) -> Iterator[str]:
        """Yield words of other articles that may be wrong options, each with where it stands."""
        own = self._documents[article.document_id].document
        kinds = {fact.kind for fact in self._facts.facts if fact.source.article.id == article.id}
        fitting: dict[str, str] = {}
        for fact in self._facts.facts:
            source = fact.source
            if source.article.id == article.id or fact.kind not in kinds:
                continue
            if not _related(own, source.document) or is_command(source.sentence.text):
                continue
            around = _segment_around(source.text, fact.key)
            if around and fact.key not in article.text:
                fitting.setdefault(fact.key, f"- {fact.key}｜{around}")
        chosen = sorted(fitting, key=lambda key: number_from(f"{article.id}/{key}"))[:MOST_SPANS]
        yield from (fitting[key] for key in chosen)


def _related(one: Document, two: Document) -> bool:
    """Tell whether two documents are about one matter, so that a body of one is known in both."""
    return two.id in (one.id, one.implements) or two.implements == one.id


def _segment_around(text: str, words: str) -> str:
    """Return the part of a sentence that has these words, to be copied; empty when too long."""
    found = next((s.text for s in split_segments(text) if words in s.text), "")
    return found if len(found) <= LONGEST_SPAN else ""


def _with_known_fact(item: Item, bank: Sequence[Item]) -> Item:
    """Give an item the fact of another that asks for the same words of the same sentence."""
    basis = item.basis[0]
    for other in bank:
        same = [
            b for b in other.basis if (b.document_id, b.start) == (basis.document_id, basis.start)
        ]
        if same and set(other.right_texts) == set(item.right_texts) and other.fact_id:
            return replace(item, fact_id=other.fact_id)
    return item


def count_reasons(turned_away: Mapping[str, int]) -> str:
    """Return the reasons in a line, the most frequent first."""
    ranked = sorted(turned_away.items(), key=lambda pair: (-pair[1], pair[0]))
    return "、".join(f"{reason} {count}" for reason, count in ranked)
