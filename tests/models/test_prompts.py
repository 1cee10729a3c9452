"""Prompts are files: what is wrong with one is said with its name; a hash tells them apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.corpus.chunk import token_counter
from assistant.domain import ParsedDocument, Sentence
from assistant.errors import SettingsError
from assistant.models.passages import Candidate, number_passages, show_passages
from assistant.models.prompts import load_prompts
from assistant.models.quotes import letters

SHIPPED = Path(__file__).parents[2] / "prompts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in SHIPPED.glob("*.md"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_the_hash_changes_with_a_word_and_not_with_line_endings(folder: Path) -> None:
    shipped = load_prompts(SHIPPED).hash
    assert load_prompts(folder).hash == shipped
    path = folder / "answer.md"
    text = path.read_text(encoding="utf-8")
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert load_prompts(folder).hash == shipped
    path.write_text(text.replace("助手", "帮手", 1), encoding="utf-8")
    assert load_prompts(folder).hash != shipped


def test_what_never_changes_comes_first_and_the_question_last() -> None:
    prompts = load_prompts(SHIPPED)
    rules, request = prompts.answer.fill({"passages": "【1】甲", "question": "乙？"})
    assert "{{" not in rules + request
    assert "claims" in rules
    assert request.index("【1】甲") < request.index("乙？")
    assert request.rstrip().endswith("</问题>")


@pytest.mark.parametrize("name", ["answer.md", "understand.md"])
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("{{question}}", ""),
        lambda text: text.replace("\n---\n", "\n"),
        lambda text: "{{question}}" + text,
        lambda text: text + "{{secret}}",
    ],
    ids=["no place", "no line", "a place among the rules", "an unknown place"],
)
def test_a_broken_prompt_is_named(folder: Path, name: str, change) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    path = folder / name
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(SettingsError, match=name):
        load_prompts(folder)


def test_a_missing_prompt_is_named(folder: Path) -> None:
    (folder / "understand.md").unlink()
    with pytest.raises(SettingsError, match="understand"):
        load_prompts(folder)


def candidates(documents: dict[str, ParsedDocument]) -> list[Candidate]:
    articles = documents["beijing-measures-2021"].numbered
    return [Candidate(a, _longest_first(a.sentences)) for a in articles]


def _longest_first(sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    return tuple(sorted(sentences, key=lambda s: -len(s.text)))


@pytest.mark.parametrize("budget", [60, 200, 600, 2000])
def test_passages_keep_to_the_budget_and_the_best_is_never_cut_for_another(
    documents: dict[str, ParsedDocument], budget: int
) -> None:
    count = token_counter()
    offered = candidates(documents)
    passages = number_passages(offered, documents, budget_tokens=budget, count_tokens=count)
    assert [p.number for p in passages] == list(range(1, len(passages) + 1))
    assert passages[0].article == offered[0].article
    if count(offered[0].article.text) <= budget - 20:
        assert passages[0].text == offered[0].article.text.strip()
    else:
        assert offered[0].best[0].text.strip() in passages[0].text
    longest = count(offered[0].best[0].text) + 20
    assert count(show_passages(passages)) <= max(budget, longest) + 10 * len(passages)


def test_what_a_passage_shows_stands_in_its_article(documents: dict[str, ParsedDocument]) -> None:
    passages = number_passages(
        candidates(documents), documents, budget_tokens=900, count_tokens=token_counter()
    )
    for passage in passages:
        for part in passage.text.split("……"):
            assert letters(part).text in letters(passage.article.text).text


def test_an_article_that_two_searches_found_is_shown_once(
    documents: dict[str, ParsedDocument],
) -> None:
    offered = candidates(documents)[:3]
    passages = number_passages(
        [*offered, *offered], documents, budget_tokens=5000, count_tokens=token_counter()
    )
    assert [p.article.id for p in passages] == [c.article.id for c in offered]
