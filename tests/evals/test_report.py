from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from assistant.answer.asking import Asking
from assistant.evals.calibrate import Calibration, OperatingPoint, Tenth, load_calibration
from assistant.evals.markup import node
from assistant.evals.report import render_report
from assistant.evals.report_refusal import describe_point, draw_refusal, wilson_interval
from assistant.evals.run import EvalRun, run_evals

from .samples import StandIn, answered, make_case, run_all

FITTED = Calibration(
    bias=-1.0,
    weights={"coverage": 2.0},
    asking=Asking({}, 0.0),
    cases=70,
    area_under_curve=0.9,
    points=(OperatingPoint(0.5, 0.02, 0.7), OperatingPoint(0.6, 0.125, 0.8)),
    reliability=(Tenth(0.04, 0.05, 20), Tenth(0.55, 0.3, 10), Tenth(0.97, 0.95, 40)),
)


def run_with(threshold: float) -> EvalRun:
    run = run_all()
    return replace(run, settings={**run.settings, "refusal_threshold": threshold})


def section(threshold: float) -> str:
    """Return the text of the refusal's part, without tags."""
    body = node("div", None, *draw_refusal(FITTED, threshold=threshold))
    return "|".join(body.itertext())


def test_the_report_is_one_page_without_anything_from_outside() -> None:
    page = render_report(run_all())
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<svg") == 3
    for outside in ("<script", "<link", "src=", "url(", "http:", "https:", "@import"):
        assert outside not in page


def test_the_report_escapes_what_users_and_documents_say() -> None:
    hostile = '<script>alert("x")</script>&amp;'
    case = make_case(due=["opinions#2"], key_phrases=["予以诫勉"], question=hostile)
    assistant = StandIn({hostile: answered(hostile)})
    page = render_report(run_evals(assistant, [case], settings={"name": hostile}, fingerprints={}))
    assert "<script" not in page
    assert "&lt;script&gt;alert(" in page
    assert "&amp;amp;" in page


def test_the_report_explains_each_miss() -> None:
    page = render_report(run_all())
    for part in (
        "未答对的题（2 题）",
        "缺关键短语：在一定范围内公开",
        "缺引用：opinions#3",
        "检索到：opinions#2 1.00，opinions#3 0.50",
        "上文：述责述廉报告写完以后呢？ / 要存档。",
        "运行出错：KeyError",
    ):
        assert part in page
    assert "right　" not in page


def test_the_report_tells_how_reliable_the_refusal_is_by_the_calibration_in_use() -> None:
    page = unescape(render_report(run_with(0.6)))
    fitted = load_calibration()
    assert "拒答的把握" in page
    assert f"{fitted.cases} 题" in page
    assert page.count("<circle") == len(fitted.reliability)
    assert sum(tenth.cases for tenth in fitted.reliability) == fitted.cases
    assert page.count("<svg") == 5


def test_without_a_threshold_in_the_run_nothing_is_said_of_one() -> None:
    assert "拒答的把握" not in render_report(run_all())


def test_each_tenth_stands_with_what_was_predicted_what_was_so_and_how_many() -> None:
    told = section(0.6)
    assert "0–10%|4%|5%|20" in told
    assert "50–60%|55%|30%|10" in told
    assert "90–100%|97%|95%|40" in told


def test_answerable_and_unanswerable_questions_are_counted_apart_in_each_tenth() -> None:
    assert [(t.answerable, t.cases - t.answerable) for t in FITTED.reliability] == [
        (1, 19),
        (3, 7),
        (38, 2),
    ]
    assert "材料能回答的题|材料不能回答的题|1|19|3|7|38|2|" in section(0.6).replace("||", "|")


def test_the_threshold_in_use_is_told_in_words_and_marked_in_both_plots_and_the_table() -> None:
    told = section(0.6)
    assert "每 100 道材料能回答的题，约误拒 12 道" in told
    assert "约拒答 80 道，其余 20 道仍会作答" in told
    assert told.count("当前门槛 0.6|") == 2
    assert "0.6（当前）|12.5%|80.0%" in told
    assert "0.5|2.0%|70.0%" in told


def test_a_threshold_that_was_not_measured_gets_no_figures() -> None:
    assert "不在测过的门槛之内" in describe_point(FITTED, threshold=0.62)
    assert "（当前）" not in section(0.62)


@pytest.mark.parametrize(
    ("share", "cases", "expected"),
    # Newcombe 1998, table I, method 3.
    [(81 / 263, 263, (0.2553, 0.3662)), (15 / 148, 148, (0.0624, 0.1605)), (0.0, 20, (0, 0.1611))],
)
def test_the_interval_of_a_share_is_wilsons(
    share: float, cases: int, expected: tuple[float, float]
) -> None:
    assert wilson_interval(share, cases) == pytest.approx(expected, abs=5e-5)
