"""The refusal's part of the report: how sure it was, how often that was right, where it stops."""

from __future__ import annotations

import math
from collections.abc import Iterator

from assistant.evals.calibrate import TENTHS, Calibration, OperatingPoint, Tenth
from assistant.evals.markup import Node, node, table
from assistant.evals.plots import Dot, Pair, draw_pairs, draw_reliability

HEADING = "拒答的把握"
_ACROSS = "把握（程序估计“材料能回答”的概率）"
_WHAT_IT_IS = (
    "答复之前，程序先估计“收录的材料能回答这个问题”的概率，下称“把握”。"
    "把握不低于门槛就作答，低于门槛就拒答。"
    "下面的图表回答两个问题：这个概率可不可信，门槛放在哪里合适。"
)
_HOW_IT_WAS_MEASURED = (
    "数字来自拟合时的 {cases} 题（调试集和其他法规的题目，只算要靠把握来决定的题；"
    "指名别的地区、文件、年份等一看便知要拒答的不在内），"
    "每题都由没有见过它的模型估计（交叉验证），不是本次运行的结果。"
)
_HOW_TO_SEE_THE_CURVE = (
    "把题目按把握每 10 个百分点分一组。横向是组内平均把握，纵向是其中材料确实能回答的比例，"
    "点越靠近斜线，概率越可信；在斜线上方是估低了，下方是估高了。"
    "点旁数字为题数，点越大题越多；竖线为 95% 区间，题少则长。虚线为当前门槛。"
)
_HOW_TO_SEE_THE_SPREAD = (
    "柱上数字为题数，两类题分得越开越好。虚线右边的“材料不能回答的题”本应拒答却会作答，"
    "虚线左边的“材料能回答的题”会被误拒。"
)
_HOW_TO_CHOOSE = (
    "门槛越高越谨慎：该拒的拒得更多，能答的也误拒得更多。"
    "要改，请调设置项 refusal_threshold（0 到 1），不必重新拟合；改后请重新评测。"
)


def draw_refusal(calibration: Calibration, *, threshold: float) -> Iterator[Node]:
    """Yield the section: what it decides by, how reliable that is, and where it may stop."""
    mark = (threshold, f"当前门槛 {threshold:g}")
    yield node("h2", None, HEADING)
    yield node("p", None, _WHAT_IT_IS)
    yield node("p", None, describe_point(calibration, threshold=threshold))
    yield node("p", {"class": "soft"}, _HOW_IT_WAS_MEASURED.format(cases=calibration.cases))
    yield node("h3", None, "概率可不可信")
    yield _figure(
        draw_reliability(
            [_dot(tenth) for tenth in calibration.reliability],
            title="把握与实际能回答的比例",
            across=_ACROSS,
            up="其中材料确实能回答",
            mark=mark,
        ),
        _HOW_TO_SEE_THE_CURVE,
    )
    yield _tenths_table(calibration)
    yield node("h3", None, "两类题的把握各有多大")
    yield _figure(
        draw_pairs(
            [Pair(t.place, t.answerable, t.cases - t.answerable) for t in calibration.reliability],
            title="能回答与不能回答的题的把握分布",
            across=_ACROSS,
            names=("材料能回答的题", "材料不能回答的题"),
            mark=mark,
        ),
        _HOW_TO_SEE_THE_SPREAD,
    )
    yield node("h3", None, "门槛放在哪里")
    yield _points_table(calibration, threshold=threshold)
    yield node("p", {"class": "soft"}, _HOW_TO_CHOOSE)


def describe_point(calibration: Calibration, *, threshold: float) -> str:
    """Return in words what the threshold in use gives, as far as it was measured."""
    point = _in_use(calibration, threshold=threshold)
    if point is None:
        return f"当前门槛 {threshold:g}，不在测过的门槛之内，可参看下表中相邻的两行。"
    wrongly = round(point.answerable_refused * 100)
    rightly = round(point.unanswerable_refused * 100)
    return (
        f"当前门槛 {threshold:g}：每 100 道材料能回答的题，约误拒 {wrongly} 道；"
        f"每 100 道材料不能回答的题，约拒答 {rightly} 道，其余 {100 - rightly} 道仍会作答。"
    )


def _in_use(calibration: Calibration, *, threshold: float) -> OperatingPoint | None:
    near = (p for p in calibration.points if math.isclose(p.threshold, threshold, abs_tol=1e-6))
    return next(near, None)


def _tenths_table(calibration: Calibration) -> Node:
    rows = [
        [
            f"{tenth.place * 100 // TENTHS}–{(tenth.place + 1) * 100 // TENTHS}%",
            f"{tenth.predicted:.0%}",
            f"{tenth.share:.0%}",
            str(tenth.cases),
        ]
        for tenth in calibration.reliability
    ]
    return table(["把握", "平均把握", "实际能回答", "题数"], rows)


def _points_table(calibration: Calibration, *, threshold: float) -> Node:
    used = _in_use(calibration, threshold=threshold)
    rows = [
        [
            f"{point.threshold:g}（当前）" if point is used else f"{point.threshold:g}",
            f"{point.answerable_refused:.1%}",
            f"{point.unanswerable_refused:.1%}",
        ]
        for point in calibration.points
    ]
    return table(["门槛", "能答的被误拒", "该拒的被拒"], rows)


def _figure(picture: Node, caption: str) -> Node:
    return node("figure", None, picture, node("figcaption", None, caption))


def _dot(tenth: Tenth) -> Dot:
    low, high = wilson_interval(tenth.share, tenth.cases)
    return Dot(tenth.predicted, tenth.share, low, high, tenth.cases)


def wilson_interval(share: float, cases: int) -> tuple[float, float]:
    """Return Wilson's 95% interval of a share, which holds for few cases and for 0 and 1 too."""
    z = 1.959964
    middle = (share + z * z / (2 * cases)) / (1 + z * z / cases)
    half = z / (1 + z * z / cases) * math.sqrt(share * (1 - share) / cases + (z / cases / 2) ** 2)
    return max(0.0, middle - half), min(1.0, middle + half)
