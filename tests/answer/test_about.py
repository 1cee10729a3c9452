from __future__ import annotations

import pytest

from assistant.answer.about import answer_about, asks_more
from assistant.corpus.parse import parse_document
from assistant.domain import Document, ParsedDocument
from assistant.pipeline import Assistant
from assistant.retrieve.reading import Reader

from .samples import ESSAY, INTERVIEW, MEASURES, OPINIONS, cited

Documents = dict[str, ParsedDocument]


@pytest.mark.parametrize(
    ("question", "document", "said"),
    [
        pytest.param("《若干措施》是哪个机关印发的？", MEASURES, "中共北京市委", id="issuer"),
        pytest.param("这篇署名文章的作者是谁？", ESSAY, "邹开红", id="author"),
        pytest.param("《意见》落款是哪天？", OPINIONS, "2021年3月27日", id="day-of-issue"),
        pytest.param("《意见》是什么时候公布的？", OPINIONS, "2021年6月1日", id="day-published"),
        pytest.param("《若干措施》什么时候印发的", MEASURES, "2021年7月1日", id="notice"),
        pytest.param("答记者问登在哪家报纸？", INTERVIEW, "北京日报", id="newspaper"),
        pytest.param("答记者问是哪一天发表的？", INTERVIEW, "2021年7月13日", id="day-in-press"),
        pytest.param("邹开红的文章发在哪本刊物上？", ESSAY, "《中国纪检监察》", id="magazine"),
        pytest.param("邹开红的文章登在第几期？", ESSAY, "2021年第12期", id="number-of-issue"),
        pytest.param("若干措施是照着上面哪份文件制定的？", MEASURES, "为贯彻《意见》", id="basis"),
        pytest.param("《意见》一共多少条？", OPINIONS, "25条", id="articles"),
        pytest.param("《意见》从头到尾一共几条", OPINIONS, "25条", id="from-beginning-to-end"),
        pytest.param("《若干措施》总共有几条？", MEASURES, "28条", id="articles-of-the-other"),
        pytest.param("《意见》分为几个部分？", OPINIONS, "5个部分", id="parts"),
        pytest.param(
            "《若干措施》的全称是什么？",
            MEASURES,
            "北京市关于加强对“一把手”和领导班子监督的若干措施",
            id="full-title",
        ),
    ],
)
def test_what_is_asked_of_a_document_itself_is_told_and_proved_from_it(
    assistant: Assistant, question: str, document: str, said: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert said in answer.text
    assert {c.document_id for c in answer.citations} == {document}


def test_two_things_asked_at_once_are_both_told(assistant: Assistant) -> None:
    answer = assistant.ask("答记者问那篇登在哪家报纸、哪一天发表的？")
    assert "北京日报" in answer.text
    assert "2021年7月13日" in answer.text


@pytest.mark.parametrize(
    ("question", "wrong", "right"),
    [
        ("《意见》一共三十条，没错吧？", "30条", "25条"),
        ("《若干措施》是2021年9月1日印发的，对不对？", "9月1日", "7月1日"),
    ],
)
def test_a_wrong_figure_in_the_question_is_not_repeated(
    assistant: Assistant, question: str, wrong: str, right: str
) -> None:
    text = assistant.ask(question).text
    assert right in text
    assert wrong not in text


def test_the_figures_are_those_of_the_parsed_text(
    assistant: Assistant, documents: Documents
) -> None:
    for document_id in (OPINIONS, MEASURES):
        parsed = documents[document_id]
        text = assistant.ask(f"《{parsed.document.short_title}》一共多少条，分几个部分？").text
        assert f"{len(parsed.numbered)}条" in text
        assert f"{sum(h.level == 1 for h in parsed.headings)}个部分" in text


@pytest.mark.parametrize(
    "question",
    [
        "《意见》里有几条涉及民主生活会？",
        "《若干措施》对谁来审批有什么规定",
        "文件要求什么时候召开专题民主生活会",
    ],
)
def test_a_question_about_the_content_is_not_one_about_the_document(
    assistant: Assistant, question: str
) -> None:
    text = assistant.ask(question).text
    assert "共25条" not in text
    assert "共28条" not in text
    assert "日期是" not in text


def test_what_can_be_searched_is_listed_by_title_without_second_printings(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("你能查哪些材料？")
    assert "4份" in answer.text
    assert {c.document_id for c in answer.citations} == {OPINIONS, MEASURES, ESSAY, INTERVIEW}


def test_another_corpus_is_told_of_in_the_same_way(law_assistant: Assistant) -> None:
    answer = law_assistant.ask("刑法一共多少条？")
    assert "5条" in answer.text
    assert {c.document_id for c in answer.citations} == {"criminal-law"}


@pytest.mark.parametrize("question", ["《意见》是谁印发的？", "《意见》的发文机关是什么？"])
def test_the_issuer_is_told_when_only_the_title_names_it(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert "中共中央" in answer.text


def test_a_text_that_is_not_divided_is_asked_how_another_is(assistant: Assistant) -> None:
    answer = assistant.ask("采访里说北京的文件分成几大块？")
    assert "不分条" not in answer.text
    assert "五个部分" in answer.text


def test_a_wrong_place_of_publication_is_answered_with_the_right_one(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("邹开红文章发在《求是》上，对不对")
    assert "中国纪检监察" in answer.text


@pytest.mark.parametrize(
    ("question", "document", "said"),
    [
        ("When was the Beijing document issued?", MEASURES, ["2021年7月1日"]),
        (
            "Who wrote the essay on the importance and urgency of supervision, "
            "and where was it published?",
            ESSAY,
            ["邹开红", "《中国纪检监察》"],
        ),
        ("In which newspaper was the interview published?", INTERVIEW, ["北京日报"]),
        ("How many articles are there in the central Opinions?", OPINIONS, ["25条"]),
        ("What is the full title of the Beijing document?", MEASURES, ["若干措施》"]),
    ],
)
def test_the_same_is_told_when_it_is_asked_in_english(
    assistant: Assistant, question: str, document: str, said: list[str]
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert all(words in answer.text for words in said)
    assert {c.document_id for c in answer.citations} == {document}


def test_what_a_commentary_says_of_a_document_is_not_looked_up_in_that_document(
    assistant: Assistant,
) -> None:
    answer = assistant.ask(
        "答记者问里讲《措施》分几个部分？对应中央《意见》多少条？一共拆成多少项任务？"
    )
    assert {c.document_id for c in answer.citations} == {INTERVIEW}
    assert "46项任务" in answer.text


def test_why_a_document_was_made_is_told_beside_who_issued_it_and_when(
    assistant: Assistant,
) -> None:
    text = assistant.ask("为啥出《若干措施》，又是哪天、由谁印发的").text
    assert "推动全面从严治党向纵深发展" in text
    assert "中共北京市委" in text
    assert "2021年7月1日" in text


def test_the_purpose_of_a_law_is_quoted_from_its_first_article() -> None:
    text = "# 办法\n\n第一条 为了规范会议费管理，厉行节约，制定本办法。\n\n第二条 会议应当精简。\n"
    parsed = parse_document(
        Document(id="fees", title="会议费管理办法", short_title="会议费管理办法", text=text)
    )
    reading = Reader([parsed]).read("《会议费管理办法》的制定目的是什么")
    answer = answer_about(reading, [parsed], {"fees": parsed})
    assert answer is not None
    assert [c.quote for c in answer.citations] == [
        "第一条 为了规范会议费管理，厉行节约，制定本办法。"
    ]


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("《若干措施》是哪天印发的，对谈心谈话有什么要求", True),
        ("《意见》是谁印发的？民主生活会怎么开", True),
        ("《若干措施》是哪天、由谁印发的", False),
        ("答记者问那篇登在哪家报纸、哪一天发表的？", False),
        ("《意见》标题全称怎么写，写材料要引用", False),
    ],
)
def test_content_that_is_asked_for_beside_facts_is_noticed(
    reader: Reader, question: str, more: bool
) -> None:
    assert asks_more(reader.read(question)) is more


def test_facts_alone_do_not_answer_a_question_for_content_too(assistant: Assistant) -> None:
    answer = assistant.ask("《若干措施》是哪天印发的，对谈心谈话有什么要求")
    assert "谈心谈话" in answer.citations[-1].quote


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("纪检监察建议提出以后，在北京要抄送给谁？", "分管市领导"),
        ("落实全面从严治党主体责任的年度计划，中央《意见》要求由谁来制定？", "党委（党组）要制定"),
    ],
)
def test_who_gets_or_makes_what_a_text_is_about_is_not_who_got_or_made_the_text(
    assistant: Assistant, question: str, quoted: str
) -> None:
    answer = assistant.ask(question)
    assert any(quoted in c.quote for c in answer.citations)


@pytest.mark.parametrize(
    "question",
    [
        "北京要搞的那个政商交往清单，一共列了多少条？",
        "牵扯到一把手的线索，北京去年拢共查了有几条",
        "起草北京《若干措施》的那个起草组，组长叫什么名字？",
        "党委要建的那份正负面清单叫什么名称？",
    ],
)
def test_what_something_is_called_or_counts_is_not_what_the_text_is_called_or_counts(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question)
    assert "28条" not in answer.text
    assert f"{MEASURES}#h2" not in {c.article_id for c in answer.citations}


def test_another_printing_is_proved_by_its_own_place(assistant: Assistant) -> None:
    answer = assistant.ask("《意见》对外是哪家媒体发布的，什么时候见报的？")
    assert "新华社" in answer.text
    assert f"{OPINIONS}-xinhua" in {c.document_id for c in answer.citations}


def test_a_fact_that_is_only_told_is_not_what_is_asked(assistant: Assistant) -> None:
    for question in (
        "中央文件总共25条，到了北京拆成多少项任务来落实？",
        "北京的措施把中央文件的多少条拆成了多少项任务呀",
    ):
        answer = assistant.ask(question)
        assert "46项" in answer.text
        assert answer.citations[0].document_id == INTERVIEW
        assert f"{MEASURES}#h2" not in cited(answer)


def test_a_second_sentence_that_asks_on_is_answered_too(assistant: Assistant) -> None:
    answer = assistant.ask(
        "中央这个关于监督一把手的意见是哪一天印发的？听说以前没有过这类专门文件，是这样吗？"
    )
    assert "2021年3月27日" in answer.text
    assert len({c.document_id for c in answer.citations}) > 1


@pytest.mark.parametrize("said", ["你好", "谢谢！", "你能做什么？", "你能帮我写总结吗"])
def test_who_asks_nothing_of_the_texts_is_told_what_can_be_asked(
    assistant: Assistant, said: str
) -> None:
    answer = assistant.ask(said)
    assert (answer.status, answer.reason) == ("refused", "small_talk")
    assert "《意见》" in answer.text


def test_a_polite_question_is_no_small_talk(assistant: Assistant) -> None:
    assert assistant.ask("你能告诉我信访举报多久分析一次吗").reason != "small_talk"
