"""Questions as a table, for the platforms of others: Excel or CSV, columns by setting."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from assistant.errors import QuizError
from assistant.quiz.export_text import basis_lines
from assistant.quiz.items import LETTERS, TRUE, Item, ItemType

DIFFICULTIES = {1: "易", 2: "中", 3: "难"}
_FORMULA = ("=", "+", "-", "@")
_FIELDS = frozenset(
    ("type", "stem", "answer", "explanation", "basis", "difficulty", "chapter", "id", *LETTERS)
)


def table_rows(
    items: Sequence[Item], columns: Mapping[str, str], *, chapters: Mapping[str, str]
) -> list[list[str]]:
    """Return the header and a row for each question.

    ``columns`` says which fields go into which columns; ``chapters`` names the part of a document
    that an article is in. Raises ``QuizError`` for a field that there is not.
    """
    unknown = [field for field in columns if field not in _FIELDS]
    if unknown:
        raise QuizError(
            f"导出表格没有名为“{'、'.join(unknown)}”的列。可用：{'、'.join(sorted(_FIELDS))}。"
        )
    rows = [list(columns.values())]
    for item in items:
        values = _values(item, chapters)
        rows.append([_harmless(values.get(field, "")) for field in columns])
    return rows


def table_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as CSV that Excel opens in Chinese: UTF-8 with its mark."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode("utf-8-sig")


def table_xlsx(rows: Sequence[Sequence[str]], *, imprint: str) -> bytes:
    """Return rows as an Excel file; ``imprint`` goes into its footer."""
    import openpyxl
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    sheet = book.active
    if sheet is None:
        raise QuizError("无法建立表格。")
    sheet.title = "题库"
    for row in rows:
        sheet.append(list(row))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.data_type = "s"
    sheet.freeze_panes = "A2"
    for number, title in enumerate(rows[0], start=1):
        wide = title in ("题干", "解析", "依据")
        sheet.column_dimensions[get_column_letter(number)].width = 50 if wide else 16
    if sheet.oddFooter is not None:
        sheet.oddFooter.center.text = imprint
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _values(item: Item, chapters: Mapping[str, str]) -> dict[str, str]:
    values = {
        "id": item.id,
        "type": item.type.label,
        "stem": item.stem,
        "answer": _answer(item),
        "explanation": item.explanation,
        "basis": "\n".join(basis_lines(item)),
        "difficulty": DIFFICULTIES.get(item.difficulty, ""),
        "chapter": chapters.get(item.basis[0].article_id, "") if item.basis else "",
    }
    return values | {option.letter: option.text for option in item.options}


def _answer(item: Item) -> str:
    """Return letters without separators, as the platforms want them; words between bars."""
    if item.type is ItemType.JUDGE:
        return "正确" if item.answer == (TRUE,) else "错误"
    return "".join(item.answer) if item.options else "|".join(item.answer)


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
