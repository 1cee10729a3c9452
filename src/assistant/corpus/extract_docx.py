"""Word → text: paragraphs and tables in reading order, with the numbers that Word counts itself.

A list number such as 第一条 or （一） stands nowhere in the file's text: it is counted from the
paragraph's style, as Word does, for without it no article could be cited.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.corpus.extract_numbering import Numbering
from assistant.errors import CorpusError

if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element

MOST_UNPACKED_BYTES = 200_000_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEFT_OUT = frozenset(
    f"{_W}{name}" for name in ("del", "moveFrom", "txbxContent", "instrText", "rPr", "pPr")
)


def read_docx(name: str, raw: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of a .docx file and warnings. Raises ``CorpusError``."""
    document = _open(name, raw)
    reading = _Reading(Numbering(document))
    lines = list(reading.blocks(document.element.body))
    text = "\n".join(lines)
    if not text.strip():
        raise CorpusError(f"{name} 里没有文字，可能是扫描图片，请先识别文字再导入。")
    return text, tuple(reading.warnings())


def _open(name: str, raw: bytes) -> Document:
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import XMLSyntaxError

    unreadable = f"{name} 不是可读的 Word 文件（.docx），请用 Word 或 WPS 打开后另存再导入。"
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MOST_UNPACKED_BYTES:
            raise CorpusError(f"{name} 解开后过大，请分成几个文件导入。")
        return docx.Document(io.BytesIO(raw))
    except (zipfile.BadZipFile, OpcError, XMLSyntaxError, KeyError, ValueError) as error:
        raise CorpusError(unreadable) from error


class _Reading:
    """Reads a body once, and remembers what deserves a warning."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._tables = 0
        self._boxes = 0
        self._changes = 0
        self._notes = 0

    def blocks(self, parent: _Element) -> Iterator[str]:
        """Yield the lines of a body or of a table's cell."""
        for child in parent.iterchildren():
            if child.tag == f"{_W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                self._tables += 1
                yield from self._table(child)
            elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins"):
                yield from self.blocks(child)

    def warnings(self) -> Iterator[str]:
        """Yield a Chinese line for each thing that an editor should look at."""
        yield from self._numbering.warnings()
        if self._tables:
            yield f"有 {self._tables} 个表格，已按行列为文字，请核对。"
        if self._boxes:
            yield f"有 {self._boxes} 个文本框，框中的文字没有收入，请核对。"
        if self._changes:
            yield f"有 {self._changes} 处修订痕迹：插入的已收入，删除的已去掉。请先定稿再导入。"
        if self._notes:
            yield f"有 {self._notes} 处脚注或尾注，没有收入。"

    def _paragraph(self, paragraph: _Element) -> Iterator[str]:
        number = self._numbering.next_number(paragraph)
        text = number + "".join(self._words(paragraph))
        yield from text.split("\n")
        # A blank line between paragraphs says that lines are whole, not hard-wrapped.
        yield ""

    def _words(self, element: _Element) -> Iterator[str]:
        for child in element.iterchildren():
            name = str(child.tag).removeprefix(_W)
            if child.tag in _LEFT_OUT:
                self._boxes += name == "txbxContent"
                self._changes += name in ("del", "moveFrom")
            elif name == "t":
                yield child.text or ""
            elif name in ("br", "cr"):
                yield "\n"
            elif name == "tab":
                yield " "
            elif name == "noBreakHyphen":
                yield "-"
            elif name in ("footnoteReference", "endnoteReference"):
                self._notes += 1
            elif str(child.tag).endswith("}Fallback"):
                # The same drawing once more, for old programs.
                continue
            else:
                self._changes += name in ("ins", "moveTo")
                yield from self._words(child)

    def _table(self, table: _Element) -> Iterator[str]:
        for row in table.iter(f"{_W}tr"):
            cells = [
                " ".join(line for line in self.blocks(cell) if line.strip())
                for cell in row.iterchildren(f"{_W}tc")
            ]
            yield "　".join(cells)
            yield ""
