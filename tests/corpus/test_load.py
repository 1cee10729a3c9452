from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.corpus.draft import front_matter
from assistant.corpus.load import Corpus, load_corpus, load_document
from assistant.domain import Document, DocumentKind
from assistant.errors import CorpusError, ParseError

from .samples import CORPUS, assert_sound, numbers

GOOD = (
    "---\nid: leave-rules\ntitle: 请假规定\nauthority: 5\n---\n第一条 应当请假。\n\n第二条 二。\n"
)


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def load(folder: Path) -> Corpus:
    write(folder, "leave-rules.md", GOOD)
    return load_corpus(folder)


def test_the_shipped_corpus_is_five_documents_the_highest_authority_first() -> None:
    corpus = load_corpus(CORPUS)
    assert [parsed.document.id for parsed in corpus.documents] == [
        "opinions-2021",
        "opinions-2021-xinhua",
        "beijing-measures-2021",
        "zou-essay-2021",
        "beijing-qa-2021",
    ]
    assert corpus.faults == ()
    assert all(parsed.problems == () for parsed in corpus.documents)


def test_search_sees_an_edition_through_the_document_that_it_is_an_edition_of() -> None:
    corpus = load_corpus(CORPUS)
    assert [p.document.id for p in corpus.searched] == [
        p.document.id for p in corpus.documents if p.document.id != "opinions-2021-xinhua"
    ]


def test_every_field_of_the_front_matter_arrives(tmp_path: Path) -> None:
    document = Document(
        id="leave-rules",
        title="请假规定：试行",
        short_title="规定",
        text="第一条 一。\n",
        kind=DocumentKind.ESSAY,
        aliases=("请假办法", "'假'"),
        issuer="市委办公室",
        authority=7,
        published_on="2021-07-13",
        issued_on="2021-07",
        source="北京日报 2021-07-13",
        edition_of="other",
        implements="another",
        scope="北京市",
        file="leave-rules.md",
    )
    header = front_matter(document)
    path = write(tmp_path, "leave-rules.md", header + document.text)
    assert load_document(path) == replace(document, first_line=header.count("\n") + 1)


def test_a_document_without_a_short_title_goes_by_its_title(tmp_path: Path) -> None:
    assert load(tmp_path).documents[0].document.short_title == "请假规定"


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "byte order mark"])
def test_line_endings_and_a_byte_order_mark_do_not_matter(
    tmp_path: Path, ending: str, mark: str
) -> None:
    path = write(tmp_path, "leave-rules.md", mark + GOOD.replace("\n", ending))
    assert load_document(path).text == "第一条 应当请假。\n\n第二条 二。\n"
    assert load_document(path).first_line == 6


HARD_WRAPPED = """\
---
id: office-rules
title: 办公用房管理办法
---
第一条　为了加强办公用房管理，推进资源合理

配置和节约集约使用，保障正常办公，降低行政

成本，制定本办法。

第二条　各级机关违反规定的，由主管部门依照

第三条规定予以通报，并且按照有关规定追究责

任。

第五条　本办法由主管部门负责解释，自发布之

日起施行。
"""


