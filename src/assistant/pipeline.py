"""The assistant: rooms put together, and the flow of a question on one screen."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from threadpoolctl import threadpool_limits

from assistant.answer.further import Candidates
from assistant.answer.refuse import Evidence, Judge
from assistant.answer.writer import Writer
from assistant.corpus.chunk import split_passages, token_counter
from assistant.corpus.load import Corpus, load_corpus
from assistant.domain import Answer, Article, Early, Hit, ParsedDocument, Passage, Turn
from assistant.duties.bodies import Bodies
from assistant.duties.register import Register
from assistant.encoder.answerability import load_answerability
from assistant.errors import IndexMissing, IndexOutdated, QuestionError
from assistant.index.build import Index, build_index, check_index, open_index
from assistant.index.embed import embedder_name, load_embedder
from assistant.index.manifest import Manifest
from assistant.retrieve.align import Alignment
from assistant.retrieve.lexicon import Lexicon
from assistant.retrieve.reading import Reader
from assistant.retrieve.search import Searcher, states_something
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.models.writer import ModelWriter

Progress = Callable[[int, int], None]
State = Literal["ok", "missing", "outdated"]


def read_passages(corpus: Corpus, settings: Settings) -> list[Passage]:
    """Return what is searched: the articles that state something, editions left out."""
    count = token_counter()
    return [
        passage
        for parsed in corpus.searched
        for passage in split_passages(
            parsed, max_tokens=settings.passage_tokens, count_tokens=count
        )
        if states_something(passage.article)
    ]


def build(settings: Settings, *, progress: Progress | None = None) -> Manifest:
    """Build the index of the corpus; what did not change is not embedded again."""
    corpus = load_corpus(settings.corpus)
    embedder = load_embedder(
        settings.embedder,
        query_prompt=settings.query_prompt,
        passage_prompt=settings.passage_prompt,
    )
    return build_index(
        corpus.documents,
        read_passages(corpus, settings),
        embedder=embedder,
        folder=settings.index,
        progress=progress,
    )


def index_state(settings: Settings) -> tuple[State, str]:
    """Return whether the index serves this corpus, and if not, why."""
    corpus = load_corpus(settings.corpus)
    try:
        check_index(
            corpus.documents,
            read_passages(corpus, settings),
            embedder_name=_embedder_name(settings),
            folder=settings.index,
        )
    except IndexMissing as error:
        return "missing", str(error)
    except IndexOutdated as error:
        return "outdated", str(error)
    return "ok", ""


def _open(corpus: Corpus, settings: Settings) -> Index:
    return open_index(
        corpus.documents,
        read_passages(corpus, settings),
        embedder_name=_embedder_name(settings),
        folder=settings.index,
    )


def _embedder_name(settings: Settings) -> str:
    return embedder_name(settings.embedder, passage_prompt=settings.passage_prompt)


def _subjects(folder: Path, lexicon: Lexicon) -> frozenset[str]:
    """Return the words for bodies and persons, official and everyday."""
    bodies = Bodies.load(folder)
    names = {word for body in bodies.all.values() for word in (body.name, *body.surfaces)}
    return frozenset(names | set(lexicon.everyday(names)))


class Assistant:
    """Answers questions from a corpus. Thread safe; holds no conversation."""

    def __init__(self, corpus: Corpus, index: Index, settings: Settings) -> None:
        self.documents: tuple[ParsedDocument, ...] = corpus.documents
        self.manifest: Manifest = index.manifest
        self._settings = settings
        # A server that publishes opens one after another; each would keep its vectors in memory.
        weakref.finalize(self, index.close)
        texts = [parsed.document.text for parsed in corpus.searched]
        lexicon = Lexicon.load(settings.corpus, texts)
        embedder = load_embedder(
            settings.embedder,
            query_prompt=settings.query_prompt,
            passage_prompt=settings.passage_prompt,
        )
        searcher = Searcher(index, embedder, lexicon)
        by_id = {parsed.document.id: parsed for parsed in corpus.documents}
        judge = Judge(by_id, searcher, load_answerability(), threshold=settings.refusal_threshold)
        self._reader = Reader(corpus.documents, _subjects(settings.corpus, lexicon))
        self._alignment = Alignment(corpus.searched)
        # Read when a question first asks for duties: a fifth of a second that others do not pay.
        register = cache(lambda: Register.build(corpus, settings.corpus))
        self._writer = Writer(corpus.documents, searcher, judge, self._alignment, register)
        self._model_writer: ModelWriter | None = None
        if settings.model.name:
            # What this brings takes seconds to import, and most have no model.
            from assistant.models.opening import open_model_writer
            from assistant.models.writer import Rooms

            self._model_writer = open_model_writer(
                Rooms(
                    documents=by_id,
                    reader=self._reader,
                    writer=self._writer,
                    searcher=searcher,
                    embedder=embedder,
                    count_tokens=token_counter(),
                    corpus_fingerprint=index.manifest.corpus_fingerprint,
                ),
                settings.model,
                prompts=settings.prompts,
                database_url=settings.database,
            )

    @classmethod
    def open(cls, settings: Settings) -> Assistant:
        """Open the corpus and its index. Raises ``CorpusError`` or ``IndexUnavailable``."""
        # Products of this size are done before a second thread of the linear algebra has woken;
        # those threads spin meanwhile and take the processor from whoever else asks.
        threadpool_limits(1, user_api="blas")
        # The networks are made while Chroma is imported and opened: a third of a second less.
        with ThreadPoolExecutor(max_workers=1) as beside:
            beside.submit(load_answerability)
            corpus = load_corpus(settings.corpus)
            index = _open(corpus, settings)
        return cls(corpus, index, settings)

    def ask(self, question: str, *, history: Sequence[Turn] = (), person: str = "") -> Answer:
        """Answer a question, given the turns before it. Raises ``QuestionError``.

        ``person`` is whoever a language model's daily limit is counted for.
        """
        events = self.ask_stream(question, history=history, person=person)
        return next(event for event in events if isinstance(event, Answer))

    def ask_stream(
        self, question: str, *, history: Sequence[Turn] = (), person: str = ""
    ) -> Iterator[Early | Answer]:
        """Yield what may be shown early, marked as being checked, then the answer.

        Closing the iterator ends the work. Raises ``QuestionError``.
        """
        start = time.perf_counter()
        self._check(question)
        if self._model_writer is None:
            answer = self._writer.answer(self._reader.read(question, history))
        else:
            answer = yield from self._model_writer.stream(question, history, person=person)
        yield replace(answer, elapsed_ms=round((time.perf_counter() - start) * 1000, 1))

    @property
    def prompts_hash(self) -> str:
        """Hash of the prompt files in use; empty without a language model."""
        return self._model_writer.prompts_hash if self._model_writer else ""

    def search(
        self, question: str, *, history: Sequence[Turn] = (), limit: int = 10
    ) -> tuple[Hit, ...]:
        """Return the articles nearest to a question, best first. Raises ``QuestionError``."""
        self._check(question)
        return self._writer.rank(self._reader.read(question, history), limit=limit)

    def counterparts(self, article: Article) -> tuple[Article, ...]:
        """Return the articles on the same matter in a document that implements this one's."""
        return tuple(pair.like for pair in self._alignment.counterparts(article))

    def weigh(self, question: str, *, history: Sequence[Turn] = ()) -> Evidence | None:
        """Return the evidence on which a question is answered or refused, for calibration.

        None when the question's form settles it.
        """
        return self._writer.weigh(self._reader.read(question, history))

    def candidates(self, question: str, *, history: Sequence[Turn] = ()) -> Candidates | None:
        """Return what may be quoted for a question, and why, for calibration.

        None when the question's form settles it.
        """
        return self._writer.candidates(self._reader.read(question, history))

    def _check(self, question: str) -> None:
        most = self._settings.question_characters
        if not question.strip():
            raise QuestionError("问题是空的，请输入要问的内容。")
        if len(question) > most:
            raise QuestionError(
                f"问题有{len(question)}个字，超过了{most}个字的上限，请精简后再问。"
            )
