from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.evals.floors import find_breaches, load_floors
from assistant.evals.run import run_evals

from .samples import FAR, StandIn, refused, run_all


def floors_at(folder: Path, **floors: object) -> Path:
    path = folder / "floors.json"
    path.write_text(json.dumps(floors), encoding="utf-8")
    return path


def test_a_figure_below_its_floor_is_a_breach(tmp_path: Path) -> None:
    path = floors_at(tmp_path, dev={"at_least": {"fully_right": 0.6, "verbatim": 1.0}})
    assert find_breaches(run_all(), load_floors(path)) == (
        "有 1 题运行出错",
        "dev 完全正确率 0.5，应不低于 0.6",
    )


def test_a_figure_above_its_ceiling_is_a_breach(tmp_path: Path) -> None:
    path = floors_at(tmp_path, dev={"at_most": {"answerable_refused": 0.0, "characters_p95": 5}})
    breaches = find_breaches(run_all(), load_floors(path))
    assert breaches[1:] == ("dev 答复字数：95%分位 10，应不高于 5",)


def test_a_figure_that_could_not_be_taken_is_a_breach(tmp_path: Path) -> None:
    path = floors_at(tmp_path, dev={"at_least": {"clarified": 0.9}})
    assert "无数据" in find_breaches(run_all(), load_floors(path))[1]


def test_a_split_that_was_not_run_is_not_compared(tmp_path: Path) -> None:
    path = floors_at(tmp_path, test={"at_least": {"fully_right": 1.0}})
    run = run_evals(StandIn({FAR.question: refused()}), [FAR], settings={}, fingerprints={})
    assert find_breaches(run, load_floors(path)) == ()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{", "有误"),
        ('{"dev": {"at_least": {"luck": 1}}}', "没有这些指标：luck"),
        ('{"prod": {}}', "有误：prod"),
        ('{"dev": {"at_least": {"verbatim": "high"}}}', "有误：dev.at_least.verbatim"),
    ],
)
def test_broken_floors_are_said_in_one_line(tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "floors.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match=part):
        load_floors(path)


def test_missing_floors_are_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="无法读取"):
        load_floors(tmp_path / "floors.json")


def test_the_floors_in_the_repository_can_be_read() -> None:
    floors = load_floors(Path(__file__).parents[2] / "evals" / "floors.json")
    assert floors.dev.at_least["verbatim"] == 1.0
    assert floors.test.at_least["verbatim"] == 1.0
