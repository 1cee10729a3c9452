from __future__ import annotations

from assistant.evals.report import render_report
from assistant.evals.run import run_evals

from .samples import StandIn, answered, make_case, run_all


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
