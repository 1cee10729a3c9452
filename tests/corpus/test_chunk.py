from __future__ import annotations

import pytest

from assistant.corpus.chunk import search_context, split_passages, token_counter
from assistant.corpus.load import load_corpus
from assistant.domain import ParsedDocument

from .samples import CORPUS, article, parse

SHIPPED = load_corpus(CORPUS).documents


def characters(text: str) -> int:
    return len(text)


@pytest.mark.parametrize("parsed", SHIPPED, ids=lambda parsed: parsed.document.id)
@pytest.mark.parametrize("budget", [64, 256, 480])
def test_passages_stay_inside_their_article_and_budget_and_lose_nothing(
    parsed: ParsedDocument, budget: int
) -> None:
    count = token_counter()
    silent = str.maketrans("", "", " \u3000\n")
    passages = split_passages(parsed, max_tokens=budget, count_tokens=count)
    assert [p.id for p in passages] == list(dict.fromkeys(p.id for p in passages))
    for found in parsed.articles:
        own = [p for p in passages if p.article is found]
        # Who speaks (答：) may fall between two passages, for it is no part of what is said.
        joined = "".join(p.text for p in own).translate(silent).replace("答：", "")
        assert joined == found.text.translate(silent).replace("答：", "")
        for passage in own:
            assert found.start <= passage.start < passage.end <= found.end
            assert passage.text == parsed.document.text[passage.start : passage.end]
            starts = [s.start for p in found.paragraphs for s in p.sentences]
            within = [at for at in starts if passage.start <= at < passage.end]
            assert count(passage.text) <= budget or len(within) == 1


def test_a_short_article_is_one_passage_under_its_own_id() -> None:
    parsed = parse("第一条 应当登记。不得出租。\n第二条 二。\n")
    passages = split_passages(parsed, max_tokens=100, count_tokens=characters)
    assert [p.id for p in passages] == ["office-rules#1", "office-rules#2"]
    assert passages[0].text == "第一条 应当登记。不得出租。"


def test_a_long_article_is_divided_between_sentences_and_numbered() -> None:
    parsed = parse("第一条 应当登记。不得出租。应当归档。\n第二条 二。\n")
    passages = split_passages(parsed, max_tokens=14, count_tokens=characters)
    assert [(p.id, p.text) for p in passages] == [
        ("office-rules#1/1", "第一条 应当登记。不得出租。"),
        ("office-rules#1/2", "应当归档。"),
        ("office-rules#2", "第二条 二。"),
    ]


def test_a_sentence_over_the_budget_is_a_passage_of_its_own() -> None:
    parsed = parse("第一条 登记。应当在规定的期限以内办理登记手续。归档。\n第二条 二。\n")
    passages = split_passages(parsed, max_tokens=10, count_tokens=characters)
    assert [p.text for p in passages][:3] == [
        "第一条 登记。",
        "应当在规定的期限以内办理登记手续。",
        "归档。",
    ]


def test_a_caption_goes_with_the_first_passage() -> None:
    parsed = parse("第一条【登记】应当登记。\n不得出租。\n第二条 二。\n")
    passages = split_passages(parsed, max_tokens=14, count_tokens=characters)
    assert [p.text for p in passages][:2] == ["第一条【登记】应当登记。", "不得出租。"]


def test_what_is_searched_has_title_and_headings_and_the_quotation_has_not() -> None:
    parsed = parse("# 办公用房管理办法\n第一章 总则\n第一节 原则\n第一条 应当登记。\n第二条 二。\n")
    passage = split_passages(parsed, max_tokens=100, count_tokens=characters)[0]
    assert search_context(parsed, article(parsed, "1")) == "办公用房管理办法\n总则\n原则"
    assert passage.search_text == "办公用房管理办法\n总则\n原则\n第一条 应当登记。"
    assert passage.text == "第一条 应当登记。"


def test_tokens_are_counted_as_cl100k_does_and_special_words_are_plain_text() -> None:
    count = token_counter()
    assert count("") == 0
    assert count("hello world") == 2
    assert count("监督") > 0
    assert count("<|endoftext|>") > 1
