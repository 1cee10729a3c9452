"""Corpus folder → documents. One Markdown file with front matter is one document.

``Document.text`` is the file's body, character for character. A file that cannot be used is
reported with its line and left out; the others are loaded.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from assistant.corpus.parse import parse_document
from assistant.corpus.unwrap import join_wrapped_lines
from assistant.domain import Document, DocumentKind, ParsedDocument
from assistant.errors import CorpusError, ParseError

FENCE = "---"


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

    @field_validator("published", "issued", mode="before")
    @classmethod
    def _date_as_text(cls, value: object) -> object:
        # YAML reads 2021-07-01 as a date.
        return value.isoformat() if isinstance(value, datetime.date) else value


@dataclass(frozen=True, slots=True)
class Corpus:
    """The documents of a folder, parsed, and the files that could not be used."""

    documents: tuple[ParsedDocument, ...]
    faults: tuple[ParseError, ...] = ()

    @property
    def searched(self) -> tuple[ParsedDocument, ...]:
        """The documents that search sees: an edition is found through what it is an edition of."""
        known = {parsed.document.id for parsed in self.documents}
        return tuple(d for d in self.documents if d.document.edition_of not in known)

    def find(self, document_id: str) -> ParsedDocument | None:
        """Return the document with this id, or None."""
        return next((d for d in self.documents if d.document.id == document_id), None)


def load_corpus(folder: Path) -> Corpus:
    """Return the documents of ``folder``, by authority, then by id.

    Raises ``CorpusError`` when the folder is missing or nothing in it can be used.
    """
    if not folder.is_dir():
        raise CorpusError(f"找不到材料文件夹 {folder.name}，请检查设置项 corpus 或当前目录。")
    documents: list[Document] = []
    faults: list[ParseError] = []
    for path in sorted(folder.glob("*.md")):
        if path.name.lower().startswith("readme"):
            continue
        try:
            document = load_document(path)
            _refuse_taken_id(document, documents)
        except ParseError as fault:
            faults.append(fault)
        else:
            documents.append(document)
    if not documents:
        reason = f"（{'；'.join(map(str, faults))}）" if faults else ""
        raise CorpusError(f"材料文件夹 {folder.name} 中没有可用的文件{reason}。")
    documents.sort(key=lambda d: (-d.authority, d.id))
    return Corpus(tuple(map(parse_document, documents)), tuple(faults))


def load_document(path: Path) -> Document:
    """Return the document in the Markdown file ``path``. Raises ``ParseError``."""
    try:
        raw = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError(
            path.name, 1, "不是 UTF-8 编码的文本。请另存为 UTF-8，或用 assistant corpus import 导入"
        ) from error
    except OSError as error:
        raise ParseError(path.name, 1, f"无法读取：{error.strerror}") from error
    header, body, first_line = _split_front_matter(path.name, raw)
    meta = _read_front_matter(path.name, header)
    return Document(
        id=meta.id,
        title=meta.title,
        short_title=meta.short_title or meta.title,
        text=join_wrapped_lines(body),
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
        values = yaml.safe_load(header)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise ParseError(file, line, f"文件头不是正确的 YAML（{error.problem}）") from error
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
        "string_pattern_mismatch": "只能用小写字母、数字和连字符",
        "enum": "应为 normative、essay 或 interview",
        "int_parsing": "应为整数",
    }
    return known.get(kind, "值的类型不对")


def _line_of(header: str, key: str) -> int:
    for number, line in enumerate(header.split("\n"), start=2):
        if line.startswith(f"{key}:"):
            return number
    return 2


def _refuse_taken_id(document: Document, documents: Sequence[Document]) -> None:
    for other in documents:
        if other.id == document.id:
            raise ParseError(document.file, 2, f"id“{document.id}”已被 {other.file} 使用")
