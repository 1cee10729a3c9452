"""Markdown within a channel's bytes, and nothing in it that a chat would act on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text import fold
from assistant.wecom.format import fit, neutralise, quoted, shorten, split, to_plain_text

SENTENCE = "党委（党组）要加强对下级“一把手”的监督。"
LINK = "https://wen.example.cn"
FAMILY = "👨‍👩‍👧"
FLAG = "🇨🇳"


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_an_answer_around_the_limit_that_ends_inside_an_emoji_is_never_broken(over: int) -> None:
    limit = 20480
    text = "监" * ((limit + over - 4) // 3) + "x" * ((limit + over - 4) % 3) + "😀"
    assert len(text.encode()) == limit + over
    fitted = fit(text, limit_bytes=limit, link=LINK)
    assert len(fitted.encode()) <= limit
    assert (fitted == text) is (over <= 0)
    assert "\ufffd" not in fitted


def test_what_is_too_long_is_cut_behind_a_sentence_with_the_way_to_the_rest() -> None:
    fitted = fit(SENTENCE * 100, limit_bytes=1000, link=LINK)
    assert len(fitted.encode()) <= 1000
    body, _, note = fitted.partition("\n\n")
    assert body == SENTENCE * body.count("。")
    assert note == f"……内容较长，后面的部分没有显示。[在浏览器中打开]({LINK})看全文。"


def test_without_a_page_the_reader_is_advised_to_ask_more_narrowly() -> None:
    assert fit(SENTENCE * 100, limit_bytes=1000).endswith("请把问题问得更具体一些。")


@pytest.mark.parametrize("emoji", [FAMILY, FLAG, "👍🏽", "❤️", "é"])
def test_a_cut_never_goes_through_what_is_shown_as_one_character(emoji: str) -> None:
    text = emoji * 60
    for limit in range(150, 220):
        body = fit(text, limit_bytes=limit).partition("\n\n")[0]
        assert body == emoji * (len(body) // len(emoji))


def test_a_cut_leaves_no_open_link_and_no_open_bold() -> None:
    words = "监督" * 20
    for limit in range(150, 420, 3):
        text = f"{words}[《意见》（六）]({LINK}/#read?article=a){words}**要点**{words * 9}"
        body = fit(text, limit_bytes=limit).partition("\n\n")[0]
        assert body.count("**") % 2 == 0
        assert body.count("[") == body.count("](") == body.count("a)")


def test_parts_are_numbered_within_the_limit_and_hold_everything() -> None:
    text = "\n\n".join(SENTENCE * n for n in range(1, 30))
    parts = split(text, limit_bytes=2048)
    assert all(len(part.encode()) <= 2048 for part in parts)
    assert [part.splitlines()[0] for part in parts] == [
        f"（{n}/{len(parts)}）" for n in range(1, len(parts) + 1)
    ]
    whole = "".join(part.partition("\n")[2] for part in parts)
    assert fold(whole) == fold(text)
    assert split(SENTENCE, limit_bytes=2048) == (SENTENCE,)


@given(st.text(max_size=400), st.integers(min_value=200, max_value=500))
def test_any_text_fits(text: str, limit: int) -> None:
    assert len(fit(text, limit_bytes=limit, link=LINK).encode()) <= limit
    assert all(len(part.encode()) <= limit for part in split(text, limit_bytes=limit))


def test_a_text_can_neither_mention_colleagues_nor_lead_elsewhere() -> None:
    wicked = (
        "<think>偷偷想</think>请看<@zhangsan>和@all，@所有人，<font color='red'>红</font>，"
        "[点我](https://evil.example/steal)，https://evil.example，**粗**，`码`"
    )
    harmless = neutralise(wicked, own_host="wen.example.cn")
    for mark in ("<", "@all", "@所有人", "](", "https://", "**", "`", "偷偷想"):
        assert mark not in harmless
    assert neutralise("见https://wen.example.cn/a", own_host="wen.example.cn").endswith(".cn/a")


def test_a_quotation_stays_what_it_was_but_for_its_width() -> None:
    quote = "“一把手”要以身作则，自觉接受监督（见第3条）。"
    assert neutralise(quote) == quote
    assert fold(neutralise("a<b *c*")) == fold("a<b *c*")


def test_the_beginning_of_a_line_cannot_become_a_heading_or_a_quotation() -> None:
    assert neutralise("# 标题\n> 引用") == "＃ 标题\n＞ 引用"


def test_a_model_that_never_stops_thinking_shows_nothing_of_it() -> None:
    assert neutralise("答复<think>还在想") == "答复"


def test_marks_go_where_no_markdown_is_shown() -> None:
    markdown = f"**出处**\n> [《意见》（六）]({LINK}/#read?article=a)\n# 标题"
    assert to_plain_text(markdown) == f"出处\n《意见》（六）：{LINK}/#read?article=a\n标题"


def test_small_helpers_keep_to_their_lines() -> None:
    assert quoted("甲\n\n乙") == "> 甲\n> 乙"
    assert shorten("一  二\n三四五六", characters=5) == "一 二 …"
