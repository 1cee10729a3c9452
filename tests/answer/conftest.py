from __future__ import annotations

import pytest

from assistant.corpus.load import load_corpus
from assistant.domain import ParsedDocument
from assistant.pipeline import Assistant, build
from assistant.settings import Settings

from .samples import write_law


@pytest.fixture(scope="session")
def law_assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The real assistant over one law."""
    folder = tmp_path_factory.mktemp("law")
    settings = Settings(corpus=write_law(folder / "corpus"), index=folder / "index")
    build(settings)
    return Assistant.open(settings)


@pytest.fixture(scope="session")
def law(tmp_path_factory: pytest.TempPathFactory) -> ParsedDocument:
    [parsed] = load_corpus(write_law(tmp_path_factory.mktemp("law-text") / "corpus")).documents
    return parsed
