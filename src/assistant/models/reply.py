"""Verdicts → an answer: sentences that hold, quotations for those that do not, and citations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.answer.verify import is_verbatim
from assistant.corpus.labels import article_label
from assistant.domain import Answer, Citation, Drafting, Early, ParsedDocument
from assistant.models.quotes import Quotation
from assistant.models.verify import Verdict
from assistant.text import fold

Documents = Mapping[str, ParsedDocument]


@dataclass
class Reply:
    """An answer that grows by verdicts."""

    documents: Documents
    opening: str = ""
    lines: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    kept: int = 0
    quoted: int = 0
    dropped: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        """Add what may be shown of a claim; what was said already is not said again."""
        self.faults += verdict.faults
        if verdict.outcome == "dropped":
            self.dropped += 1
            return
        said = len(self.citations)
        markers = [marker for q in verdict.quotations if (marker := self._cite(q))]
        if not markers:
            self.dropped += 1
        elif verdict.outcome == "kept":
            self._say(f"{verdict.sentence}{''.join(f'[{m}]' for m in dict.fromkeys(markers))}")
            self.kept += 1
        else:
            self.quoted += 1
            for citation in self.citations[said:]:
                self._say(f"{citation.label}：{citation.quote}[{citation.marker}]")

    def complete(self, quotation: Quotation) -> None:
        """Add a quotation that an answer needs, unless it has that already."""
        said = len(self.citations)
        if any(_overlap(citation, quotation) for citation in self.citations):
            return
        self._cite(quotation)
        for citation in self.citations[said:]:
            self._say(f"{citation.label}：{citation.quote}[{citation.marker}]")
            self.quoted += 1
            self.faults.append("completed")

    def _say(self, line: str) -> None:
        if fold(line) not in map(fold, self.lines):
            self.lines.append(line)

    def _cite(self, quotation: Quotation) -> int:
        """Return the marker of a quotation's sentences; 0 when they are not verbatim."""
        parsed = self.documents[quotation.article.document_id]
        start, end = quotation.sentences[0].start, quotation.sentences[-1].end
        text = parsed.document.text
        end -= len(text[start:end]) - len(text[start:end].rstrip())
        for known in self.citations:
            if known.document_id == parsed.document.id and known.start <= start <= end <= known.end:
                return known.marker
        citation = Citation(
            marker=len(self.citations) + 1,
            document_id=parsed.document.id,
            article_id=quotation.article.id,
            number=quotation.article.number,
            label=article_label(parsed.document, quotation.article),
            quote=text[start:end],
            start=start,
            end=end,
        )
        if not is_verbatim(citation, self.documents):
            return 0
        self.citations.append(citation)
        return citation.marker

    @property
    def text(self) -> str:
        """What can be shown so far."""
        return "\n".join([self.opening, *self.lines] if self.opening else self.lines)

    def early(self, being_written: str = "") -> Early:
        """Return what may be shown now; what is still being written is not checked."""
        checked = self.text
        return Early("\n".join(filter(None, (checked, being_written))), len(checked))

    def answer(self, drafting: Drafting) -> Answer:
        """Return the answer as it stands."""
        return Answer(
            status="answered",
            text=self.text,
            citations=tuple(self.citations),
            mode="model",
            drafting=drafting,
        )


def _overlap(citation: Citation, quotation: Quotation) -> bool:
    same = citation.article_id == quotation.article.id
    return same and citation.start < quotation.end and quotation.start < citation.end
