from __future__ import annotations

import pytest

from assistant.domain import Document, DocumentKind
from assistant.retrieve.names import Catalog

OPINIONS = "opinions-2021"
XINHUA = "opinions-2021-xinhua"
MEASURES = "beijing-measures-2021"
ESSAY = "zou-essay-2021"
INTERVIEW = "beijing-qa-2021"


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("《意见》怎么规定民主生活会", OPINIONS),
        ("中央《意见》第五条", OPINIONS),
        ("中央意见怎么说", OPINIONS),
        ("意见第三条", OPINIONS),
        ("意见里对述责述廉的要求", OPINIONS),
        ("意见是在哪家媒体公开的", OPINIONS),
        ("意见对副职有什么要求", OPINIONS),
        ("请问措施关于列席会议是怎么说的", MEASURES),
        ("《中共中央关于加强对“一把手”和领导班子监督的意见》何时印发", OPINIONS),
        ("《措施》第二十条", MEASURES),
        ("北京措施第八条", MEASURES),
        ("北京市若干措施第四条", MEASURES),
        ("《若干措施》里的约谈", MEASURES),
        ("措施里写了什么", MEASURES),
        ("新华社版第四条", XINHUA),
        ("新华社公布的《意见》全文", XINHUA),
        ("邹开红怎么看这份文件", ESSAY),
        ("北京日报专访说了什么", INTERVIEW),
    ],
)
def test_a_document_is_known_by_each_of_its_names(
    catalog: Catalog, question: str, document: str
) -> None:
    assert catalog.read(question).documents == (document,)


def test_a_title_that_two_printings_share_names_the_authoritative_one(catalog: Catalog) -> None:
    title = "《中共中央关于加强对“一把手”和领导班子监督的意见》"
    assert catalog.read(f"{title}第三条").documents == (OPINIONS,)


def test_several_documents_are_named_in_the_order_of_the_corpus(catalog: Catalog) -> None:
    both = catalog.read("《意见》和《措施》有什么区别").documents
    assert both == catalog.read("《措施》和《意见》有什么区别").documents
    assert set(both) == {OPINIONS, MEASURES}


def test_the_longer_name_wins_over_the_one_inside_it(catalog: Catalog) -> None:
    mentions = catalog.read("新华社公布的《意见》怎么印的")
    assert mentions.documents == (XINHUA,)
    assert mentions.spans[0] == (0, len("新华社公布的《意见》"))


@pytest.mark.parametrize(
    "question",
    [
        "发现问题应当及时提出意见吗",
        "党风廉政意见回复怎么把关",
        "对意见分歧较大的怎么办",
        "意见对立的怎么办",
        "意见不一致，由谁定",
        "要采取措施加以解决",
        "有什么有效的办法",
        "怎么做文章",
        "",
    ],
)
def test_a_genre_as_an_everyday_word_names_no_document(catalog: Catalog, question: str) -> None:
    mentions = catalog.read(question)
    assert (mentions.documents, mentions.hinted, mentions.spans) == ((), (), ())


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("北京怎么规定的", MEASURES),
        ("咱们市里怎么要求", MEASURES),
        ("首都的提法多带了哪些内容", MEASURES),
        ("地方上呢", MEASURES),
        ("What does Beijing require?", MEASURES),
        ("中央怎么要求", OPINIONS),
        ("采访里负责人怎么说", INTERVIEW),
        ("答复记者时提到哪些数字", INTERVIEW),
        ("文章里讲了哪三点意义", ESSAY),
        ("作者怎么看", ESSAY),
    ],
)
def test_a_place_or_a_kind_of_text_points_at_a_document_without_naming_it(
    catalog: Catalog, question: str, document: str
) -> None:
    mentions = catalog.read(question)
    assert mentions.documents == ()
    assert mentions.hinted == (document,)


def test_an_interview_about_beijing_is_still_the_interview(catalog: Catalog) -> None:
    mentions = catalog.read("采访里说北京有哪些高招")
    assert mentions.documents == (INTERVIEW,)
    assert mentions.reported == (MEASURES,)


def test_two_places_point_at_both_documents(catalog: Catalog) -> None:
    mentions = catalog.read("述责述廉，中央和北京有什么区别")
    assert set(mentions.scoped) == {OPINIONS, MEASURES}


def test_a_named_document_outweighs_what_is_only_pointed_at(catalog: Catalog) -> None:
    mentions = catalog.read("《意见》里北京要做什么")
    assert (mentions.documents, mentions.hinted) == ((OPINIONS,), ())


