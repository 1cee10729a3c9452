"""The shipped corpus and the assistant over it, opened once for all tests that ask real questions.

The index is the repository's own ``index/`` folder: it is built when it is missing or stale, from
vectors that are kept there, and left for the next run, for ``make serve`` and for ``make bench``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from tests.postgresql import Postgresql, PostgresqlMissing, SharedDatabase, running_postgresql

from assistant.corpus.load import Corpus, load_corpus
from assistant.domain import ParsedDocument
from assistant.index.build import open_index
from assistant.index.embed import embedder_name, load_embedder
from assistant.pipeline import Assistant, build, index_state, read_passages
from assistant.retrieve.lexicon import Lexicon
from assistant.retrieve.reading import Reader
from assistant.retrieve.search import Searcher
from assistant.settings import Settings
from assistant.store.database import Database, open_database

# How long an example takes says something of the machine, not of the code.
settings.register_profile("repository", deadline=None)
settings.load_profile("repository")

REPOSITORY = Path(__file__).parents[1]
pytest_plugins = ("tests.log_scan",)


@pytest.fixture(scope="session")
def shipped_settings() -> Settings:
    """Settings as shipped: no file and no environment has a say."""
    return Settings(
        corpus=REPOSITORY / "corpus", index=REPOSITORY / "index", evals=REPOSITORY / "evals"
    )


@pytest.fixture(scope="session")
def corpus(shipped_settings: Settings) -> Corpus:
    """The shipped corpus."""
    return load_corpus(shipped_settings.corpus)


@pytest.fixture(scope="session")
def documents(corpus: Corpus) -> dict[str, ParsedDocument]:
    """The shipped documents by id, editions included."""
    return {parsed.document.id: parsed for parsed in corpus.documents}


@pytest.fixture(scope="session")
def indexed_settings(shipped_settings: Settings) -> Settings:
    """The same settings once their index serves."""
    state, _ = index_state(shipped_settings)
    if state != "ok":
        build(shipped_settings)
    return shipped_settings


@pytest.fixture(scope="session")
def assistant(indexed_settings: Settings) -> Assistant:
    """The real assistant over the shipped corpus."""
    return Assistant.open(indexed_settings)


@pytest.fixture(scope="session")
def searcher(corpus: Corpus, indexed_settings: Settings) -> Searcher:
    """The search behind that assistant."""
    index = open_index(
        corpus.documents,
        read_passages(corpus, indexed_settings),
        embedder_name=embedder_name(indexed_settings.embedder),
        folder=indexed_settings.index,
    )
    texts = [parsed.document.text for parsed in corpus.searched]
    lexicon = Lexicon.load(indexed_settings.corpus, texts)
    return Searcher(index, load_embedder(indexed_settings.embedder), lexicon)


@pytest.fixture(scope="session")
def reader(corpus: Corpus) -> Reader:
    """Reads questions against the shipped corpus."""
    return Reader(corpus.documents)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database with all its tables and nothing in them, to be copied."""
    file = tmp_path_factory.mktemp("empty") / "empty.sqlite3"
    open_database(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A real PostgreSQL."""
    try:
        with running_postgresql() as server:
            yield server
    except PostgresqlMissing:
        pytest.skip("没有安装 PostgreSQL，也没有用 ASSISTANT_TEST_POSTGRESQL 指明一个")


@pytest.fixture(scope="session")
def shared_postgresql(postgresql: Postgresql) -> Iterator[SharedDatabase]:
    """A database there with all its tables."""
    with postgresql.shared() as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path) -> str:
    """The URL of a database with all tables and nothing in them, of each kind in turn."""
    if request.param == "postgresql":
        shared: SharedDatabase = request.getfixturevalue("shared_postgresql")
        return shared.emptied()
    return f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'records.sqlite3')}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """That database, open."""
    opened = open_database(database_url)
    yield opened
    opened.close()
