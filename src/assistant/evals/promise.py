"""The promise of a model's answer, checked on what is shown: every line is borne out by its marks.

The writer checked each sentence of the draft; this looks at the finished answer as a reader would.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.domain import Answer, ParsedDocument
from assistant.models.clauses import Text
from assistant.models.facts import plain
from assistant.models.support import Evidence, find_faults
from assistant.text import fold

_MARKERS = re.compile(r"(?:\[(\d+)\])+$")
_MARKER = re.compile(r"\[(\d+)\]")
_PREMISE = "不是“"
"""How a line begins that sets a premise right; it is the extractive writer's."""


def unborne_lines(answer: Answer, documents: Mapping[str, ParsedDocument]) -> tuple[str, ...]:
    """Return the lines of an answer that its citations do not bear out."""
    return tuple(
        line for line in answer.text.split("\n") if not _is_borne_out(line, answer, documents)
    )


def _is_borne_out(line: str, answer: Answer, documents: Mapping[str, ParsedDocument]) -> bool:
    if line.startswith(_PREMISE):
        return True
    markers = _MARKERS.search(line)
    cited = [c for c in answer.citations if markers and f"[{c.marker}]" in markers[0]]
    if not cited:
        return False
    for citation in cited:
        text = documents[citation.document_id].document.text
        if text[citation.start : citation.end] != citation.quote:
            return False
    sentence = _MARKER.sub("", line)
    if any(fold(sentence) == fold(f"{c.label}：{c.quote}") for c in cited):
        return True
    quoted = "\n".join(citation.quote for citation in cited)
    document = documents[cited[0].document_id].document
    labels = (citation.label for citation in cited)
    names = plain("\n".join((document.title, document.short_title, *document.aliases, *labels)))
    numbers = frozenset(c.number for c in cited if c.number is not None)
    return find_faults(sentence, Evidence(Text.of(quoted), names, numbers)) == ()
