"""Sentences of regulations, read as an article of one document."""

from __future__ import annotations

from pathlib import Path

from assistant.corpus.parse import parse_document
from assistant.domain import Document, ParsedDocument
from assistant.duties.bodies import Bodies
from assistant.duties.extract import Extractor
from assistant.duties.records import Duty

REPOSITORY = Path(__file__).parents[2]
CORPUS = REPOSITORY / "corpus"


def parse(text: str, *, id: str = "rules", implements: str = "") -> ParsedDocument:
    """Return a text parsed as one document."""
    return parse_document(
        Document(id=id, title="办法", short_title="办法", text=text, implements=implements)
    )


def read(text: str, *, bodies: Bodies | None = None) -> tuple[Duty, ...]:
    """Return the duties of a text, with the ontology as shipped."""
    return Extractor(bodies or Bodies.load(CORPUS)).read_document(parse(text))


def only(text: str) -> Duty:
    """Return the one duty of a sentence."""
    duties = read(f"第一条　{text}")
    assert len(duties) == 1, [duty.action.text for duty in duties]
    return duties[0]


def acts(text: str) -> list[tuple[str, str]]:
    """Return who must do what, by a sentence."""
    return [
        (duty.subject.span.text if duty.subject else "", duty.action.text)
        for duty in read(f"第一条　{text}")
    ]
