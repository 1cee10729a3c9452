"""The corpus says what the published texts say, to the character."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.corpus.draft import draft_documents, read_raw_text
from assistant.corpus.load import load_corpus, load_document
from assistant.corpus.unwrap import join_wrapped_lines
from assistant.text import fold

from .samples import CORPUS, SOURCES

COMPILATION = SOURCES / "study-material-2021-13.txt"
OFFICIAL = SOURCES / "opinions-official.txt"

COVER = """
    中国地质大学（北京）
    中心组学习参考
    党委宣传部
    纪委办公室
    监督检查室编
    第13期
    2021年9月9日
    《关于加强“一把手”和领导班子监督的意见》专题
"""
CONTENTS = """
    1. 中共中央关于加强对“一把手”和领导班子监督的意见..... 1
    2. 北京市关于加强对“一把手”和领导班子监督的若干措施..... 8
    3. 充分认识加强对“一把手”和领导班子监督的重要性紧迫性..... 17
    4. 对“一把手”制定更严格的管理制度——市纪委监委有关负责人答记者问..... 21
"""
PAGE_FURNITURE = "**"
"""The extraction's marks of bold print around the title of the notice; there is nothing else."""

IN_COMPILATION = (
    "opinions-2021-xinhua",
    "beijing-measures-2021",
    "zou-essay-2021",
    "beijing-qa-2021",
)
BOTH = {**dict.fromkeys(IN_COMPILATION, COMPILATION), "opinions-2021": OFFICIAL}


def body(document_id: str) -> str:
    """Return what follows the front matter in a corpus file, read without the loader."""
    raw = (CORPUS / f"{document_id}.md").read_text(encoding="utf-8")
    return raw.split("---\n", 2)[2]


def bare(text: str) -> str:
    """Return ``text`` without white space; nothing else is folded."""
    return "".join(text.split())


def without_heading_marks(markdown: str) -> str:
    return re.sub(r"^#{1,6} ", "", markdown, flags=re.MULTILINE)


def test_every_document_is_held_against_a_source() -> None:
    assert {path.stem for path in CORPUS.glob("*.md")} == set(BOTH)


def test_the_compilation_is_its_four_documents_and_the_furniture_named_here() -> None:
    published = bare(COMPILATION.read_text(encoding="utf-8")).replace(PAGE_FURNITURE, "")
    kept = "".join(bare(without_heading_marks(body(name))) for name in IN_COMPILATION)
    assert published == bare(COVER) + bare(CONTENTS) + kept


def test_the_bold_marks_are_two_and_stand_around_one_title() -> None:
    published = bare(COMPILATION.read_text(encoding="utf-8"))
    assert published.count(PAGE_FURNITURE) == 2
    title = published.split(PAGE_FURNITURE)[1]
    assert title in bare(body("beijing-measures-2021"))


def test_the_authoritative_edition_is_its_source_without_remainder() -> None:
    published = bare(OFFICIAL.read_text(encoding="utf-8"))
    assert bare(without_heading_marks(body("opinions-2021"))) == published


@pytest.mark.parametrize("document_id", BOTH)
def test_a_document_is_one_run_of_its_folded_source(document_id: str) -> None:
    published = fold(BOTH[document_id].read_text(encoding="utf-8").replace(PAGE_FURNITURE, ""))
    assert fold(without_heading_marks(body(document_id))) in published


@pytest.mark.parametrize("document_id", BOTH)
def test_spans_are_offsets_in_the_body_of_the_file(document_id: str) -> None:
    assert load_document(CORPUS / f"{document_id}.md").text == body(document_id)


def test_every_cited_span_reads_the_same_in_the_file() -> None:
    for parsed in load_corpus(CORPUS).documents:
        text = body(parsed.document.id)
        for article in parsed.articles:
            assert text[article.start : article.end] == article.text
            for sentence in article.sentences:
                assert text[sentence.start : sentence.end] == sentence.text


@pytest.mark.parametrize("document_id", IN_COMPILATION)
def test_the_importer_cuts_the_same_text_from_the_compilation(document_id: str) -> None:
    drafts = draft_documents(read_raw_text(COMPILATION)).documents
    assert body(document_id) in [draft.parsed.document.text for draft in drafts]


def test_joining_the_printed_lines_gives_the_paragraphs_of_the_official_text() -> None:
    joined = join_wrapped_lines(OFFICIAL.read_text(encoding="utf-8"))
    assert paragraphs(joined) == paragraphs(without_heading_marks(body("opinions-2021")))


def paragraphs(text: str) -> list[str]:
    return [bare(line) for line in text.split("\n") if line.strip()]


def test_the_sources_are_stored_whole() -> None:
    sizes = {path.name: path.stat().st_size for path in Path(SOURCES).glob("*.txt")}
    assert sizes == {"opinions-official.txt": 20_928, "study-material-2021-13.txt": 61_155}
