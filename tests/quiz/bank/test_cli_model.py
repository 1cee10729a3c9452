"""``assistant quiz generate --model`` against a model behind a real socket, good and bad."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.conftest import REPOSITORY
from tests.fake_model.server import Body, Manner, Server, model_server, then
from tests.quiz.bank.test_generate_model import CASE, GOOD, with_distractor

from assistant.corpus.load import Corpus
from assistant.interfaces.cli import run
from assistant.models.prompts import load_prompt
from assistant.quiz.bank import load_bank, save_bank
from assistant.quiz.check import Search
from assistant.quiz.facts import Facts
from assistant.quiz.generate_model import ProposalVerifier
from assistant.quiz.items import ItemType, Status
from assistant.quiz.model_questions import PLACES, PROMPT, ModelQuestions
from assistant.settings import Settings

RUBBISH = ("好的，以下是题目：", '{"questions": [{"type": "single", "stem": "根据', "[1, 2, 3]")
INVENTED = with_distractor("党支部", "党支部应当末位表态，并写出书面检查")
TRUE_HERE = with_distractor("领导班子成员", "领导班子成员应当充分发表意见")
_ARTICLE = re.compile(r"【条文】\n(.*?)\n\n【对应条文】", re.DOTALL)


def article_in(body: Body) -> str:
    """Return the article that a request asks about."""
    messages = body["messages"]
    assert isinstance(messages, list)
    found = _ARTICLE.search(str(messages[-1]["content"]))
    assert found is not None
    return found[1]


def mixed(body: Body) -> str:
    """Propose five questions about one article, two of them good; rubbish about all others."""
    article = article_in(body)
    if "末位表态" not in article:
        return RUBBISH[len(article) % len(RUBBISH)]
    proposals = [{**GOOD, **INVENTED}, {**GOOD, **TRUE_HERE}, GOOD, GOOD, CASE]
    told = json.dumps({"questions": proposals}, ensure_ascii=False)
    return f"<think>先想一想 {{}}</think>\n```json\n{told}\n```\n请审阅。"


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with model_server(mixed) as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.behave(mixed)
    return running


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped_settings: Settings) -> Path:
    """The path of a bank, in a folder that uses the shipped corpus and has no model yet."""
    for name in [name for name in os.environ if name.startswith("ASSISTANT_")]:
        monkeypatch.delenv(name)
    path = tmp_path / "quiz.jsonl"
    for name, value in {
        "CORPUS": shipped_settings.corpus,
        "INDEX": shipped_settings.index,
        "PROMPTS": REPOSITORY / "prompts",
        "QUIZ__BANK": path,
    }.items():
        monkeypatch.setenv(f"ASSISTANT_{name}", str(value))
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def with_model(monkeypatch: pytest.MonkeyPatch, server: Server) -> Server:
    """The server as the configured model."""
    for name, value in {
        "NAME": "fake-1",
        "BASE_URL": server.address,
        "RETRIES": "0",
        # On a busy machine even the loopback keeps one waiting.
        "CONNECT_SECONDS": "60",
        "BREAKER_FAILURES": "100",
    }.items():
        monkeypatch.setenv(f"ASSISTANT_MODEL__{name}", value)
    return server


@pytest.fixture
def questions(
    corpus: Corpus, facts: Facts, verifier: ProposalVerifier
) -> Callable[[Search], ModelQuestions]:
    """Makes what asks a model, given a search."""
    prompt, _ = load_prompt(REPOSITORY / "prompts", PROMPT, places=PLACES)

    def make(search: Search) -> ModelQuestions:
        return ModelQuestions(
            corpus.documents, facts, verifier, prompt=prompt, longest_tokens=900, search=search
        )

    return make


def generate(*more: str) -> int:
    return run(["quiz", "generate", "--model", "--document", "beijing-measures-2021", *more])


def test_without_a_model_one_line_of_chinese_says_what_to_do(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate() == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "没有配置语言模型" in lines[0]
    assert "model.name" in lines[0]
    assert "ASSISTANT_MODEL__API_KEY" in lines[0]
    assert not bank.exists()


def test_a_models_question_cannot_be_put_into_use_unread(
    bank: Path, with_model: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate("--activate") == 1
    assert "须经人审阅" in capsys.readouterr().err
    assert with_model.requests == []
    assert not bank.exists()


def test_what_holds_waits_for_a_reviewer_and_what_does_not_is_counted(
    bank: Path, with_model: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate("--no-retrieval", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    items = load_bank(bank)
    assert [item.id for item in items] == told["added"]
    assert [item.type for item in items] == [ItemType.SINGLE, ItemType.SHORT]
    assert {item.status for item in items} == {Status.CHECKED}
    assert {item.origin for item in items} == {told["origin"]}
    assert re.fullmatch(r"fake-1 [0-9a-f]{12}", told["origin"])
    assert told["calls"] == len(with_model.requests) >= 28
    refused = told["turned_away"]
    assert refused["干扰项查无出处"] == 1
    assert refused["干扰项见于依据"] == 1
    assert refused["题库已有同样的题"] == 1
    assert sum(refused.values()) == told["proposals"] - len(items)
    capsys.readouterr()
    # Nothing of it is handed out, listed, or asked before a reviewer let it pass.
    assert run(["quiz", "list", "--json"]) == 0
    assert capsys.readouterr().out == ""
    # The same again adds nothing, and a bank that is made anew keeps what a model proposed.
    assert generate("--no-retrieval") == 0
    assert "加入 0 题" in capsys.readouterr().out
    assert load_bank(bank) == items
    assert run(["quiz", "generate", "--document", "beijing-measures-2021"]) == 0
    assert set(items) < set(load_bank(bank))


@pytest.mark.parametrize(("found", "kept"), [(["beijing-measures-2021#14"], 1), ([], 0)])
def test_a_question_that_our_own_search_does_not_find_is_turned_away(
    found: list[str], kept: int, questions: Callable[[Search], ModelQuestions]
) -> None:
    told = json.dumps({"questions": [GOOD]}, ensure_ascii=False)
    asked = questions(lambda question: found).make(
        (), lambda request: told if "应当末位表态，" in request.request else "{}",
        wanted=5, at_once=1, document_ids=["beijing-measures-2021"],
    )  # fmt: skip
    assert len(asked.items) == kept
    assert asked.turned_away["凭题干检索不到依据"] == 1 - kept


def test_the_articles_that_the_bank_asks_least_about_are_asked_first_and_no_more_than_needed(
    bank: Path, with_model: Server, shipped_settings: Settings
) -> None:
    save_bank(load_bank(shipped_settings.corpus / "quiz.jsonl"), bank)
    assert generate("--no-retrieval", "--number", "1") == 0
    # 《若干措施》（四） is the one article there without a question.
    assert any("（四）" in article_in(body)[:3] for body in with_model.requests[:4])
    added = [item for item in load_bank(bank) if item.origin]
    assert len(added) == 1


def test_a_model_that_fails_now_and_then_costs_only_those_articles(
    bank: Path, with_model: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    with_model.behave(mixed, then(Manner(status=500), times=3))
    assert generate("--no-retrieval", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["turned_away"]["模型没有答完"] == 3
    assert len(told["added"]) == 2


def test_a_model_that_cannot_be_reached_is_one_line_of_chinese(
    bank: Path, with_model: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    with_model.behave(mixed, Manner(status=401, error="bad key"))
    assert generate("--no-retrieval") == 1
    lines = capsys.readouterr().err.splitlines()
    assert "不接受密钥" in lines[-1]
    assert not bank.exists()


def test_an_article_is_shown_with_its_counterpart_and_with_words_to_choose_from(
    bank: Path, with_model: Server
) -> None:
    assert generate("--no-retrieval") == 0
    request = next(b for b in with_model.requests if "末位表态" in article_in(b))
    messages = request["messages"]
    assert isinstance(messages, list)
    rules, asked = (str(message["content"]) for message in messages)
    assert "只依据【条文】命题" in rules
    assert "北京《若干措施》" in asked
    assert "《意见》（" in asked.partition("【对应条文】")[2].partition("【干扰素材】")[0]
    spans = asked.partition("【干扰素材】\n")[2].partition("\n\n")[0].splitlines()
    assert len(spans) >= 5
    for line in spans:
        words, _, around = line.removeprefix("- ").partition("｜")
        assert words in around
    assert request["temperature"] == 0.7
