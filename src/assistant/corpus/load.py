"""Corpus folder → documents. One Markdown file with front matter is one document.

``Document.text`` is the file's body, character for character. A file that cannot be used is
reported with its line and left out; the others are loaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from assistant.corpus.parse import parse_document
from assistant.corpus.unwrap import join_and_trace
from assistant.domain import Document, DocumentKind, ParsedDocument
from assistant.errors import CorpusError, ParseError

FENCE = "---"

_DAY = re.compile(r"\d{4}(?:-\d{2}){0,2}")


class FrontMatter(BaseModel):
    """The fields of a document's front matter."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    title: str = Field(min_length=1)
    short_title: str = ""
    aliases: list[str] = []
    issuer: str = ""
    kind: DocumentKind = DocumentKind.NORMATIVE
    authority: int = 0
    published: str = ""
    issued: str = ""
    source: str = ""
    edition_of: str = ""
    implements: str = ""
    scope: str = ""

    @field_validator("aliases", mode="before")
    @classmethod
    def _no_aliases(cls, value: object) -> object:
        return [] if value == "" else value

    @field_validator("published", "issued")
    @classmethod
    def _is_a_day(cls, value: str) -> str:
        """Accept 2021, 2021-07 and 2021-07-01; a printed date may lack its day."""
        if not value:
            return value
        if not _DAY.fullmatch(value):
            raise ValueError("not an ISO date")
        date.fromisoformat(value + "-01" * (2 - value.count("-")))
        return value