def test_hard_wrapped_lines_are_joined_and_problems_name_the_line_of_the_file(
    tmp_path: Path,
) -> None:
    write(tmp_path, "office-rules.md", HARD_WRAPPED)
    parsed = load_corpus(tmp_path).documents[0]
    assert_sound(parsed)
    assert numbers(parsed) == [1, 2, 5]
    assert "由主管部门依照第三条规定予以通报" in parsed.articles[1].text
    problem = parsed.problems[0]
    assert (problem.file, problem.message) == (
        "office-rules.md",
        "第二条之后是第五条，中间的条文缺失",
    )
    assert HARD_WRAPPED.split("\n")[problem.line - 1].startswith("第五条")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "缺少文件头"),
        ("第一条 一。\n", 1, "缺少文件头"),
        ("---\nid: a\ntitle: 甲\n第一条 一。\n", 5, "文件头没有结束"),
        ("---\n---\n第一条 一。\n", 2, "至少有 id 和 title"),
        ("---\n- id\n---\n一。\n", 2, "名称: 值"),
        ("---\nid: a\ntitle: 关于: 的\n---\n一。\n", 3, "单引号"),
        ("---\nid: a\ntitle: '甲\n---\n一。\n", 3, "单引号"),
        ("---\nid: a\n\ttitle: 甲\n---\n一。\n", 3, "文件头写法有误"),
        ("---\nid: a\ntitle: 甲\x01\n---\n一。\n", 3, "不能显示的字符"),
        ("---\ntitle: 甲\n---\n一。\n", 2, "id（必须填写）"),
        ("---\nid: a\ntitle:\n---\n一。\n", 3, "title（不能为空）"),
        ("---\nid: 办法\ntitle: 甲\n---\n一。\n", 2, "小写字母"),
        ("---\nid: a\ntitle: 甲\nkind: 规定\n---\n一。\n", 4, "normative"),
        ("---\nid: a\ntitle: 甲\nauthority: 高\n---\n一。\n", 4, "整数"),
        ("---\nid: a\ntitle: 甲\nauthor: 乙\n---\n一。\n", 4, "author（没有这个字段）"),
        ("---\nid: a\ntitle: 甲\nissued: 2021-13-45\n---\n一。\n", 4, "日期"),
        ("---\nid: a\ntitle: 甲\nissued: 2021年7月\n---\n一。\n", 4, "日期"),
        ("---\nid: a\ntitle: 甲\naliases: 乙\n---\n一。\n", 4, "列表"),
        ("---\nid: a\ntitle: [甲]\n---\n一。\n", 3, "类型不对"),
        ("---\nid: a\ntitle: 甲\n---\n \n\n", 5, "没有正文"),
        (GOOD.replace("规定", "办法").encode("gb18030"), 3, "不是 UTF-8"),
        ("---\nid: leave-rules\ntitle: 甲\n---\n一。\n", 2, "已被 leave-rules.md 使用"),
        ("---\ntitle: 甲\nid: leave-rules\n---\n一。\n", 3, "已被 leave-rules.md 使用"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_line_and_the_rest_loads(
    tmp_path: Path, text: str | bytes, line: int, message: str
) -> None:
    write(tmp_path, "zz-broken.md", text)
    corpus = load(tmp_path)
    assert [parsed.document.id for parsed in corpus.documents] == ["leave-rules"]
    (fault,) = corpus.faults
    assert (fault.file, fault.line) == ("zz-broken.md", line)
    assert message in fault.problem
    assert str(fault) == f"zz-broken.md 第 {line} 行：{fault.problem}"
    assert "\n" not in str(fault)


def test_a_folder_with_the_name_of_a_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "zz-folder.md").mkdir()
    (fault,) = load(tmp_path).faults
    assert (fault.file, fault.line) == ("zz-folder.md", 1)


def test_two_faults_are_both_named(tmp_path: Path) -> None:
    write(tmp_path, "b.md", "一。\n")
    write(tmp_path, "a.md", "---\nid: [\n---\n")
    assert [fault.file for fault in load(tmp_path).faults] == ["a.md", "b.md"]


def test_a_single_broken_file_is_an_error_where_it_is_loaded_alone(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="第 1 行：缺少文件头"):
        load_document(write(tmp_path, "a.md", "一。\n"))


def test_a_readme_and_folders_beside_the_documents_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, "README.md", "# 说明\n")
    (tmp_path / "drafts").mkdir()
    write(tmp_path / "drafts", "a.md", "未完成\n")
    assert load(tmp_path).faults == ()


def test_a_missing_folder_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="找不到材料文件夹 none"):
        load_corpus(tmp_path / "none")


def test_a_folder_without_usable_files_says_why(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="没有可用的文件。"):
        load_corpus(tmp_path)
    write(tmp_path, "a.md", "一。\n")
    with pytest.raises(CorpusError, match=r"没有可用的文件（a\.md 第 1 行：缺少文件头"):
        load_corpus(tmp_path)


def edition(name: str, of: str) -> str:
    return f"---\nid: {name}\ntitle: 甲\nedition_of: {of}\n---\n第一条 一。\n"


@pytest.mark.parametrize(
    ("editions", "searched"),
    [
        ({"b": "leave-rules"}, ["leave-rules"]),
        ({"b": "leave-rules", "c": "b"}, ["leave-rules"]),
        ({"b": "unknown"}, ["leave-rules", "b"]),
        ({"b": "b"}, ["leave-rules", "b"]),
        ({"b": "c", "c": "b"}, ["leave-rules", "b", "c"]),
    ],
    ids=["edition", "edition of an edition", "of nothing", "of itself", "of each other"],
)
def test_no_document_vanishes_from_search_but_behind_one_that_is_searched(
    tmp_path: Path, editions: dict[str, str], searched: list[str]
) -> None:
    for name, of in editions.items():
        write(tmp_path, f"{name}.md", edition(name, of))
    assert [parsed.document.id for parsed in load(tmp_path).searched] == searched


def test_a_document_is_found_by_its_id(tmp_path: Path) -> None:
    corpus = load(tmp_path)
    assert corpus.find("leave-rules") is corpus.documents[0]
    assert corpus.find("none") is None
