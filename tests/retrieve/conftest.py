from __future__ import annotations

import pytest

from assistant.corpus.load import Corpus
from assistant.retrieve.names import Catalog
from assistant.retrieve.normalize import Normalizer


@pytest.fixture(scope="session")
def normalizer(corpus: Corpus) -> Normalizer:
    return Normalizer(parsed.document.text for parsed in corpus.documents)


@pytest.fixture(scope="session")
def catalog(corpus: Corpus) -> Catalog:
    return Catalog([parsed.document for parsed in corpus.documents])
