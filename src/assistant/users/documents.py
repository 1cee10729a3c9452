"""Documents as an administrator handles them: uploaded, looked at, published, withdrawn, replaced.

A draft is a Markdown file in ``corpus/drafts/`` with a note beside it that says where it came from.
Publishing moves it into the corpus folder; what is withdrawn goes to ``corpus/withdrawn/``. Every
change of the corpus folder can be undone as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from assistant.corpus.draft import draft_documents, front_matter
from assistant.corpus.extract import extract_text
from assistant.corpus.load import Corpus, load_corpus, load_document
from assistant.corpus.parse import parse_document
from assistant.domain import Document, DocumentKind, ParsedDocument
from assistant.errors import CorpusError, ParseError
from assistant.store.base import now

DRAFTS_FOLDER = "drafts"
WITHDRAWN_FOLDER = "withdrawn"

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_TEXTS = ("title", "short_title", "issuer", "source", "edition_of", "implements", "scope")
_DAYS = {"issued": "issued_on", "published": "published_on"}
_LEFTOVERS = 60
_LEFTOVER_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Note:
    """Where a draft came from, and what to look at in it."""

    source_name: str
    uploaded_by: str
    uploaded_at: datetime
    warnings: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()
    """What of the file was taken for cover, contents or page numbers."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An uploaded document that is not published yet."""

    id: str
    note: Note
    parsed: ParsedDocument | None
    """None when its front matter cannot be read."""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the corpus folder that was made, and what the files were before."""

    before: Mapping[Path, bytes | None]

    def undo(self) -> None:
        """Put every file back as it was."""
        for path, raw in self.before.items():
            if raw is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(raw)


_NOTE = TypeAdapter(Note)


class DocumentDesk:
    """Handles the files of a corpus folder."""

    def __init__(self, folder: Path, *, clock: Callable[[], datetime] = now) -> None:
        self._folder = folder
        self._drafts = folder / DRAFTS_FOLDER
        self._clock = clock

    # --- drafts ---

    def upload(self, name: str, raw: bytes, *, by: str) -> tuple[str, ...]:
        """Make drafts of a file, which may be a compilation; return their ids.

        Raises ``CorpusError`` when there is nothing in it that could be published.
        """
        extracted = extract_text(name, raw)
        note = Note(name, by, self._clock(), extracted.warnings)
        if extracted.text.startswith("---\n"):
            return (self._keep(self._finished(extracted.text), note),)
        drafts = draft_documents(extracted.text)
        leftovers = tuple(line[:_LEFTOVER_CHARACTERS] for line in drafts.leftovers if line.strip())[
            :_LEFTOVERS
        ]
        ids = []
        for position, draft in enumerate(drafts.documents):
            document = draft.parsed.document
            kept = replace(note, leftovers=leftovers if position == 0 else ())
            ids.append(self._keep(document, kept))
        return tuple(ids)

    def drafts(self) -> tuple[Draft, ...]:
        """Return the drafts, last uploaded first."""
        found = [self._read(path.stem) for path in self._drafts.glob("*.md")]
        return tuple(sorted(found, key=lambda draft: draft.note.uploaded_at, reverse=True))

    def draft(self, id: str) -> Draft:
        """Return a draft. Raises ``CorpusError`` when there is none of this id."""
        self._draft_file(id)
        return self._read(id)

    def text_of(self, id: str) -> str:
        """Return a draft's body as it may be edited."""
        draft = self.draft(id)
        return draft.parsed.document.text if draft.parsed else ""

    def edit(self, id: str, fields: Mapping[str, str]) -> None:
        """Change a draft's particulars, and its body when ``text`` is among the fields.

        Raises ``CorpusError`` when they cannot be so.
        """
        path = self._draft_file(id)
        document = _edited(load_document(path), fields)
        raw = path.read_bytes()
        path.write_text(front_matter(document) + document.text, encoding="utf-8")
        try:
            load_document(path)
        except ParseError:
            path.write_bytes(raw)
            raise

    def discard(self, id: str) -> None:
        """Delete a draft."""
        path = self._draft_file(id)
        path.unlink()
        path.with_suffix(".json").unlink(missing_ok=True)

    # --- the corpus ---

    def corpus(self) -> Corpus:
        """Return the documents that are published."""
        return load_corpus(self._folder)

    def publish(self, id: str, *, replaces: str = "") -> Change:
        """Move a draft into the corpus; what it ``replaces`` stays as its former edition.

        Raises ``CorpusError``, and then nothing has changed.
        """
        path = self._draft_file(id)
        document = load_document(path)
        note = path.with_suffix(".json")
        target = self._folder / f"{document.id}.md"
        if target.exists() or self._is_published(document.id):
            raise CorpusError(f"已有编号为“{document.id}”的材料，请先给草稿换一个编号。")
        writes: dict[Path, str | None] = {
            target: front_matter(document) + document.text,
            path: None,
            note: None,
        }
        if replaces:
            old = self._published(replaces)
            writes[self._folder / old.file] = (
                front_matter(replace(old, edition_of=document.id)) + old.text
            )
        return self._change(writes)

    def withdraw(self, id: str) -> Change:
        """Take a document out of the corpus; its file is kept. Raises ``CorpusError``."""
        document = self._published(id)
        if len(self.corpus().documents) == 1:
            raise CorpusError("这是仅有的一份材料，不能撤下。")
        path = self._folder / document.file
        moment = self._clock().strftime("%Y%m%dT%H%M%S")
        kept = self._folder / WITHDRAWN_FOLDER / f"{document.id}-{moment}.md"
        return self._change({kept: path.read_text(encoding="utf-8-sig"), path: None})

    def _change(self, writes: Mapping[Path, str | None]) -> Change:
        """Write files, or delete them; if the corpus cannot be used then, all is as before."""
        faults = set(map(str, self.corpus().faults))
        change = Change({path: path.read_bytes() if path.exists() else None for path in writes})
        try:
            for path, text in writes.items():
                if text is None:
                    path.unlink(missing_ok=True)
                else:
                    path.parent.mkdir(exist_ok=True)
                    path.write_text(text, encoding="utf-8")
            fresh = [fault for fault in self.corpus().faults if str(fault) not in faults]
        except (CorpusError, OSError) as error:
            change.undo()
            if isinstance(error, CorpusError):
                raise
            raise CorpusError("材料文件夹不能写入，请检查目录权限。") from error
        if fresh:
            change.undo()
            raise fresh[0]
        return change

    def _is_published(self, id: str) -> bool:
        return any(parsed.document.id == id for parsed in self.corpus().documents)

    def _published(self, id: str) -> Document:
        found = self.corpus().find(id)
        if found is None:
            raise CorpusError(f"没有编号为“{id}”的材料，可能已经撤下。")
        return found.document

    def _keep(self, document: Document, note: Note) -> str:
        id = self._free_id(document.id)
        document = replace(document, id=id)
        try:
            self._drafts.mkdir(parents=True, exist_ok=True)
            path = self._drafts / f"{id}.md"
            path.write_text(front_matter(document) + document.text, encoding="utf-8")
            path.with_suffix(".json").write_bytes(_NOTE.dump_json(note))
        except OSError as error:
            raise CorpusError("草稿文件夹不能写入，请检查目录权限。") from error
        return id

    def _free_id(self, wanted: str) -> str:
        taken = {parsed.document.id for parsed in self.corpus().documents}
        taken |= {path.stem for path in self._drafts.glob("*.md")}
        id, copy = wanted, 1
        while id in taken:
            copy += 1
            id = f"{wanted[:60]}-{copy}"
        return id

    def _finished(self, text: str) -> Document:
        """Return the document in a Markdown file that has its front matter already."""
        self._drafts.mkdir(parents=True, exist_ok=True)
        path = self._drafts / ".uploaded.md"
        path.write_text(text, encoding="utf-8")
        try:
            return load_document(path)
        except ParseError as error:
            raise CorpusError(f"第 {error.line} 行：{error.problem}") from error
        finally:
            path.unlink()

    def _draft_file(self, id: str) -> Path:
        path = self._drafts / f"{id}.md"
        if not _ID.fullmatch(id) or not path.is_file():
            raise CorpusError("没有这份草稿，可能已发布或放弃。")
        return path

    def _read(self, id: str) -> Draft:
        path = self._drafts / f"{id}.md"
        note = _read_note(path)
        try:
            return Draft(id, note, parse_document(load_document(path)))
        except ParseError as error:
            return Draft(id, note, None, fault=str(error))


