"""Blocks of text → a Word document set in Chinese fonts; the same blocks give the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.users.sheets import Block, Kind

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph

LATIN_FONT = "Times New Roman"
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
# XML has no place for these, and python-docx refuses them.
_CONTROLS = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# East Asian font, points, bold; sizes after GB/T 9704: 三号 16, 小三 15, 四号 14, 小四 12.
_LOOKS: dict[Kind, tuple[str, float, bool]] = {
    "title": ("宋体", 22, True),
    "heading": ("黑体", 15, False),
    "fact": ("仿宋", 12, False),
    "text": ("仿宋", 14, False),
    "article": ("楷体", 14, False),
    "note": ("仿宋", 10.5, False),
}


def write_word(blocks: Sequence[Block], *, title: str, made_at: datetime) -> bytes:
    """Return a .docx file; ``made_at`` is what its properties say."""
    import docx

    document = docx.Document()
    _set_up(document)
    for block in blocks:
        paragraph = document.add_paragraph(style=f"Assistant {block.kind}")
        for run in block.runs:
            written = paragraph.add_run(_CONTROLS.sub("", run.text))
            written.bold = True if run.marked else None
    properties = document.core_properties
    properties.title = _CONTROLS.sub("", title)[:250]
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.language = "zh-CN"
    properties.revision = 1
    properties.created = properties.modified = made_at.astimezone(UTC).replace(tzinfo=None)
    raw = io.BytesIO()
    document.save(raw)
    return _without_moments(raw.getvalue())


def _set_up(document: Document) -> None:
    """Give the document A4 paper, our styles and page numbers."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    _set_fonts(document.styles["Normal"], *_LOOKS["text"])
    for kind, look in _LOOKS.items():
        style = document.styles.add_style(f"Assistant {kind}", WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        _set_fonts(style, *look)
        spacing = style.paragraph_format
        spacing.space_before = Pt(10 if kind == "heading" else 0)
        spacing.space_after = Pt(14 if kind == "title" else 4)
        spacing.line_spacing = 1.4
        spacing.keep_with_next = kind in ("title", "heading")
        if kind in ("text", "article"):
            spacing.first_line_indent = Pt(2 * look[1])
        if kind == "title":
            spacing.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _add_page_number(footer)


def _set_fonts(style: ParagraphStyle, font: str, points: float, bold: bool) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name = LATIN_FONT
    style.font.size = Pt(points)
    style.font.bold = bold
    style.font.color.rgb = RGBColor(0, 0, 0)
    # python-docx sets the Latin font only; without this Word picks one for Chinese by itself.
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:cs"), LATIN_FONT)


def _add_page_number(paragraph: Paragraph) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _without_moments(raw: bytes) -> bytes:
    """Return the same archive with the same day on every file in it."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            known = zipfile.ZipInfo(entry.filename, _ZIP_DAY)
            known.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(known, source.read(entry))
    return out.getvalue()
