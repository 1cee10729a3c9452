"""What holds for every text, whatever its style: regulations that hypothesis writes."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.corpus.numerals import format_numeral
from assistant.corpus.sentences import split_clauses, split_sentences
from assistant.corpus.unwrap import join_wrapped_lines
from assistant.domain import DocumentKind

from .samples import assert_sound, parse, problems

relaxed = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

SUBJECTS = ("各级党委（党组）", "纪检监察机关", "“一把手”", "领导班子成员", "本市各区", "主管部门")
DUTIES = (
    "应当每年听取报告",
    "依照第三条的规定办理",
    "按照本办法第十二条第二款处理",
    "不得泄露（包括口头泄露）工作秘密",
    "必须执行《重大事项请示报告条例》",
    "应当做到“知责、担责。履责”",
    "于2021年7月1日前完成3.5万件清理",
    "参照第一章和第五条、第六条执行",
    "对（一）项所列情形及时纠正",
)


@st.composite
def sentences(draw: st.DrawFn) -> str:
    subject = draw(st.sampled_from(SUBJECTS))
    duties = draw(st.lists(st.sampled_from(DUTIES), min_size=1, max_size=4))
    return f"{subject}{'，'.join(duties)}。"


@st.composite
def paragraphs(draw: st.DrawFn) -> str:
    return "".join(draw(st.lists(sentences(), min_size=1, max_size=4)))


@st.composite
def items(draw: st.DrawFn, form: str) -> list[str]:
    duties = draw(st.lists(st.sampled_from(DUTIES), min_size=2, max_size=4))
    marks = [form.format(format_numeral(n), n) for n in range(1, len(duties) + 1)]
    return [f"{mark}{duty}；" for mark, duty in zip(marks, duties, strict=True)]


@dataclass(frozen=True)
class Regulation:
    """A text and the ids that its articles should get."""

    lines: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(self.lines) + "\n"


TITLE = "办公用房管理办法"
PREAMBLE = (
    "为深入贯彻党中央关于厉行节约、反对浪费的决策部署，切实加强办公用房管理，推进资源合理配置和节约集约使用，"
    "保障正常办公，降低行政成本，促进党风廉政建设，根据有关法律法规和党内法规，结合本市实际，就办公用房的权属、"
    "配置、使用、维修和处置利用，现作出如下规定，请各级党委（党组）认真贯彻执行。"
)
"""Long enough to show how wide a page is."""
HEADINGS = ("总则", "职责分工", "监督检查", "责任追究", "附则")


@st.composite
def laws(draw: st.DrawFn) -> Regulation:
    """第一章 …, 第一条 …, inserted articles, items, contents."""
    space = draw(st.sampled_from(["\u3000", " ", ""]))
    digits = draw(st.booleans())
    lines: list[str] = []
    names: list[str] = []
    chapters: list[str] = []
    number = 0
    for chapter in range(1, draw(st.integers(1, 4)) + 1):
        chapters.append(f"第{format_numeral(chapter)}章\u3000{HEADINGS[chapter - 1]}")
        lines.append(chapters[-1])
        for _ in range(draw(st.integers(1, 5))):
            suffix = 0
            if number and draw(st.integers(0, 9)) == 0:
                suffix = 1 if "-" not in names[-1] else 0
            number += suffix == 0
            spelled = str(number) if digits else format_numeral(number)
            mark = f"第{spelled}条" + ("之一" if suffix else "")
            names.append(f"{number}-1" if suffix else str(number))
            if draw(st.booleans()):
                lines.append(f"{mark}{space}{draw(st.sampled_from(SUBJECTS))}应当：")
                lines += draw(items("（{0}）"))
            else:
                lines.append(f"{mark}{space}{draw(paragraphs())}")
                lines += draw(st.lists(paragraphs(), max_size=1))
    if len(chapters) > 1 and draw(st.booleans()):
        lines = ["目\u3000录", *chapters, *lines]
    return Regulation((TITLE, PREAMBLE, *lines), tuple(names))


@st.composite
def opinions(draw: st.DrawFn) -> Regulation:
    """一、 headings over （一） articles, numbered through or anew."""
    anew = draw(st.booleans())
    lines, names = [TITLE, PREAMBLE, draw(paragraphs())], []
    number = 0
    parts = draw(st.integers(2, 4))
    for part in range(1, parts + 1):
        lines.append(f"{format_numeral(part)}、{HEADINGS[part - 1]}")
        if draw(st.booleans()):
            lines.append(draw(paragraphs()))
        number = 0 if anew else number
        for _ in range(draw(st.integers(1, 5))):
            number += 1
            lines.append(f"（{format_numeral(number)}）{draw(paragraphs())}")
            names.append(f"{part}.{number}" if anew else str(number))
            if draw(st.booleans()):
                lines += draw(items(draw(st.sampled_from(["{1}．", "（{1}）"]))))
    return Regulation(tuple(lines), tuple(names))


@st.composite
def notices(draw: st.DrawFn) -> Regulation:
    """一、 articles of running text with （一） items."""
    lines, names = [TITLE, PREAMBLE], []
    for number in range(1, draw(st.integers(2, 6)) + 1):
        lines.append(f"{format_numeral(number)}、{draw(paragraphs())}")
        names.append(str(number))
        if number == 1 and draw(st.booleans()):
            lines += draw(items("（{0}）"))
    return Regulation(tuple(lines), tuple(names))


@st.composite
def rules(draw: st.DrawFn) -> Regulation:
    """1. articles with （1） items."""
    lines, names = [TITLE, PREAMBLE], []
    for number in range(1, draw(st.integers(2, 8)) + 1):
        lines.append(f"{number}．{draw(paragraphs())}")
        names.append(str(number))
        if draw(st.booleans()):
            lines += draw(items("（{1}）"))
    return Regulation(tuple(lines), tuple(names))


regulations = st.one_of(laws(), opinions(), notices(), rules())


@st.composite
def wrapped(draw: st.DrawFn, regulation: Regulation) -> str:
    """Print a regulation on a page: lines of one width, with or without blank lines between."""
    width = draw(st.integers(20, 40))
    printed: list[str] = []
    for line in regulation.lines:
        rest = line
        while rest:
            cut = min(width, len(rest))
            # No line begins with a closing mark.
            while cut < len(rest) and rest[cut] in "，。；：、”）》" and cut > width - 3:
                cut -= 1
            printed.append(rest[:cut])
            rest = rest[cut:]
    return draw(st.sampled_from(["\n", "\n\n"])).join(printed) + "\n"


def squeeze(text: str) -> str:
    return "".join(text.split())


@relaxed
@given(regulation=regulations)
def test_every_article_of_a_generated_regulation_is_read_under_its_id(
    regulation: Regulation,
) -> None:
    parsed = parse(regulation.text)
    named = [a.id.partition("#")[2] for a in parsed.numbered]
    assert named == list(regulation.names)
    assert problems(parsed) == []
    assert_sound(parsed)


@relaxed
@given(regulation=regulations, data=st.data())
def test_a_page_width_changes_neither_articles_nor_text(
    regulation: Regulation, data: st.DataObject
) -> None:
    page = data.draw(wrapped(regulation))
    joined = join_wrapped_lines(page)
    assert squeeze(joined) == squeeze(page)
    parsed = parse(joined)
    assert [a.id.partition("#")[2] for a in parsed.numbered] == list(regulation.names)
    assert_sound(parsed)


@relaxed
@given(regulation=regulations)
def test_whole_paragraphs_are_returned_as_they_are(regulation: Regulation) -> None:
    assert join_wrapped_lines(regulation.text) == regulation.text


@relaxed
@given(bodies=st.lists(paragraphs(), min_size=3, max_size=9), data=st.data())
def test_an_article_that_is_taken_out_is_reported_where_it_is_missing(
    bodies: list[str], data: st.DataObject
) -> None:
    space = data.draw(st.sampled_from(["\u3000", ""]))
    lines = [f"第{format_numeral(n)}条{space}{body}" for n, body in enumerate(bodies, start=1)]
    missing = data.draw(st.integers(1, len(lines) - 2))
    del lines[missing]
    parsed = parse("\n".join(lines))
    assert len(parsed.numbered) == len(lines)
    assert [(kind, line) for kind, line, _ in problems(parsed)] == [("gap", missing + 1)]


@relaxed
@given(bodies=st.lists(paragraphs(), min_size=2, max_size=9), data=st.data())
def test_a_number_that_is_used_twice_is_reported_and_its_text_kept(
    bodies: list[str], data: st.DataObject
) -> None:
    lines = [f"第{format_numeral(n)}条 {body}" for n, body in enumerate(bodies, start=1)]
    twice = data.draw(st.integers(0, len(lines) - 1))
    lines.insert(twice, lines[twice])
    parsed = parse("\n".join(lines))
    assert [article.text for article in parsed.numbered] == lines
    assert [(kind, line) for kind, line, _ in problems(parsed)] == [("repeat", twice + 2)]


ALPHABET = st.sampled_from(
    [
        *"第一二三十百条章节编之、（）().．1２3 \u3000\n\n\n#*“”‘’《》【】。！？；：，…—",
        "目录",
        "附则",
        "第一条",
        "第二条 ",
        "（一）",
        "一、",
        "1.",
        "记者：",
        "答：",
        "甲乙丙",
        "应当登记",
        "\r",
        "\t",
        "\x00",
        "\ufeff",
    ]
)
noise = st.lists(ALPHABET, max_size=80).map("".join)


@relaxed
@given(text=st.one_of(noise, st.text(max_size=200)), kind=st.sampled_from(DocumentKind))
def test_no_text_is_too_odd_to_be_read(text: str, kind: DocumentKind) -> None:
    assert_sound(parse(text, kind=kind))
    joined = join_wrapped_lines(text)
    assert squeeze(joined) == squeeze(text)
    assert_sound(parse(joined, kind=kind))


@relaxed
@given(text=st.one_of(noise, st.text(max_size=200), paragraphs()))
def test_sentences_and_clauses_cover_the_text(text: str) -> None:
    for spans in (split_sentences(text), split_clauses(text)):
        assert "".join(text[start:end] for start, end in spans) == text
        assert all(start < end for start, end in spans)


PAIRS = (("“", "”"), ("（", "）"), ("《", "》"), ("【", "】"), ("‘", "’"), ("(", ")"))


@st.composite
def quoted(draw: st.DrawFn) -> str:
    """A quotation or bracket that holds sentences, and others of its kind."""
    opener, closer = draw(st.sampled_from(PAIRS))
    inner = draw(
        st.recursive(
            st.sampled_from(["知责。", "谁来监督？", "要担当！履责。", "其他；", "甲"]),
            lambda deeper: st.lists(
                st.one_of(deeper, deeper.map(lambda text: f"“{text}”")), min_size=1, max_size=3
            ).map("".join),
            max_leaves=6,
        )
    )
    return f"{opener}{inner}{closer}"


@relaxed
@given(
    parts=st.lists(
        st.one_of(quoted(), st.sampled_from(["应当登记。", "强调，", "；"])), max_size=6
    ),
    stray=st.sampled_from(["", "“", "（", "》"]),
)
def test_no_sentence_or_clause_ends_inside_a_pair_of_marks(parts: list[str], stray: str) -> None:
    text = stray + "".join(parts)
    inside: list[tuple[int, int]] = []
    at = len(stray)
    for part in parts:
        if part[0] in "“（《【‘(":
            inside.append((at, at + len(part)))
        at += len(part)
    for spans in (split_sentences(text), split_clauses(text)):
        ends = [end for _, end in spans]
        assert not [e for e in ends for start, end in inside if start < e < end]
