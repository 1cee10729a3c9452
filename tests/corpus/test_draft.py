from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from assistant.corpus.draft import Draft, Drafts, draft_documents, front_matter, read_raw_text
from assistant.corpus.load import load_corpus
from assistant.domain import DocumentKind
from assistant.errors import CorpusError

from .samples import CORPUS, SOURCES, assert_sound, numbers, titles

COMPILATION = SOURCES / "study-material-2021-13.txt"


@pytest.fixture(scope="module")
def drafts() -> Drafts:
    return draft_documents(read_raw_text(COMPILATION))


# --- the compilation that the product ships ----------------------------------------------------


def test_the_compilation_is_four_documents(drafts: Drafts) -> None:
    found = [
        (d.parsed.document.title, d.parsed.document.kind.value, len(d.parsed.numbered))
        for d in drafts.documents
    ]
    assert found == [
        ("中共中央关于加强对“一把手”和领导班子监督的意见", "normative", 25),
        ("北京市关于加强对“一把手”和领导班子监督的若干措施", "normative", 28),
        ("充分认识加强对“一把手”和领导班子监督的重要性紧迫性", "essay", 0),
        ("对“一把手”制定更严格的管理制度", "interview", 0),
    ]
    for draft in drafts.documents:
        assert draft.parsed.problems == ()
        assert_sound(draft.parsed)


def test_what_the_text_tells_about_a_document_is_filled_in(drafts: Drafts) -> None:
    told = [
        (d.short_title, d.published_on, d.issued_on, d.source)
        for d in (draft.parsed.document for draft in drafts.documents)
    ]
    assert told == [
        ("意见", "2021-06-01", "", "新华社 2021-06-01"),
        ("若干措施", "", "2021-07-01", ""),
        (
            "充分认识加强对“一把手”和领导班子监督的重要性紧迫性",
            "",
            "",
            "《中国纪检监察》 2021年第12期",
        ),
        ("对“一把手”制定更严格的管理制度", "2021-07-13", "", "北京日报 2021-07-13"),
    ]


def test_cover_and_contents_are_left_over_and_named(drafts: Drafts) -> None:
    assert drafts.leftovers == (
        "中国地质大学（北京）",
        "中心组学习参考",
        "党委宣传部",
        "纪委办公室",
        "监督检查室编",
        "第13期",
        "2021年9月9日",
        "《关于加强“一把手”和领导班子监督的意见》专题",
        "1. 中共中央关于加强对“一把手”和领导班子监督的意见..... 1",
        "2. 北京市关于加强对“一把手”和领导班子监督的若干措施..... 8",
        "3. 充分认识加强对“一把手”和领导班子监督的重要性紧迫性..... 17",
        "4. 对“一把手”制定更严格的管理制度——市纪委监委有关负责人答记者问..... 21",
    )