def _read_note(path: Path) -> Note:
    try:
        return _NOTE.validate_json(path.with_suffix(".json").read_bytes())
    except (OSError, ValidationError):
        # A draft of ``assistant corpus import`` has none.
        uploaded_at = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
        return Note(path.name, "", uploaded_at)


def _edited(document: Document, fields: Mapping[str, str]) -> Document:
    changes: dict[str, str] = {
        name: " ".join(fields[name].split()) for name in _TEXTS if name in fields
    }
    changes |= {field: fields[name].strip() for name, field in _DAYS.items() if name in fields}
    if "text" in fields:
        changes["text"] = fields["text"].replace("\r\n", "\n").strip("\n") + "\n"
    document = replace(document, **changes)  # type: ignore[arg-type]
    if "aliases" in fields:
        aliases = (part.strip() for part in re.split(r"[，,、；;\n]", fields["aliases"]))
        document = replace(document, aliases=tuple(filter(None, aliases)))
    if "kind" in fields:
        try:
            document = replace(document, kind=DocumentKind(fields["kind"]))
        except ValueError as error:
            raise CorpusError("没有这一类材料。") from error
    if "authority" in fields:
        digits = fields["authority"].strip()
        if not digits.isdecimal() or len(digits) > 4:
            raise CorpusError("效力次序应为 0 至 9999 的整数。")
        document = replace(document, authority=int(digits))
    return document
