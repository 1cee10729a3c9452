"""The register as an Excel workbook and as a Word document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING

from assistant.duties.records import Alignment, Duty, Procedure
from assistant.duties.table import COLUMNS, NOBODY, show_difference, show_step, show_subject, to_row

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import _Cell
    from openpyxl.worksheet.worksheet import Worksheet

_WIDTHS = (24, 8, 46, 34, 16, 26, 34, 18, 60)
_WORD_COLUMNS = ("要求和事项", "情形", "频次、时限", "报告对象", "后果", "依据")
_FONT = "宋体"


@dataclass(frozen=True, slots=True)
class Sheets:
    """What is written out."""

    title: str
    duties: Sequence[Duty]
    procedures: Sequence[Procedure] = ()
    aligned: Sequence[Alignment] = ()
    names: tuple[str, str] = ("上位文件", "本文件")
    """Of the two documents of ``aligned``."""


def write_workbook(sheets: Sheets) -> bytes:
    """Return an Excel workbook: the duties, the procedures, the documents side by side."""
    from openpyxl import Workbook

    book = Workbook()
    first = book.worksheets[0]
    first.title = "职责清单"
    _fill(first, COLUMNS, (to_row(duty).cells() for duty in sheets.duties), _WIDTHS)
    if sheets.procedures:
        page = book.create_sheet("程序步骤")
        columns = ("事由", "步骤", "谁", "做什么", "依据", "原文")
        _fill(page, columns, _step_rows(sheets.procedures), (40, 6, 24, 56, 18, 60))
    if sheets.aligned:
        page = book.create_sheet("逐项对照")
        upper, lower = sheets.names
        sides = (f"{upper}依据", upper, f"{lower}依据", lower, "不同之处")
        _fill(page, sides, _aligned_rows(sheets.aligned), (18, 56, 18, 56, 46))
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def write_document(sheets: Sheets) -> bytes:
    """Return a Word document: a table for each subject, then the procedures."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn

    document = Document()
    for style in ("Normal", "Title", "Heading 1"):
        font = document.styles[style].font
        font.name = _FONT
        document.styles[style].element.get_or_add_rPr().get_or_add_rFonts().set(
            qn("w:eastAsia"), _FONT
        )
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    document.add_heading(sheets.title, level=0)
    document.add_paragraph(f"共 {len(sheets.duties)} 项。事项、情形和后果均为原文，依据可查。")
    by_subject = sorted(sheets.duties, key=_subject_key)
    for subject, duties in groupby(by_subject, key=_subject_key):
        document.add_heading(subject, level=1)
        rows = [_word_cells(duty) for duty in duties]
        _add_table(document, _WORD_COLUMNS, rows)
    if sheets.procedures:
        document.add_heading("程序步骤", level=1)
        columns = ("步骤", "谁", "做什么", "依据")
        for procedure in sheets.procedures:
            document.add_paragraph(procedure.topic)
            steps = [
                (str(s.number), show_subject(s.duty), show_step(s), s.duty.label)
                for s in procedure.steps
            ]
            _add_table(document, columns, steps)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _subject_key(duty: Duty) -> str:
    return duty.subject.span.text if duty.subject else NOBODY


def _word_cells(duty: Duty) -> tuple[str, ...]:
    row = to_row(duty)
    binding = duty.modality.span.text if duty.modality.span else ""
    return (
        *(f"{binding}{row.what}", row.when, row.often),
        *(row.report_to, row.consequence, row.source),
    )


def _step_rows(procedures: Iterable[Procedure]) -> Iterable[tuple[str, ...]]:
    for procedure in procedures:
        for step in procedure.steps:
            yield (
                *(procedure.topic, str(step.number), show_subject(step.duty), show_step(step)),
                *(step.duty.label, step.duty.sentence.text.strip()),
            )


def _aligned_rows(rows: Iterable[Alignment]) -> Iterable[tuple[str, ...]]:
    for row in rows:
        sides = [
            cell
            for duty in (row.upper, row.lower)
            for cell in ((duty.label, _line(duty)) if duty else ("", ""))
        ]
        yield (*sides, show_difference(row))


def _line(duty: Duty) -> str:
    row = to_row(duty)
    when = f"{row.when}，" if row.when else ""
    binding = duty.modality.span.text if duty.modality.span else ""
    return f"{row.who}：{when}{binding}{row.what}"


def _fill(
    page: Worksheet,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    widths: Sequence[int],
) -> None:
    from openpyxl.styles import Alignment as CellAlignment
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    page.append(list(columns))
    for cell in page[1]:
        cell.font = Font(bold=True)
    number = 1
    for number, row in enumerate(rows, start=2):
        for column, text in enumerate(row, start=1):
            cell = page.cell(number, column, text)
            # A text is a text, even one that begins like a formula.
            cell.data_type = "s"
            cell.alignment = CellAlignment(wrap_text=True, vertical="top")
    for column, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(column)].width = width
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{number}"


def _add_table(
    document: WordDocument, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    table = document.add_table(rows=1, cols=len(columns), style="Table Grid")
    _set_cells(table.rows[0].cells, columns, bold=True)
    for row in rows:
        _set_cells(table.add_row().cells, row)


def _set_cells(cells: Sequence[_Cell], texts: Sequence[str], *, bold: bool = False) -> None:
    for cell, text in zip(cells, texts, strict=True):
        run = cell.paragraphs[0].add_run(text)
        run.bold = bold
