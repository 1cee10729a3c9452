"""The page at /duties: who must do what, filtered, each with its article one click away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from assistant.corpus.load import Corpus
from assistant.duties.records import Alignment, Duty, Procedure
from assistant.duties.register import Register
from assistant.duties.table import (
    CARRIED,
    NOBODY,
    show_difference,
    show_frequency,
    show_step,
    show_subject,
)
from assistant.interfaces.duties_filter import (
    MEDIA,
    MODALITY,
    OFTEN,
    TITLE,
    WITH_ROWS,
    Collection,
    DutyFilter,
    collect,
    export,
    read_filter,
)
from assistant.interfaces.opening import Answerer, Opening
from assistant.interfaces.pages import render
from assistant.interfaces.reader import reading_link, unit_of
from assistant.interfaces.refused import Refused

LISTED = 100
"""Rows on a page."""
LONGEST_WORDS = 60
View = Literal["list", "steps", "aligned"]
Words = Annotated[str, Query(max_length=LONGEST_WORDS)]


@dataclass(frozen=True, slots=True)
class Line:
    """A duty as the page shows it."""

    who: str
    carried: bool
    when: str
    binding: str
    what: str
    often: str
    report_to: str
    consequence: str
    label: str
    link: str
    sentence: str


@dataclass(frozen=True, slots=True)
class AlignedLine:
    """Duties of two documents on one matter."""

    upper: Line | None
    lower: Line | None
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """A procedure: its topic, where it stands, and its steps."""

    topic: str
    label: str
    steps: tuple[tuple[str, str, str], ...]
    """Who, what, and the address of the sentence."""


class Registers:
    """The register of the documents at hand, read again when they change."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._documents: object = None
        self._register: Register | None = None

    def of(self, assistant: Answerer) -> Register:
        """Return the register of an assistant's documents. Raises ``CorpusError``."""
        register = self._register
        if register is None or self._documents is not assistant.documents:
            register = Register.build(Corpus(assistant.documents), self._folder)
            self._register, self._documents = register, assistant.documents
        return register


def duties_routes(opening: Opening, folder: Path) -> APIRouter:
    """Return the routes; ``folder`` holds the ontology of bodies."""
    router = APIRouter(prefix="/duties", include_in_schema=False)
    registers = Registers(folder)

    @router.get("")
    async def page(
        request: Request,
        body: Words = "",
        often: Words = "",
        modality: Words = "",
        document: Words = "",
        topic: Words = "",
        view: View = "list",
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        register = await run_in_threadpool(registers.of, await opening.assistant())
        chosen = read_filter(
            register, body=body, often=often, modality=modality, document=document, topic=topic
        )
        collection = await run_in_threadpool(collect, register, chosen, aligned=view == "aligned")
        values = _values(register, chosen, collection, view=view, offset=offset)
        return render(request, "duties.html", page=values)

    @router.get("/export{suffix}")
    async def download(
        suffix: str,
        body: Words = "",
        often: Words = "",
        modality: Words = "",
        document: Words = "",
        topic: Words = "",
    ) -> Response:
        if suffix not in MEDIA:
            raise Refused(404, "只能导出为 Excel、Word 或日历文件。")
        register = await run_in_threadpool(registers.of, await opening.assistant())
        chosen = read_filter(
            register, body=body, often=often, modality=modality, document=document, topic=topic
        )
        collection = await run_in_threadpool(collect, register, chosen, aligned=suffix == WITH_ROWS)
        content = await run_in_threadpool(export, collection, suffix, now=datetime.now(UTC))
        name = quote(f"{collection.title}{suffix}")
        return Response(
            content,
            media_type=MEDIA[suffix],
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
        )

    return router


def _values(
    register: Register, chosen: DutyFilter, collection: Collection, *, view: View, offset: int
) -> dict[str, object]:
    """Return what the template shows."""
    shown = {"list": collection.duties, "steps": collection.procedures}.get(
        view, collection.aligned
    )
    part = shown[offset : offset + LISTED]

    def address(to: View, at: int = 0) -> str:
        more = {"view": to} if to != "list" else {}
        return "/duties?" + urlencode(
            {**chosen.words(), **more, **({"offset": str(at)} if at else {})}
        )

    return {
        "title": TITLE,
        "chosen": chosen,
        "view": view,
        "views": [(name, words, address(name)) for name, words in _views(collection).items()],
        "bodies": [(register.bodies.name(body), number) for body, number in register.owing],
        "often": list(OFTEN),
        "modalities": list(MODALITY),
        "documents": [
            d
            for d in register.documents.values()
            if any(duty.document_id == d.id for duty in register.duties)
        ],
        "total": len(shown),
        "offset": offset,
        "listed": len(part),
        "previous": address(view, max(offset - LISTED, 0)) if offset else "",
        "following": address(view, offset + LISTED) if offset + LISTED < len(shown) else "",
        "lines": [_line(item) for item in part if isinstance(item, Duty)],
        "procedures": [_steps(item) for item in part if isinstance(item, Procedure)],
        "aligned": [_aligned(item) for item in part if isinstance(item, Alignment)],
        "names": collection.names,
        "exports": [
            (words, f"/duties/export{suffix}?{urlencode(chosen.words())}")
            for suffix, words in ((".xlsx", "Excel"), (".docx", "Word"), (".ics", "日历"))
        ],
        "carried": CARRIED,
    }


def _views(collection: Collection) -> dict[View, str]:
    views: dict[View, str] = {"list": "清单", "steps": "程序步骤"}
    if any(collection.names):
        views["aligned"] = f"{collection.names[0]}与{collection.names[1]}对照"
    return views


def _line(duty: Duty) -> Line:
    return Line(
        who=duty.subject.span.text if duty.subject else NOBODY,
        carried=duty.inherited and duty.subject is not None,
        when=duty.condition.text if duty.condition else "",
        binding=duty.modality.span.text if duty.modality.span else "",
        what=duty.action.text,
        often=show_frequency(duty),
        report_to=duty.report_to.span.text if duty.report_to else "",
        consequence=duty.consequence.text if duty.consequence else "",
        label=duty.label,
        link=_link(duty),
        sentence=duty.sentence.text.strip(),
    )


def _link(duty: Duty) -> str:
    """Return the address of the article with the duty's sentence marked."""
    start, end = duty.sentence.start, duty.sentence.end
    return "/" + reading_link(duty.document_id, unit_of(duty.article_id), start=start, end=end)


def _steps(procedure: Procedure) -> Steps:
    steps = tuple((show_subject(s.duty), show_step(s), _link(s.duty)) for s in procedure.steps)
    return Steps(procedure.topic, procedure.label, steps)


def _aligned(row: Alignment) -> AlignedLine:
    words = show_difference(row)
    return AlignedLine(
        _line(row.upper) if row.upper else None,
        _line(row.lower) if row.lower else None,
        tuple(words.split("；")) if words else (),
    )
