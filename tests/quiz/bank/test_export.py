"""What is handed out, read back by readers that had no part in writing it."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from defusedxml import ElementTree

from assistant.errors import QuizError
from assistant.quiz.export_anki import anki_deck
from assistant.quiz.export_docx import key_docx, paper_docx
from assistant.quiz.export_gift import gift_text
from assistant.quiz.export_table import table_csv, table_rows, table_xlsx
from assistant.quiz.export_text import answer_line
from assistant.quiz.items import Item, ItemType, Option
from assistant.quiz.paper import PLANS, Paper, draw_papers
from assistant.settings.quiz import COLUMNS

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FONTS = {"font": "宋体", "heading_font": "黑体"}
IMPRINT = "题库版本 0f0f0f0f"


@pytest.fixture(scope="module")
def paper(shipped: tuple[Item, ...]) -> Paper:
    return draw_papers(shipped, PLANS["mock"], seed=5, title="一把手监督知识测试")[0]


def parts(content: bytes, *, folder: str) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith(folder) and name.endswith(".xml"):
                yield name, archive.read(name).decode()


def paragraphs(content: bytes) -> list[str]:
    body = dict(parts(content, folder="word/document"))["word/document.xml"]
    root = ElementTree.fromstring(body)
    return ["".join(t.text or "" for t in p.iter(f"{WORD}t")) for p in root.iter(f"{WORD}p")]


# --- Word ----------------------------------------------------------------------------------------


def test_a_word_paper_has_every_question_and_no_key(paper: Paper) -> None:
    lines = paragraphs(paper_docx(paper, **FONTS))
    text = "\n".join(lines)
    assert lines[0] == "一把手监督知识测试（A卷）"
    assert "满分：100分" in text
    for number, item in enumerate(paper.items, start=1):
        assert any(line.startswith(f"{number}．{item.stem}") for line in lines)
        assert all(option.text in text for option in item.options)
    assert "解析" not in text
    assert "答案：" not in text


def test_the_key_has_an_answer_and_its_source_for_every_question(paper: Paper) -> None:
    lines = paragraphs(key_docx(paper, **FONTS))
    for number, item in enumerate(paper.items, start=1):
        assert f"{number}．答案：{answer_line(item)}" in lines
        for basis in item.basis:
            assert f"依据：{basis.label}：{basis.sentence}" in lines


def test_a_word_paper_names_chinese_faces_and_its_origin(paper: Paper) -> None:
    content = paper_docx(paper, **FONTS)
    styles = ElementTree.fromstring(dict(parts(content, folder="word/styles"))["word/styles.xml"])
    faces = {
        style.get(f"{WORD}styleId"): fonts.get(f"{WORD}eastAsia")
        for style in styles.iter(f"{WORD}style")
        for fonts in style.iter(f"{WORD}rFonts")
    }
    assert (faces["Normal"], faces["Title"], faces["Heading1"]) == ("宋体", "黑体", "黑体")
    footer = "".join(
        t.text or ""
        for _, xml in parts(content, folder="word/footer")
        for t in ElementTree.fromstring(xml).iter(f"{WORD}t")
    )
    assert footer.startswith(f"题库版本 {paper.bank_version} · 模拟卷 · 种子 5 · A卷")


# --- tables --------------------------------------------------------------------------------------


def test_a_table_has_the_columns_of_the_setting(shipped: tuple[Item, ...]) -> None:
    columns = {
        "stem": "题目内容",
        "A": "答案A",
        "B": "答案B",
        "answer": "标准答案",
        "chapter": "分类",
    }
    rows = table_rows(shipped, columns, chapters={shipped[0].basis[0].article_id: "第一部分"})
    assert rows[0] == ["题目内容", "答案A", "答案B", "标准答案", "分类"]
    assert rows[1][0] == shipped[0].stem
    assert rows[1][3] == "".join(shipped[0].answer)
    assert rows[1][4] == "第一部分"


def test_a_column_that_there_is_not_is_named() -> None:
    with pytest.raises(QuizError, match="没有名为“author”的列"):
        table_rows([], {"author": "作者"}, chapters={})


def test_csv_opens_in_chinese_and_keeps_every_word(shipped: tuple[Item, ...]) -> None:
    content = table_csv(table_rows(shipped, COLUMNS, chapters={}))
    assert content.startswith("\ufeff".encode())
    read = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["题干"] for row in read] == [item.stem for item in shipped]
    for row, item in zip(read, shipped, strict=True):
        assert [row[f"选项{o.letter}"] for o in item.options] == [o.text for o in item.options]
        if item.options:
            assert row["正确答案"] == "".join(item.answer)
        assert item.basis[0].sentence in row["依据"]


def test_a_text_that_looks_like_a_formula_stays_a_text(shipped: tuple[Item, ...]) -> None:
    item = replace(shipped[0], explanation="=HYPERLINK(1)")
    rows = table_rows([item], {"explanation": "解析"}, chapters={})
    assert rows[1] == ["'=HYPERLINK(1)"]


def test_an_excel_file_has_every_question(shipped: tuple[Item, ...]) -> None:
    content = table_xlsx(table_rows(shipped, COLUMNS, chapters={}), imprint=IMPRINT)
    sheet = dict(parts(content, folder="xl/worksheets/"))["xl/worksheets/sheet1.xml"]
    rows = [
        {
            re.sub(r"\d", "", cell.get("r") or ""): "".join(
                t.text or "" for t in cell.iter(f"{SHEET}t")
            )
            for cell in row.iter(f"{SHEET}c")
        }
        for row in ElementTree.fromstring(sheet).iter(f"{SHEET}row")
    ]
    assert list(rows[0].values()) == list(COLUMNS.values())
    assert [row["B"] for row in rows[1:]] == [item.stem for item in shipped]
    assert "<f>" not in sheet
    footer = ElementTree.fromstring(sheet).iter(f"{SHEET}oddFooter")
    assert IMPRINT in "".join(mark.text or "" for mark in footer)


# --- Anki ----------------------------------------------------------------------------------------


def notes(content: bytes, folder: Path) -> dict[str, list[str]]:
    """Return the fields of each note by its guid."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extract("collection.anki2", folder)
    with sqlite3.connect(folder / "collection.anki2") as database:
        found = database.execute("select guid, flds from notes").fetchall()
    database.close()
    return {guid: fields.split("\x1f") for guid, fields in found}


