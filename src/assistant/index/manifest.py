"""What an index was built from: fingerprints and the manifest that records them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

from pydantic import TypeAdapter

from assistant.domain import ParsedDocument, Passage


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was built from, by what, and how large it is."""

    format: int
    corpus_fingerprint: str
    passages_fingerprint: str
    chunker_version: str
    embedder: str
    dimensions: int
    documents: int
    passages: int
    sentences: int
    embedded: int
    """How many sentences this build had to embed; the others' vectors were known."""
    built_at: str
    """ISO time, UTC."""
    assistant_version: str

    def to_dict(self) -> dict[str, str | int]:
        """Return the manifest as JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: object) -> Manifest:
        """Return the manifest that ``to_dict`` gave. Raises ``ValueError``."""
        return TypeAdapter(cls).validate_python(values)


def corpus_fingerprint(documents: Sequence[ParsedDocument]) -> str:
    """Return a digest of the documents' ids, metadata and texts, whatever their order."""
    contents = []
    for parsed in sorted(documents, key=lambda parsed: parsed.document.id):
        values = asdict(parsed.document)
        # Where a text is kept says nothing about the text.
        del values["file"], values["first_line"]
        contents.append(values)
    return _digest(contents)


def passages_fingerprint(passages: Sequence[Passage]) -> str:
    """Return a digest of where the passages and their sentences stand, and of their context."""
    return _digest(
        [
            [
                [passage.id, passage.start, passage.end, passage.context],
                [[s.id, s.start, s.end] for s in passage.article.sentences],
            ]
            for passage in passages
        ]
    )


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return sha256(text.encode("utf-8", "replace")).hexdigest()