@pytest.mark.parametrize(
    "body", ["中央组织部", "中央纪委", "中央政治局", "市委组织部", "北京市纪委监委"]
)
def test_the_name_of_a_body_is_kept_as_part_of_the_question(catalog: Catalog, body: str) -> None:
    question = f"{body}要监督谁"
    cut = [question[slice(*span)] for span in catalog.read(question).spans]
    assert cut == []


@pytest.mark.parametrize("place", ["上海", "广东", "深圳", "新疆"])
def test_a_place_without_a_document_here_is_foreign(catalog: Catalog, place: str) -> None:
    assert catalog.read(f"{place}市委怎么规定").foreign_places == (place,)


@pytest.mark.parametrize("question", ["北京怎么规定", "首都怎么做", "中央怎么规定"])
def test_a_place_of_a_document_here_is_not(catalog: Catalog, question: str) -> None:
    assert catalog.read(question).foreign_places == ()


def test_a_title_that_nothing_here_bears_or_mentions_is_foreign(catalog: Catalog) -> None:
    mentions = catalog.read("《中华人民共和国民法典》怎么规定离婚冷静期")
    assert mentions.foreign_titles == ("中华人民共和国民法典",)


def test_a_title_that_the_texts_mention_may_be_asked_about(catalog: Catalog) -> None:
    question = "《中国共产党党内监督条例》和《意见》是什么关系"
    assert catalog.read(question).foreign_titles == ()


def test_but_its_articles_are_not_here(catalog: Catalog) -> None:
    mentions = catalog.read("《中国共产党党内监督条例》第三条")
    assert mentions.foreign_titles == ("中国共产党党内监督条例",)


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("2023年怎么规定的", ("2023",)),
        ("2019 年和2023年的规定", ("2019", "2023")),
        ("2021年印发的是哪份", ()),
        ("2021年第12期", ()),
        ("近几年查处了多少", ()),
        ("编号20231年", ()),
    ],
)
def test_a_year_that_no_document_here_is_of_is_foreign(
    catalog: Catalog, question: str, years: tuple[str, ...]
) -> None:
    assert catalog.read(question).foreign_years == years


def test_spans_cover_the_names_and_nothing_else(catalog: Catalog) -> None:
    question = "北京《若干措施》与中央《意见》相比"
    cut = [question[slice(*span)] for span in catalog.read(question).spans]
    assert "北京《若干措施》" in cut
    assert "中央《意见》" in cut
    assert not any("相比" in words for words in cut)


def test_another_corpus_brings_its_own_names_and_places() -> None:
    catalog = Catalog(
        [
            Document(
                id="leave", title="湖北省机关工作人员请假办法", short_title="请假办法",
                text="第一条 制定本办法。", scope="湖北省",
            ),
            Document(
                id="talk", title="落实请假制度答记者问", short_title="答记者问",
                text="问：为什么？", kind=DocumentKind.INTERVIEW,
            ),
        ]
    )  # fmt: skip
    assert catalog.read("请假办法第二条").documents == ("leave",)
    assert catalog.read("省里怎么规定").hinted == ("leave",)
    assert catalog.read("湖北怎么请假").foreign_places == ()
    assert catalog.read("北京怎么请假").foreign_places == ("北京",)
    assert catalog.read("《意见》怎么说").foreign_titles == ("意见",)


@pytest.mark.parametrize(
    ("question", "document"), [("意见12条怎么规定", OPINIONS), ("措施8条怎么说", MEASURES)]
)
def test_a_genre_before_a_bare_number_names_its_document(
    catalog: Catalog, question: str, document: str
) -> None:
    assert catalog.read(question).documents == (document,)


@pytest.mark.parametrize("name", ["党章", "民法典", "党内监督条例", "公务员法"])
def test_a_well_known_law_without_title_marks_is_foreign_before_an_address(
    catalog: Catalog, name: str
) -> None:
    assert catalog.read(f"{name}第三条怎么规定").foreign_titles == (name,)


SANCTIONS = Document(id="sanctions", title="行政机关公务员处分条例", short_title="", text="")
AFFAIRS = Document(id="affairs", title="机关事务管理条例", short_title="", text="")
ARCHIVES = Document(id="archives", title="机关档案管理条例", short_title="", text="")


@pytest.mark.parametrize("question", ["处分条例第十一条", "《公务员处分条例》怎么规定警告"])
def test_the_end_of_a_title_names_the_only_document_that_has_it(question: str) -> None:
    mentions = Catalog([SANCTIONS, AFFAIRS]).read(question)
    assert mentions.documents == ("sanctions",)
    assert mentions.foreign_titles == ()


