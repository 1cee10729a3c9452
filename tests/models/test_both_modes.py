"""The evaluation of both modes: side by side, in several sittings, whatever the model does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.fake_model.minds import competent
from tests.fake_model.server import Body, Manner, Server
from tests.fake_model.worst import mixed_manners, mixed_mind

from assistant.errors import EvaluationError
from assistant.evals import compare
from assistant.evals.cases import EvalCase, load_cases
from assistant.evals.records import RecordFile
from assistant.evals.report_modes import render_modes
from assistant.evals.run import EvalRun, Subject, run_modes
from assistant.evals.summary import CaseResult
from assistant.evals.trial import choose_cases, drafts_of, measure_drafts, spread
from assistant.interfaces.cli import run
from assistant.interfaces.cli_eval_run import Sitting, run_sitting
from assistant.pipeline import Assistant
from assistant.settings import Settings

FEW = 8


@pytest.fixture(scope="session")
def dev(shipped_settings: Settings) -> tuple[EvalCase, ...]:
    every = load_cases(shipped_settings.evals / "reference.jsonl")
    return tuple(case for case in every if case.split == "dev")


@pytest.fixture
def subjects(assistant: Assistant, model_assistant: Assistant) -> dict[str, Subject]:
    return {
        "extractive": Subject(assistant, {"model": ""}, {"code": "first"}),
        "model": Subject(model_assistant, {"model": "fake-1"}, {"code": "first"}),
    }


def results(runs: dict[str, EvalRun]) -> dict[str, tuple[CaseResult, ...]]:
    return {mode: run.results for mode, run in runs.items()}


def test_both_modes_stand_side_by_side_in_total_by_kind_and_on_one_page(
    subjects: dict[str, Subject], dev: tuple[EvalCase, ...], server: Server
) -> None:
    server.behave(competent)
    runs = run_modes(subjects, spread(dev)[:FEW])
    header, rows = compare.totals(results(runs))
    assert header[1:3] == ["抽取式", "模型"]
    assert {"完全正确率", "引文逐字一致率", "用时：95%分位", "模型措辞的答复逐句有据"} <= {
        row[0] for row in rows
    }
    _, kinds = compare.by_kind(results(runs))
    assert len(kinds) == FEW
    assert all(" / " in row[2] or row[2] == "—" for row in kinds)
    assert f"模型方式 {FEW} 题" in compare.describe_promise(results(runs))
    page = render_modes(runs)
    for part in ("抽取式与模型并列", "放弃草稿的原因", "符号检验"):
        assert part in page
    assert "<script" not in page


def test_whatever_the_server_does_the_run_goes_on_and_shows_only_what_is_borne_out(
    subjects: dict[str, Subject],
    dev: tuple[EvalCase, ...],
    server: Server,
) -> None:
    server.behave(mixed_mind(), lambda number: Manner(status=401) if number % 3 else Manner())
    runs = run_modes(subjects, spread(dev)[: 2 * FEW])
    assert [run.failures for run in runs.values()] == [0, 0]
    drafts = measure_drafts(drafts_of(runs["model"].results))
    assert drafts.fallbacks.get("rejected", 0) > 0
    for result in runs["model"].results:
        assert result.scores.get("borne_out", 1.0) == 1.0
        assert result.scores.get("verbatim", 1.0) == 1.0


def test_the_worst_server_gives_each_question_the_same_rubbish_and_every_manner_its_turn() -> None:
    manners = mixed_manners()
    assert len({id(manners(number)) for number in range(1, 100, 2)}) > 25
    assert manners(0) == Manner()
    request = "材料：\n【1】甲\n每年检查一次的规定写在这里。\n\n问题：\n<问题>\n几次？\n</问题>"
    body: Body = {"messages": [{"content": "rules"}, {"content": request}]}
    assert mixed_mind()(body) == mixed_mind()(body)


def test_what_was_answered_is_not_asked_again_and_what_failed_only_on_request(
    subjects: dict[str, Subject], dev: tuple[EvalCase, ...], server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "record.jsonl"
    chosen = spread(dev)[:FEW]
    server.behave(competent, Manner(status=401))
    run_modes(subjects, chosen[:3], records=RecordFile.open(path))
    server.behave(competent)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"id": "cut off in the mid')
    first = run_modes(subjects, chosen, records=RecordFile.open(path))
    asked = len(server.requests)
    assert [run.kept for run in first.values()] == [3, 3]
    again = run_modes(subjects, chosen, records=RecordFile.open(path))
    assert len(server.requests) == asked
    assert again["model"].kept == FEW
    assert [r.scores for r in again["model"].results] == [r.scores for r in first["model"].results]
    lost = measure_drafts(drafts_of(again["model"].results)).fallbacks.get("rejected", 0)
    repaired = run_modes(subjects, chosen, records=RecordFile.open(path, asks_again=True))
    assert lost > 0
    assert measure_drafts(drafts_of(repaired["model"].results)).fallbacks.get("rejected", 0) == 0


def test_answers_of_other_settings_are_not_taken_up_and_those_of_other_code_are_told(
    subjects: dict[str, Subject], dev: tuple[EvalCase, ...], tmp_path: Path
) -> None:
    path, cases = tmp_path / "record.jsonl", dev[:2]
    plain = subjects["extractive"]
    run_modes({"extractive": plain}, cases, records=RecordFile.open(path))
    other = Subject(plain.assistant, {"model": "", "refusal_threshold": 0.9}, {"code": "first"})
    runs = run_modes({"extractive": other}, cases, records=RecordFile.open(path))
    assert runs["extractive"].kept == 0
    later = Subject(plain.assistant, plain.settings, {"code": "second"})
    runs = run_modes({"extractive": later}, dev[:3], records=RecordFile.open(path))
    assert runs["extractive"].kept == 2
    assert runs["extractive"].fingerprints["code"] == ["first", "second"]


def test_an_interrupt_ends_the_asking_and_keeps_what_every_mode_answered(
    subjects: dict[str, Subject], dev: tuple[EvalCase, ...], server: Server, tmp_path: Path
) -> None:
    def interrupt(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    path = tmp_path / "record.jsonl"
    runs = run_modes(subjects, dev[:5], records=RecordFile.open(path), progress=interrupt)
    assert [len(run.results) for run in runs.values()] == [2, 2]
    runs = run_modes(subjects, dev[:5], records=RecordFile.open(path))
    assert [(len(run.results), run.kept) for run in runs.values()] == [(5, 2), (5, 2)]


def test_a_trial_asks_every_kind_and_first_what_reaches_a_model(
    assistant: Assistant, dev: tuple[EvalCase, ...]
) -> None:
    asked = {case.id: n % 2 == 0 for n, case in enumerate(dev)}
    chosen = choose_cases(dev, 12, is_drafted=lambda case: asked[case.id])
    assert [case.expect for case in chosen].count("refused") == 4
    assert len({case.kind for case in chosen if case.expect == "answered"}) == 8
    assert all(asked[case.id] for case in chosen)
    whole = spread(dev)
    assert sorted(case.id for case in whole) == sorted(case.id for case in dev)
    assert len({case.kind for case in whole[:12]}) == 12


def test_the_difference_of_two_modes_is_weighed_by_the_questions_where_they_differ() -> None:
    assert compare.Paired(100, 0, 0).chance == 1.0
    assert compare.Paired(100, 5, 5).chance == 1.0
    assert compare.Paired(100, 6, 0).chance == pytest.approx(2 / 64)


def test_a_record_that_nobody_named_is_gone_when_all_is_asked(
    subjects: dict[str, Subject], dev: tuple[EvalCase, ...], server: Server, tmp_path: Path
) -> None:
    server.behave(competent)
    settings = Settings(evals=tmp_path)
    with pytest.raises(EvaluationError, match="一题也没有答完"):
        run_sitting(settings, subjects, dev[:2], Sitting(minutes=0))
    runs = run_sitting(settings, subjects, dev[:2], Sitting())
    assert [len(run.results) for run in runs.values()] == [2, 2]
    assert list((tmp_path / "results").iterdir()) == []


def command(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    assert run(["eval", *arguments]) == 0
    told = capsys.readouterr()
    return told.out, told.err


def test_the_command_runs_both_modes_goes_on_and_writes_the_page(
    model_settings: Settings,
    dev: tuple[EvalCase, ...],
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.behave(competent)
    evals = tmp_path / "evals"
    evals.mkdir()
    lines = (model_settings.evals / "reference.jsonl").read_text("utf-8").splitlines()
    chosen = {case.id for case in spread(dev)[:4]}
    few = [line for line in lines if json.loads(line)["id"] in chosen]
    (evals / "reference.jsonl").write_text("\n".join(few), encoding="utf-8")
    settings = model_settings.model_copy(update={"evals": evals})
    monkeypatch.setattr("assistant.settings.load_settings", lambda: settings)
    record, page = tmp_path / "record.jsonl", tmp_path / "report.html"
    kept = ["--into", str(record)]
    out, _ = command(["--mode", "both", *kept, "--report", str(page), "--json"], capsys)
    told = json.loads(out)
    assert told["model"]["cases"] == told["extractive"]["cases"] == 4
    assert told["drafts"]["asked"] >= 1
    assert "抽取式与模型并列" in page.read_text(encoding="utf-8")
    asked = len(server.requests)
    # A few of the same questions: they are written down already.
    out, err = command(["model", "--limit", "3", *kept], capsys)
    assert len(server.requests) == asked
    assert "题此前已经答过" in err
    for part in ("抽取式", "模型", "符号检验", "逐句有据", "请模型起草"):
        assert part in out
