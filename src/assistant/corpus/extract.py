"""A file as it was published → raw text: plain text, Markdown, Word, PDF.

What was lost or guessed on the way is said, so that whoever checks the text knows where to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath

from assistant.corpus.encoding import decode_text
from assistant.errors import CorpusError

MOST_BYTES = 20_000_000
SUFFIXES = (".txt", ".md", ".docx", ".pdf")


@dataclass(frozen=True, slots=True)
class Extracted:
    """A raw text, and what an editor should look at."""

    text: str
    warnings: tuple[str, ...] = ()


def read_file(path: Path) -> Extracted:
    """Return the text of a file in any of these formats. Raises ``CorpusError``."""
    if not path.is_file():
        raise CorpusError(f"找不到文件 {path.name}，请检查路径。")
    try:
        # One byte more than may be: enough to tell that it is too large.
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CorpusError(f"无法读取 {path.name}，请检查读取权限。") from error
    return extract_text(path.name, raw)


def extract_text(name: str, raw: bytes) -> Extracted:
    """Return the text of a file, told by its content; ``name`` is for messages and suffix.

    Raises ``CorpusError`` when it is too large or holds no text: garbled characters would be
    indexed.
    """
    if len(raw) > MOST_BYTES:
        raise CorpusError(f"{name} 超过 {MOST_BYTES // 1_000_000} MB，请分成几个文件导入。")
    suffix = PurePath(name).suffix.lower()
    if raw.startswith(b"%PDF-"):
        from assistant.corpus.extract_pdf import read_pdf

        return Extracted(*read_pdf(name, raw))
    if raw.startswith(b"PK\x03\x04"):
        from assistant.corpus.extract_docx import read_docx

        return Extracted(*read_docx(name, raw))
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise CorpusError(f"{name} 是旧式 Word 文件（.doc），请另存为 .docx 后再导入。")
    text = decode_text(raw)
    if text is None or suffix in (".pdf", ".docx"):
        raise CorpusError(
            f"{name} 不是可识别的文本文件。可以导入 UTF-8 或 GB18030 的文本、Markdown、"
            "Word（.docx）和带文字的 PDF。"
        )
    return Extracted(text.replace("\r\n", "\n").replace("\r", "\n"))