def test_an_anki_deck_has_a_note_for_every_item(shipped: tuple[Item, ...], tmp_path: Path) -> None:
    found = notes(anki_deck(shipped, title="法规学习"), tmp_path)
    assert len(found) == len(shipped)
    by_id = {fields[-1]: fields for fields in found.values()}
    for item in shipped:
        stem, _, answer, *_ = by_id[item.id]
        assert item.stem in stem
        assert answer == answer_line(item)


def test_an_edited_item_remains_the_same_note(shipped: tuple[Item, ...], tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    edited = replace(shipped[0], stem="改过的题干（　　）。")
    before = notes(anki_deck([shipped[0]], title="法规学习"), tmp_path)
    after = notes(anki_deck([edited], title="法规学习"), tmp_path / "new")
    assert set(before) == set(after)
    assert before != after


def test_marks_of_html_are_text_in_a_note(shipped: tuple[Item, ...], tmp_path: Path) -> None:
    item = replace(shipped[0], stem="<b>3&4</b>")
    (fields,) = notes(anki_deck([item], title="法规学习"), tmp_path).values()
    assert fields[0] == "&lt;b&gt;3&amp;4&lt;/b&gt;"


# --- GIFT ----------------------------------------------------------------------------------------

QUESTION = re.compile(
    r"::(?P<name>(?:\\.|[^:\\])+)::\[plain\]"
    r"(?P<stem>(?:\\.|[^{\\])+)\{(?P<answers>(?:\\.|[^}\\])*)\}"
)
CHOICE = re.compile(r"(?P<sign>[=~])(?:%(?P<share>-?[\d.]+)%)?(?P<text>(?:\\.|[^~=#\\])+)")


def plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text).strip()


def read_gift(text: str) -> dict[str, tuple[str, dict[str, tuple[str, str]]]]:
    """Return stem and answers of each question: text → sign and share."""
    out = {}
    for match in QUESTION.finditer(text):
        answers = match["answers"].partition("####")[0]
        choices = {
            plain(c["text"]): (c["sign"], c["share"] or "") for c in CHOICE.finditer(answers)
        }
        out[plain(match["name"])] = (plain(match["stem"]), choices or {answers: ("", "")})
    return out


def test_gift_gives_back_every_choice(shipped: tuple[Item, ...]) -> None:
    read = read_gift(gift_text(shipped, imprint=IMPRINT))
    for item in shipped:
        if item.type is ItemType.SINGLE:
            stem, choices = read[item.id]
            assert stem == item.stem
            assert [text for text, (sign, _) in choices.items() if sign == "="] == list(
                item.right_texts
            )
            assert set(choices) == {option.text for option in item.options}


def test_gift_shares_of_a_multiple_choice_add_up(shipped: tuple[Item, ...]) -> None:
    read = read_gift(gift_text(shipped, imprint=IMPRINT))
    multiples = [item for item in shipped if item.type is ItemType.MULTIPLE]
    for item in multiples:
        _, choices = read[item.id]
        right = [float(share) for text, (_, share) in choices.items() if text in item.right_texts]
        assert sum(right) == pytest.approx(100, abs=0.01)
        assert {choices[o.text][1] for o in item.options if o.letter not in item.answer} == {"-100"}


def test_gift_knows_true_from_false_and_asks_one_blank_at_a_time(
    shipped: tuple[Item, ...],
) -> None:
    read = read_gift(gift_text(shipped, imprint=IMPRINT))
    for item in shipped:
        if item.type is ItemType.JUDGE:
            assert list(read[item.id][1]) == ["TRUE" if item.answer == ("T",) else "FALSE"]
        if item.type is ItemType.FILL and len(item.answer) > 1:
            stem, choices = read[f"{item.id}/2"]
            assert stem.count("______") == 1
            assert item.answer[0] in stem
            assert set(choices) == set(item.accept[1])


def test_gift_escapes_what_it_reads_as_its_own(shipped: tuple[Item, ...]) -> None:
    single = next(i for i in shipped if i.type is ItemType.SINGLE)
    item = replace(single, options=(Option("A", "a=b{c}~#:"), *single.options[1:]))
    text = gift_text([item], imprint=IMPRINT)
    assert r"a\=b\{c\}\~\#\:" in text
    assert "a=b{c}~#:" in read_gift(text)[item.id][1]
