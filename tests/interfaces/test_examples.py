from __future__ import annotations

from pathlib import Path

import pytest
from tests.fakes import OPINIONS

from assistant.errors import CorpusError
from assistant.interfaces.examples import Example, example_questions
from assistant.pipeline import Assistant
from assistant.settings import Settings


def test_the_corpus_folder_may_bring_its_own_examples_shown_topic_by_topic(tmp_path: Path) -> None:
    (tmp_path / "examples.toml").write_text(
        '[topics]\n"谈话" = ["甲？", "乙？"]\n"约谈" = ["丙？"]\n',
        encoding="utf-8",
    )
    assert example_questions(tmp_path, (OPINIONS,)) == [
        Example("谈话", "甲？"),
        Example("约谈", "丙？"),
        Example("谈话", "乙？"),
    ]


def test_without_a_file_examples_are_made_from_the_articles(tmp_path: Path) -> None:
    assert example_questions(tmp_path, (OPINIONS,)) == [
        Example("意见", "关于把对“一把手”的监督作为重中之重，《意见》有哪些规定？")
    ]


@pytest.mark.parametrize(
    "text", ["[topics", "[topics]\n甲 = 1\n", "topic = 1\n", '[topics]\na = "b"']
)
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "examples.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"examples\.toml"):
        example_questions(tmp_path, (OPINIONS,))


def test_every_example_that_is_shipped_is_answered(
    assistant: Assistant, shipped_settings: Settings
) -> None:
    examples = example_questions(shipped_settings.corpus, assistant.documents)
    statuses = {example.question: assistant.ask(example.question).status for example in examples}
    assert len(statuses) == 12
    assert set(statuses.values()) == {"answered"}, statuses
