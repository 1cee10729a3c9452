"""Papers as Word files: the paper for those who sit it, the key with sources for who marks it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from assistant.quiz.export_text import answer_line, basis_lines, option_lines, stem_line
from assistant.quiz.items import Item, ItemType
from assistant.quiz.paper import Paper, section_heading

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle

LATIN_FONT = "Times New Roman"
BODY_POINTS, TITLE_POINTS = 12, 18
ONE_LINE = 34
"""Characters of all options together that still go on one line."""
RULES = {
    ItemType.SINGLE: "每题只有一个正确答案，多选、错选、不选均不得分",
    ItemType.MULTIPLE: "每题至少有两个正确答案，多选、少选、错选均不得分",
    ItemType.JUDGE: "正确的打√，错误的打×",
    ItemType.FILL: "按文件原文填写",
    ItemType.SHORT: "按要点给分",
}


def paper_docx(paper: Paper, *, font: str, heading_font: str) -> bytes:
    """Return a paper as the bytes of a Word file."""
    document = _new_document(paper, font=font, heading_font=heading_font)
    document.add_paragraph(paper.name, style="Title")
    document.add_paragraph("单位：______________　姓名：____________　得分：________")
    document.add_paragraph(
        f"考试方式：闭卷　时间：{paper.plan.minutes}分钟　满分：{paper.total}分"
        f"　合格：{_passing(paper)}分"
    )
    number = 0
    for at, section in enumerate(paper.sections, start=1):
        rule = RULES[section.type]
        document.add_paragraph(section_heading(at, section, rule=rule), style="Heading 1")
        for item in section.items:
            number += 1
            _write_question(document, item, number)
    return _bytes_of(document)


def key_docx(paper: Paper, *, font: str, heading_font: str) -> bytes:
    """Return the key to a paper, with the source of every answer, as a Word file."""
    document = _new_document(paper, font=font, heading_font=heading_font)
    document.add_paragraph(f"{paper.name}参考答案", style="Title")
    number = 0
    for at, section in enumerate(paper.sections, start=1):
        rule = RULES[section.type]
        document.add_paragraph(section_heading(at, section, rule=rule), style="Heading 1")
        for item in section.items:
            number += 1
            line = document.add_paragraph()
            line.add_run(f"{number}．答案：{answer_line(item)}").bold = True
            for basis in basis_lines(item):
                document.add_paragraph(f"依据：{basis}")
            document.add_paragraph(f"解析：{item.explanation}")
    return _bytes_of(document)


def _write_question(document: Document, item: Item, number: int) -> None:
    stem = document.add_paragraph(f"{number}．{stem_line(item)}")
    stem.paragraph_format.keep_with_next = bool(item.options)
    lines = option_lines(item)
    if lines and sum(map(len, lines)) <= ONE_LINE:
        document.add_paragraph("　　".join(lines))
    else:
        for line in lines:
            document.add_paragraph(line)
    if item.type is ItemType.SHORT:
        for _ in range(max(4, len(item.rubric))):
            document.add_paragraph("")


def _passing(paper: Paper) -> int:
    return round(paper.total * paper.plan.pass_mark)


def _new_document(paper: Paper, *, font: str, heading_font: str) -> Document:
    import docx
    from docx.shared import Cm, Pt, RGBColor

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    for name, face, points in (
        ("Normal", font, BODY_POINTS),
        ("Title", heading_font, TITLE_POINTS),
        ("Heading 1", heading_font, BODY_POINTS + 1),
    ):
        style = document.styles[name]
        _set_font(style, face)
        style.font.size = Pt(points)
        style.font.color.rgb = RGBColor(0, 0, 0)
    document.styles["Title"].paragraph_format.alignment = 1
    document.core_properties.title = paper.name
    document.core_properties.author = ""
    footer = section.footer.paragraphs[0]
    footer.text = paper.imprint + "　第"
    _add_page_number(footer)
    footer.add_run("页")
    return document


def _set_font(style: ParagraphStyle, face: str) -> None:
    """Set the East Asian face too: ``font.name`` leaves it to the template, which is Japanese."""
    from docx.oxml.ns import qn

    style.font.name = LATIN_FONT
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    fonts.set(qn("w:ascii"), LATIN_FONT)
    fonts.set(qn("w:hAnsi"), LATIN_FONT)
    fonts.set(qn("w:eastAsia"), face)


def _add_page_number(paragraph: object) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.text.paragraph import Paragraph

    if not isinstance(paragraph, Paragraph):
        return
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def _bytes_of(document: Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
