"""Floors: the figures below which a change must not fall, kept beside the cases."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import EvaluationError
from assistant.evals.run import EvalRun
from assistant.evals.summary import MEASURES, CaseResult, Figure, group_results, summarise

_LABELS = {measure.name: measure.label for measure in MEASURES}


class Floor(BaseModel):
    """Bounds by name of measure; shares are between 0 and 1, lengths in characters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_least: dict[str, float] = {}
    at_most: dict[str, float] = {}


class Floors(BaseModel):
    """Bounds for each split; one that was not run is not compared."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dev: Floor = Floor()
    test: Floor = Floor()


def load_floors(path: Path) -> Floors:
    """Return the floors in a JSON file. Raises ``EvaluationError``."""
    try:
        floors = Floors.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"下限文件 {path.name} 无法读取，请检查路径和编码。") from error
    except ValidationError as error:
        places = "、".join(".".join(map(str, fault["loc"])) or "整体" for fault in error.errors())
        raise EvaluationError(f"下限文件 {path.name} 有误：{places}。") from error
    named = {name for floor in (floors.dev, floors.test) for name in _names(floor)}
    if unknown := sorted(named - _LABELS.keys()):
        raise EvaluationError(f"下限文件 {path.name} 中没有这些指标：{'、'.join(unknown)}。")
    return floors


def _names(floor: Floor) -> set[str]:
    return {*floor.at_least, *floor.at_most}


def find_breaches(run: EvalRun, floors: Floors) -> tuple[str, ...]:
    """Return what fell below its floor, one Chinese line each. A failed case is always one."""
    groups: Mapping[str, tuple[CaseResult, ...]] = group_results(run.results, lambda c: c.split)
    breaches = [f"有 {run.failures} 题运行出错"] if run.failures else []
    for split, floor in (("dev", floors.dev), ("test", floors.test)):
        if split in groups:
            breaches += _compare(split, summarise(groups[split]), floor)
    return tuple(breaches)


def _compare(split: str, figures: Mapping[str, Figure], floor: Floor) -> list[str]:
    breaches = []
    for name, bound in floor.at_least.items():
        value = figures[name].value
        # A figure that could not be taken has not been reached either.
        if value is None or value < bound:
            breaches.append(f"{split} {_LABELS[name]} {_show(value)}，应不低于 {_show(bound)}")
    for name, bound in floor.at_most.items():
        value = figures[name].value
        if value is None or value > bound:
            breaches.append(f"{split} {_LABELS[name]} {_show(value)}，应不高于 {_show(bound)}")
    return breaches


def _show(value: float | None) -> str:
    return "无数据" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")