def test_an_end_that_two_titles_share_names_neither() -> None:
    mentions = Catalog([AFFAIRS, ARCHIVES]).read("《管理条例》第三条")
    assert mentions.documents == ()
    assert mentions.foreign_titles == ("管理条例",)


@pytest.mark.parametrize(
    "question",
    [
        "邹开红那篇里“准确把握《意见》的核心要义”这部分",
        "“准确把握《意见》的核心要义”这部分的原文",
        "深刻认识制定《意见》的重要意义这一节讲什么",
    ],
)
def test_what_a_quoted_heading_names_is_not_what_is_asked_of(
    catalog: Catalog, question: str
) -> None:
    assert catalog.read(question).documents == (ESSAY,)


def test_a_heading_that_is_not_quoted_whole_hides_no_name(catalog: Catalog) -> None:
    assert catalog.read("《意见》的核心要义是什么").documents == (OPINIONS,)


@pytest.mark.parametrize(
    ("question", "speaker", "reported"),
    [
        ("答记者问里讲《措施》分几个部分", INTERVIEW, (MEASURES,)),
        ("按市纪委监委负责人的介绍，《措施》这块有几项", INTERVIEW, (MEASURES,)),
        ("邹开红文章里说《意见》是哪天印发的", ESSAY, (OPINIONS,)),
        ("按邹文的说法，《意见》实施情况要放进哪些检查", ESSAY, (OPINIONS,)),
        (
            "According to the interview, the central Opinions became how many tasks",
            INTERVIEW,
            (OPINIONS,),
        ),
    ],
)
def test_who_says_it_is_asked_and_what_it_is_said_of_is_only_reported(
    catalog: Catalog, question: str, speaker: str, reported: tuple[str, ...]
) -> None:
    mentions = catalog.read(question)
    assert speaker in mentions.documents
    assert mentions.reported == reported


@pytest.mark.parametrize(
    "question",
    ["答记者问登在哪家报纸", "《意见》和邹开红文章分别是哪天的", "《意见》第三条邹开红怎么说"],
)
def test_a_document_that_is_only_named_reports_nothing(catalog: Catalog, question: str) -> None:
    assert catalog.read(question).reported == ()


@pytest.mark.parametrize(
    "question",
    [
        "Zou Kaihong lists four types of supervision",
        "What does Kaihong Zou say about peers?",
        "zou kaihong's essay",
    ],
)
def test_an_author_is_known_by_the_name_in_pinyin(catalog: Catalog, question: str) -> None:
    assert catalog.read(question).documents == (ESSAY,)


@pytest.mark.parametrize(
    "question",
    [
        "落实中央《意见》，北京给纪检监察机关压了什么担子？",
        "中央这份文件执行得怎么样，北京会在哪些考核里看？",
        "在北京，中央《意见》实施情况占考核总分的多少？",
        "为了让中央意见在北京真正落下去，市里安排了哪些办法",
        "北京措施把中央25条细化成多少项任务",
    ],
)
def test_what_is_only_carried_out_is_not_asked_of(catalog: Catalog, question: str) -> None:
    mentions = catalog.read(question)
    assert OPINIONS not in (*mentions.documents, *mentions.hinted, *mentions.scoped)
    assert MEASURES in (*mentions.documents, *mentions.hinted)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("《意见》的实施情况怎么考核？", id="nothing else is named"),
        pytest.param("述责述廉，中央的规定在北京是怎么落地的？", id="both are asked of"),
        pytest.param("纪检监察建议制度，中央定了什么，北京又细化了什么？", id="each is asked of"),
    ],
)
def test_what_is_carried_out_may_be_asked_of(catalog: Catalog, question: str) -> None:
    mentions = catalog.read(question)
    assert OPINIONS in (*mentions.documents, *mentions.hinted, *mentions.scoped)


def test_a_title_is_known_without_its_state() -> None:
    def law(title: str) -> Document:
        return Document(id=title, title=title, short_title=title, text=title)

    title = "中华人民共和国档案法实施条例"
    catalog = Catalog([law(title), law("中华人民共和国审计法")])
    assert catalog.read("档案法实施条例里，哪些情形可以给予表彰").documents == (title,)
    two = Catalog([law("全国人口普查条例"), law("北京市人口普查条例")])
    assert two.read("人口普查条例里怎么说").documents == ()


def test_the_name_of_what_is_carried_out_stays_in_what_is_searched_for(catalog: Catalog) -> None:
    question = "中央《意见》的落实情况，北京怎么检查？"
    spans = {question[start:end] for start, end in catalog.read(question).spans}
    assert spans == {"北京"}
