"""The real assistant over the shipped corpus with a model that is not: it does what a test says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fake_model.minds import faithful
from tests.fake_model.server import Server, model_server

from assistant.domain import Answer, ParsedDocument
from assistant.evals.promise import unborne_lines
from assistant.pipeline import Assistant
from assistant.settings import Settings
from assistant.settings.model import ModelSettings

HURRIED_SECONDS = 2.0
"""The deadline where a test waits for it; elsewhere it is the shipped one."""
_MARKER = re.compile(r"\[(\d+)\]")


@pytest.fixture(scope="session")
def running_server() -> Iterator[Server]:
    """One server for all tests of this folder."""
    with model_server(faithful) as server:
        yield server


@pytest.fixture
def server(running_server: Server) -> Server:
    """The server, faithful and prompt until a test says otherwise."""
    running_server.behave(faithful)
    return running_server


@pytest.fixture(scope="session")
def model_settings(
    indexed_settings: Settings, running_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Settings with that server as the model; its failures in one test are none of the next's."""
    model = ModelSettings(
        name="fake-1",
        base_url=running_server.address,
        retries=1,
        breaker_failures=100,
        breaker_seconds=0.01,
        cached_answers=0,
    )
    return indexed_settings.model_copy(
        update={
            "model": model,
            "prompts": Path(__file__).parents[2] / "prompts",
            "data": tmp_path_factory.mktemp("data"),
        }
    )


@pytest.fixture(scope="session")
def model_assistant(model_settings: Settings) -> Assistant:
    """The assistant that words its answers with the model, past what the first question pays."""
    opened = Assistant.open(model_settings)
    opened.ask("谁来找新任的一把手谈话？")
    return opened


@pytest.fixture(scope="session")
def hurried_assistant(model_settings: Settings) -> Assistant:
    """The same with a deadline that a test can wait for."""
    model = model_settings.model.model_copy(update={"deadline_seconds": HURRIED_SECONDS})
    opened = Assistant.open(model_settings.model_copy(update={"model": model}))
    opened.ask("谁来找新任的一把手谈话？")
    return opened


def assert_keeps_promise(
    answer: Answer, extractive: Answer, documents: dict[str, ParsedDocument]
) -> None:
    """Check that an answer is the extractive one, or that its citations bear out every line."""
    for citation in answer.citations:
        text = documents[citation.document_id].document.text
        assert text[citation.start : citation.end] == citation.quote
    if answer.mode == "extractive":
        assert answer.text == extractive.text
        assert answer.citations == extractive.citations
        return
    assert answer.status == "answered"
    used = {int(number) for number in _MARKER.findall(answer.text)}
    assert used == {citation.marker for citation in answer.citations}
    assert unborne_lines(answer, documents) == ()
