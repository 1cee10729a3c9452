"""Word and PDF: the text comes out whole, with its article numbers, or the file is refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pypdf import PdfWriter

from assistant.corpus.draft import draft_documents
from assistant.corpus.extract import MOST_BYTES, extract_text
from assistant.errors import CorpusError

CHROMIUM = Path("/usr/bin/chromium")
W = nsdecls("w")
RULES = ["为规范差旅费管理，制定本办法。", "出差应当事先履行审批手续。", "差旅费应当及时报销。"]


def saved(document: Document) -> bytes:
    raw = io.BytesIO()
    document.save(raw)
    return raw.getvalue()


def add_list(document: Document, *levels: tuple[str, str], list_id: int = 90) -> None:
    """Define a list of the given number forms and patterns."""
    depths = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for depth, (form, pattern) in enumerate(levels)
    )
    root = document.part.numbering_part.element
    root.insert(
        0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="{list_id}">{depths}</w:abstractNum>')
    )
    root.append(
        parse_xml(f'<w:num {W} w:numId="{list_id}"><w:abstractNumId w:val="{list_id}"/></w:num>')
    )


def add_item(document: Document, text: str, *, depth: int = 0, list_id: int = 90) -> None:
    properties = document.add_paragraph(text)._p.get_or_add_pPr()
    properties.append(
        parse_xml(f'<w:numPr {W}><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>')
    )


def lines(raw: bytes) -> list[str]:
    return [line for line in extract_text("办法.docx", raw).text.split("\n") if line.strip()]


# --- Word ------------------------------------------------------------------------------------


def test_numbers_that_word_counts_are_written_out() -> None:
    document = docx.Document()
    document.add_paragraph("某市机关差旅费管理办法")
    add_list(document, ("chineseCountingThousand", "第%1条　"), ("chineseCounting", "（%2）"))
    for rule in RULES:
        add_item(document, rule)
        if rule is RULES[1]:
            add_item(document, "城市间交通费；", depth=1)
            add_item(document, "住宿费。", depth=1)
    add_item(document, "本办法自发布之日起施行。")
    add_item(document, "伙食补助费。", depth=1)
    assert lines(saved(document)) == [
        "某市机关差旅费管理办法",
        "第一条　为规范差旅费管理，制定本办法。",
        "第二条　出差应当事先履行审批手续。",
        "（一）城市间交通费；",
        "（二）住宿费。",
        "第三条　差旅费应当及时报销。",
        "第四条　本办法自发布之日起施行。",
        "（一）伙食补助费。",
    ]
    extracted = extract_text("办法.docx", saved(document))
    (draft,) = draft_documents(extracted.text).documents
    assert [article.marker for article in draft.parsed.numbered] == [
        "第一条", "第二条", "第三条", "第四条",
    ]  # fmt: skip
    assert any("自动生成" in warning for warning in extracted.warnings)


@pytest.mark.parametrize(
    ("form", "pattern", "third"),
    [
        ("decimal", "%1.", "3."),
        ("decimal", "第%1条", "第3条"),
        ("decimalFullWidth", "%1、", "３、"),
        ("decimalEnclosedCircle", "%1", "③"),
        ("japaneseCounting", "%1、", "三、"),
        ("ideographDigital", "（%1）", "（三）"),
        ("lowerLetter", "%1)", "c)"),
        ("upperRoman", "%1.", "III."),
        ("bullet", "·", ""),
    ],
)
def test_each_form_of_number_is_written_as_word_shows_it(
    form: str, pattern: str, third: str
) -> None:
    document = docx.Document()
    add_list(document, (form, pattern))
    for rule in RULES:
        add_item(document, rule)
    assert lines(saved(document))[2] == third + RULES[2]


def test_an_unknown_form_of_number_is_said() -> None:
    document = docx.Document()
    add_list(document, ("hebrew1", "%1."))
    add_item(document, RULES[0])
    extracted = extract_text("办法.docx", saved(document))
    assert extracted.text.startswith("1." + RULES[0])
    assert any("hebrew1" in warning for warning in extracted.warnings)


def test_a_number_may_come_from_the_style() -> None:
    document = docx.Document()
    add_list(document, ("chineseCounting", "第%1条 "))
    style = document.styles["List Paragraph"]
    style.element.get_or_add_pPr().append(
        parse_xml(f'<w:numPr {W}><w:numId w:val="90"/></w:numPr>')
    )
    document.add_paragraph(RULES[0], style="List Paragraph")
    document.add_paragraph(RULES[1], style="List Paragraph")
    assert lines(saved(document)) == ["第一条 " + RULES[0], "第二条 " + RULES[1]]


def test_tables_changes_and_notes_are_read_and_said() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("住宿费标准如下。")
    paragraph._p.append(
        parse_xml(f'<w:ins {W} w:id="1" w:author="甲"><w:r><w:t>新增的话。</w:t></w:r></w:ins>')
    )
    paragraph._p.append(
        parse_xml(
            f'<w:del {W} w:id="2" w:author="甲"><w:r><w:delText>旧话。</w:delText></w:r></w:del>'
        )
    )
    table = document.add_table(2, 2)
    for row, cells in enumerate((("级别", "标准"), ("处级", "500元"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    document.add_paragraph("表后的话。")
    extracted = extract_text("办法.docx", saved(document))
    assert [line for line in extracted.text.split("\n") if line.strip()] == [
        "住宿费标准如下。新增的话。",
        "级别　标准",
        "处级　500元",
        "表后的话。",
    ]
    assert any("1 个表格" in warning for warning in extracted.warnings)
    assert any("2 处修订" in warning for warning in extracted.warnings)


def test_a_line_break_is_a_line_and_a_hyperlink_is_text() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("第一条 甲。\n第二条 乙。")
    paragraph._p.append(parse_xml(f"<w:hyperlink {W}><w:r><w:t>见附件</w:t></w:r></w:hyperlink>"))
    assert lines(saved(document)) == ["第一条 甲。", "第二条 乙。见附件"]


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"word/{number}.xml", b"\0" * 80_000_000)
    assert len(raw.getvalue()) < MOST_BYTES
    with pytest.raises(CorpusError, match="过大"):
        extract_text("炸弹.docx", raw.getvalue())


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("a.docx", b"PK\x03\x04" + b"\0" * 50, "不是可读的 Word"),
        ("a.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 50, "旧式 Word"),
        ("a.docx", "只是改了后缀的文本。".encode(), "不是可识别的文本文件"),
        ("a.pdf", b"%PDF-1.7\n" + b"x" * 50, "已损坏"),
        ("a.txt", b"1" * (MOST_BYTES + 1), "超过 20 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_name(name: str, raw: bytes, message: str) -> None:
    with pytest.raises(CorpusError, match=f"{name} .*{message}"):
        extract_text(name, raw)


def test_a_word_file_of_pictures_is_refused() -> None:
    with pytest.raises(CorpusError, match="没有文字"):
        extract_text("扫描.docx", saved(docx.Document()))


# --- PDF -------------------------------------------------------------------------------------


def written(writer: PdfWriter) -> bytes:
    raw = io.BytesIO()
    writer.write(raw)
    return raw.getvalue()


def test_a_scan_is_refused() -> None:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    with pytest.raises(CorpusError, match="扫描"):
        extract_text("扫描.pdf", written(writer))


def test_a_pdf_with_a_password_is_refused() -> None:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("geheim")
    with pytest.raises(CorpusError, match="密码"):
        extract_text("加密.pdf", written(writer))


def one_page(codes: bytes, to_unicode: str) -> bytes:
    """Return a PDF whose one line is ``codes`` in a font with this table of characters."""
    table = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"1 beginbfrange {to_unicode} endbfrange\nendcmap end end"
    ).encode()
    content = b"BT /F1 12 Tf 50 700 Td <" + codes.hex().encode() + b"> Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >> stream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /X /ToUnicode 6 0 R >>",
        b"<< /Length %d >> stream\n%s\nendstream" % (len(table), table),
    ]
    raw, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(raw))
        raw += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        raw
        + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        + entries
        + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
        % (len(objects) + 1, len(raw))
    )


def test_a_font_without_its_characters_is_refused_with_the_page() -> None:
    with pytest.raises(CorpusError, match="第 1 页的文字是乱码"):
        extract_text("乱码.pdf", one_page(bytes(range(65, 91)), "<41> <5A> <E000>"))


def test_radicals_become_the_characters_they_are_drawn_as() -> None:
    # A font that names ⻔ (the radical) where it draws 门, and ⼈ where it draws 人.
    gates = extract_text("办法.pdf", one_page(b"A" * 20, "<41> <41> <2ED4>")).text
    people = extract_text("办法.pdf", one_page(b"A" * 20, "<41> <41> <2F08>")).text
    assert (gates.strip(), people.strip()) == ("门" * 20, "人" * 20)


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="没有安装 chromium（Debian 软件包 chromium）")
def test_a_printed_regulation_comes_back_with_every_article() -> None:
    from playwright.sync_api import sync_playwright

    body = "，".join(["出差应当事先履行审批手续", "严格控制出差人数和天数"] * 4)
    numerals = "一二三四五六七八九十"
    html = "<h1>某市机关差旅费管理办法</h1>" + "".join(
        f"<p>第{numeral}条　{body}，主管部门每年检查。</p>" for numeral in numerals
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(html)
        raw = page.pdf()
        browser.close()
    (draft,) = draft_documents(extract_text("办法.pdf", raw).text).documents
    assert draft.parsed.document.title == "某市机关差旅费管理办法"
    assert [a.marker for a in draft.parsed.numbered] == [f"第{n}条" for n in numerals]
    assert draft.parsed.problems == ()
    assert all(body in article.text for article in draft.parsed.numbered)