@dataclass(frozen=True, slots=True)
class Corpus:
    """The documents of a folder, parsed, and the files that could not be used."""

    documents: tuple[ParsedDocument, ...]
    faults: tuple[ParseError, ...] = ()

    @property
    def searched(self) -> tuple[ParsedDocument, ...]:
        """The documents that search sees: an edition is found through what it is an edition of."""
        known = {parsed.document.id: parsed.document for parsed in self.documents}
        return tuple(d for d in self.documents if _first_edition(d.document, known) is None)

    def find(self, document_id: str) -> ParsedDocument | None:
        """Return the document with this id, or None."""
        return next((d for d in self.documents if d.document.id == document_id), None)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A document and where its lines stand in its file."""

    document: Document
    id_line: int
    lines: tuple[int, ...]
    """For each line of the text its 1-based line in the file."""


def load_corpus(folder: Path) -> Corpus:
    """Return the documents of ``folder``, by authority, then by id.

    Raises ``CorpusError`` when the folder is missing or nothing in it can be used.
    """
    if not folder.is_dir():
        raise CorpusError(f"找不到材料文件夹 {folder.name}，请检查设置项 corpus 或当前目录。")
    loaded: dict[str, _Loaded] = {}
    faults: list[ParseError] = []
    for path in sorted(folder.glob("*.md")):
        if path.name.lower().startswith("readme"):
            continue
        try:
            found = _load(path)
            document = found.document
            if document.id in loaded:
                other = loaded[document.id].document.file
                problem = f"id“{document.id}”已被 {other} 使用，请换一个"
                raise ParseError(document.file, found.id_line, problem)
        except ParseError as fault:
            faults.append(fault)
        else:
            loaded[document.id] = found
    if not loaded:
        reason = f"（{'；'.join(map(str, faults))}）" if faults else ""
        raise CorpusError(f"材料文件夹 {folder.name} 中没有可用的文件{reason}。")
    ranked = sorted(loaded.values(), key=lambda d: (-d.document.authority, d.document.id))
    return Corpus(tuple(map(_parse, ranked)), tuple(faults))


def load_document(path: Path) -> Document:
    """Return the document in the Markdown file ``path``. Raises ``ParseError``."""
    return _load(path).document


def _load(path: Path) -> _Loaded:
    try:
        raw = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ParseError(
            path.name,
            line,
            "不是 UTF-8 编码的文本。请另存为 UTF-8，或用 assistant corpus import 导入",
        ) from error
    except OSError as error:
        raise ParseError(path.name, 1, "无法读取，请检查它是不是文件、有没有读取权限") from error
    header, body, first_line = _split_front_matter(path.name, raw)
    meta = _read_front_matter(path.name, header)
    joined = join_and_trace(body)
    if not joined.text.strip():
        raise ParseError(path.name, first_line, "文件头之后没有正文")
    document = Document(
        id=meta.id,
        title=meta.title,
        short_title=meta.short_title or meta.title,
        text=joined.text,
        kind=meta.kind,
        aliases=tuple(meta.aliases),
        issuer=meta.issuer,
        authority=meta.authority,
        published_on=meta.published,
        issued_on=meta.issued,
        source=meta.source,
        edition_of=meta.edition_of,
        implements=meta.implements,
        scope=meta.scope,
        file=path.name,
        first_line=first_line,
    )
    lines = tuple(first_line + origin for origin in joined.origins)
    return _Loaded(document, _line_of(header, "id"), lines)


def _parse(loaded: _Loaded) -> ParsedDocument:
    """Parse a document; its problems name lines of the file, wrapped as they stand there."""
    parsed = parse_document(loaded.document)
    first = loaded.document.first_line
    problems = [replace(p, line=loaded.lines[p.line - first]) for p in parsed.problems]
    return replace(parsed, problems=tuple(problems))


def _first_edition(document: Document, known: dict[str, Document]) -> Document | None:
    """Return the document of which this one is another printing, through others of its kind.

    None when there is none, or when editions name each other in a circle.
    """
    seen = {document.id}
    first: Document | None = None
    while (first or document).edition_of in known:
        first = known[(first or document).edition_of]
        if first.id in seen:
            return None
        seen.add(first.id)
    return first


def _split_front_matter(file: str, raw: str) -> tuple[str, str, int]:
    lines = raw.replace("\r\n", "\n").split("\n")
    if lines[0].strip() != FENCE:
        raise ParseError(file, 1, f"缺少文件头：第一行应为 {FENCE}，其后写 id、title 等")
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == FENCE:
            return "\n".join(lines[1 : number - 1]), "\n".join(lines[number:]), number + 1
    raise ParseError(file, len(lines), f"文件头没有结束：缺少第二个 {FENCE}")


def _read_front_matter(file: str, header: str) -> FrontMatter:
    try:
        # Every value stays text: YAML would read 2021-07-01 as a date and 010 as eight.
        values = yaml.load(header, Loader=yaml.BaseLoader)  # noqa: S506 - it builds text only
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 2
        raise ParseError(
            file, line, "文件头写法有误：应为“名称: 值”，值中有冒号、引号等符号时用单引号括起来"
        ) from error
    except yaml.reader.ReaderError as error:
        line = header[: error.position].count("\n") + 2
        raise ParseError(file, line, "文件头中有不能显示的字符，请删去") from error
    if not isinstance(values, dict):
        raise ParseError(file, 2, "文件头应为“名称: 值”的形式，至少有 id 和 title")
    try:
        return FrontMatter.model_validate(values)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, e['loc']))}（{_explain(e['type'])}）" for e in error.errors()
        ]
        line = _line_of(header, str(error.errors()[0]["loc"][0]))
        raise ParseError(file, line, f"文件头有误：{'、'.join(faults)}") from error


def _explain(kind: str) -> str:
    known = {
        "missing": "必须填写",
        "extra_forbidden": "没有这个字段",
        "string_pattern_mismatch": "只能用小写字母、数字和连字符，最长 64 个",
        "string_too_short": "不能为空",
        "enum": "应为 normative、essay 或 interview",
        "int_parsing": "应为整数",
        "list_type": "应为列表，每行以“- ”开头",
        "value_error": "应为日期，如 2021-07-01",
    }
    return known.get(kind, "值的类型不对")


def _line_of(header: str, key: str) -> int:
    for number, line in enumerate(header.split("\n"), start=2):
        if line.startswith(f"{key}:"):
            return number
    return 2
