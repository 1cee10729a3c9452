from __future__ import annotations

import pytest

from assistant.corpus.sentences import split_clauses, split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def clauses(text: str) -> list[str]:
    return [text[start:end] for start, end in split_clauses(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["应当登记。", "不得出租。"],
        ["谁来监督？！", "怎么监督？"],
        ["他强调：“要知责。要担责。”", "会议要求落实。"],
        ["做到“知责、担责。履责”，不断提高。"],
        ["（以下简称《措施》。下同）应当执行。"],
        ["（应当登记。）", "不得出租。"],
        ["“谁来监督？”这个问题要答好。"],
        ["坚持“严”“实”并重。", "抓好落实。"],
        ["要回答“‘谁来管？’的问题。怎么管”。", "完。"],
        ["应当登记。  ", "不得出租。"],
        ["第一行\n", "第二行"],
        ["没有句号"],
    ],
    ids=lambda parts: parts[0],
)
def test_a_text_is_its_sentences(parts: list[str]) -> None:
    assert sentences("".join(parts)) == parts


def test_a_stray_mark_neither_swallows_nor_breaks_what_stands_behind_it() -> None:
    text = "所谓“一把手要带头。（应当登记。不得出租）以身作则。”完。"
    assert sentences(text + "《条例。") == [text[:-2], "完。", "《条例。"]
    assert sentences("带头执行）。要（登记。建档）。") == ["带头执行）。", "要（登记。建档）。"]


def test_clauses_end_at_semicolons_outside_marks() -> None:
    text = "应当登记；（建档；归档）；不得“出租；出借”。"
    assert clauses(text) == ["应当登记；", "（建档；归档）；", "不得“出租；出借”。"]
    assert clauses("") == []
    assert clauses("登记；") == ["登记；"]