def test_drafts_can_be_put_into_a_corpus_as_they_are(drafts: Drafts, tmp_path: Path) -> None:
    for draft in drafts.documents:
        path = tmp_path / draft.parsed.document.file
        path.write_text(draft.markdown, encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.faults == ()
    loaded = {parsed.document.id: parsed for parsed in corpus.documents}
    for draft in drafts.documents:
        assert loaded[draft.parsed.document.id] == draft.parsed


def test_front_matter_of_a_shipped_document_is_what_its_file_says() -> None:
    for parsed in load_corpus(CORPUS).documents:
        raw = (CORPUS / parsed.document.file).read_text(encoding="utf-8")
        assert front_matter(parsed.document) + parsed.document.text == raw


# --- other raw texts ---------------------------------------------------------------------------

LAW = """\
中华人民共和国办公用房管理法

（2020年1月1日第一届全国人民代表大会常务委员会第一次会议通过）

目　　录

第一章　总　　则………………………1
第二章　监督检查和责任追究的规定…………2
第三章　附　　则………………………3

第一章　总　　则

第一条　为了规范办公用房管理，制定本法。

第二条　办公用房分为下列各类：
（一）办公室；
（二）服务用房。

- 1 -

第二章　监督检查和责任追究的规定

第一节　监　　督

第三条　主管部门应当每年检查。

第三章　附　　则

第四条　本法自2020年3月1日起施行。
"""


def only(raw: str) -> Draft:
    (draft,) = draft_documents(raw).documents
    return draft


def test_a_law_of_chapters_sections_and_articles() -> None:
    draft = only(LAW)
    assert_sound(draft.parsed)
    assert draft.parsed.problems == ()
    assert numbers(draft.parsed) == [1, 2, 3, 4]
    assert titles(draft.parsed) == [
        "中华人民共和国办公用房管理法",
        "第一章总则",
        "第二章监督检查和责任追究的规定",
        "第一节监督",
        "第三章附则",
    ]
    assert "\n## 第一章　总　　则\n" in draft.markdown
    assert draft.parsed.document.short_title == "中华人民共和国办公用房管理法"


def test_chapters_in_the_contents_are_no_documents_and_are_named_as_left_over() -> None:
    drafts = draft_documents(LAW)
    assert len(drafts.documents) == 1
    assert drafts.leftovers == (
        "第一章　总　　则………………………1",
        "第二章　监督检查和责任追究的规定…………2",
        "第三章　附　　则………………………3",
        "- 1 -",
    )


TWO = """\
关于加强办公用房管理的意见

为加强管理，提出如下意见。

一、总体要求

（一）依法合规。严格执行标准。

（二）科学规划。统一配置资源。

中共某某市委关于印发《办公用房清理办法》的通知

各区委：

现将《办公用房清理办法》印发给你们。

2021年7月1日

办公用房清理办法

第一条　为了清理，制定本办法。

第二条　本办法自印发之日起施行。
"""


def test_a_compilation_without_contents_is_divided_where_numbering_starts_anew() -> None:
    drafts = draft_documents(TWO)
    assert [d.parsed.document.title for d in drafts.documents] == [
        "关于加强办公用房管理的意见",
        "办公用房清理办法",
    ]
    assert [len(d.parsed.numbered) for d in drafts.documents] == [2, 2]
    assert drafts.documents[1].parsed.document.issued_on == "2021-07-01"
    assert drafts.leftovers == ()


def test_a_title_on_the_cover_is_not_where_its_document_begins() -> None:
    title = "办公用房清理管理办法"
    drafts = draft_documents(
        f"{title}\n\n学习资料\n\n1. {title}..... 1\n\n{title}\n\n第一条　一。\n\n第二条　二。\n"
    )
    assert len(drafts.documents) == 1
    assert drafts.leftovers == (title, "学习资料", f"1. {title}..... 1")


def test_documents_of_one_title_get_ids_of_their_own() -> None:
    titles_ = "1. 办公用房清理管理办法..... 1\n2. 办公用房清理管理办法..... 2\n\n"
    text = "办公用房清理管理办法\n\n第一条　一。\n\n第二条　二。\n\n"
    drafts = draft_documents(titles_ + text + text)
    names = [d.parsed.document.id for d in drafts.documents]
    assert names == ["bgyfqlglbf", "bgyfqlglbf-2"]


def test_a_title_in_two_lines_is_joined_as_the_contents_spell_it() -> None:
    draft = only(
        "1. 关于进一步加强党政机关办公用房清理和管理工作的若干规定..... 1\n\n"
        "关于进一步加强党政机关办公用房\n清理和管理工作的若干规定\n\n第一条　一。\n\n第二条　二。\n"
    )
    assert draft.parsed.document.title == ("关于进一步加强党政机关办公用房清理和管理工作的若干规定")


def test_letterhead_and_number_above_the_title_are_not_the_title() -> None:
    draft = only(
        "中共某某市委文件\n\n某发〔2021〕3号\n\n办公用房清理办法\n\n第一条　一。\n\n第二条　二。\n"
    )
    assert draft.parsed.document.title == "办公用房清理办法"
    assert draft.parsed.articles[0].text.startswith("中共某某市委文件")


def test_page_numbers_and_running_headers_are_left_over_and_cut_no_paragraph() -> None:
    header = "办公用房清理办法"
    raw = (
        f"{header}\n\n第一条　各级机关违反规定使用办公用房的，由主管部门责令限期改正，逾期不\n\n"
        f"— 1 —\n\n{header}\n\n改正的，予以通报。\n\n第二条　二。\n\n"
        f"第 2 页 共 3 页\n\n{header}\n\n第三条　三。\n"
    )
    drafts = draft_documents(raw)
    first = drafts.documents[0].parsed.numbered[0]
    assert first.text.endswith("责令限期改正，逾期不改正的，予以通报。")
    assert drafts.leftovers == ("— 1 —", header, "第 2 页 共 3 页", header)


def test_gaps_in_a_raw_text_are_reported_by_the_line_of_the_draft() -> None:
    draft = only("办公用房清理办法\n\n第一条　一。\n\n第二条　二。\n\n第四条　四。\n")
    (problem,) = draft.parsed.problems
    assert problem.message == "第二条之后是第四条，中间的条文缺失"
    assert draft.markdown.split("\n")[problem.line - 1] == "第四条　四。"


def test_an_essay_gets_its_unnumbered_headings() -> None:
    draft = only(
        "如何管好办公用房\n\n张三\n\n来源：学习杂志 2021-07-13\n\n开头一段说明来由。\n\n"
        "认识要到位\n\n认识决定行动。\n\n行动要有力\n\n行动检验认识。\n"
    )
    assert draft.parsed.document.kind is DocumentKind.ESSAY
    assert titles(draft.parsed)[1:] == ["认识要到位", "行动要有力"]


# --- files ------------------------------------------------------------------------------------


def save(folder: Path, raw: bytes) -> Path:
    path = folder / "raw.txt"
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_text_is_read_in_the_encoding_that_it_was_saved_in(tmp_path: Path, encoding: str) -> None:
    assert read_raw_text(save(tmp_path, TWO.encode(encoding))).lstrip("\ufeff") == TWO


def test_traditional_characters_in_big5_are_not_taken_for_gb18030(tmp_path: Path) -> None:
    text = (
        "為深入貫徹關於加強領導班子監督的意見，切實加強對領導班子的監督，黨委應當每年聽取報告。\n"
        * 5
    )
    assert read_raw_text(save(tmp_path, text.encode("big5"))) == text


def test_line_endings_become_line_feeds_and_stray_control_characters_go(tmp_path: Path) -> None:
    raw = ("第一条\x02 一。" + "应当登记。" * 40 + "\r\n第二条 二。\r").encode()
    assert read_raw_text(save(tmp_path, raw)) == (
        "第一条 一。" + "应当登记。" * 40 + "\n第二条 二。\n"
    )


@pytest.mark.parametrize(
    "raw",
    [
        gzip.compress(TWO.encode(), mtime=0),
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        b"PK\x03\x04\x14\x00\x00\x00" + bytes(range(255, -1, -1)) * 9,
        b"%PDF-1.7\n" + bytes(range(256)) * 9,
        b"\x00" * 64,
    ],
    ids=["gzip", "png", "docx", "pdf", "zeros"],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(CorpusError, match=r"raw\.txt (?:不是可|已损坏)"):
        read_raw_text(save(tmp_path, raw))


@pytest.mark.parametrize("raw", [b"", b" \n\n\t\n", b"\xef\xbb\xbf", b"1\n\n- 2 -\n"])
def test_a_file_without_text_is_refused(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(CorpusError, match="没有文字"):
        draft_documents(read_raw_text(save(tmp_path, raw)))


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "raw.txt"
    with path.open("wb") as file:
        file.truncate(20_000_001)
    with pytest.raises(CorpusError, match="超过 20 MB"):
        read_raw_text(path)


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"找不到文件 none\.txt"):
        read_raw_text(tmp_path / "none.txt")
