"""The ontology of bodies: phrases → bodies, broader and narrower."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.duties.bodies import FILE_NAME, Bodies, Body
from assistant.errors import CorpusError

from .samples import CORPUS


@pytest.fixture(scope="module")
def bodies() -> Bodies:
    return Bodies.load(CORPUS)


@pytest.mark.parametrize(
    ("phrase", "ids"),
    [
        ("党委（党组）", ["party-committee"]),
        ("党委(党组)“一把手”", ["first-in-command"]),
        ("各级党委（党组）", ["party-committee"]),
        ("纪检机关、组织部门负责人", ["discipline-head", "organisation-head"]),
        ("上级党组织领导班子成员", ["leadership-member"]),
        ("各级领导干部特别是高级干部", ["leading-cadre", "senior-cadre"]),
        ("述责述廉报告", []),
    ],
)
def test_a_phrase_names_its_bodies(bodies: Bodies, phrase: str, ids: list[str]) -> None:
    assert list(bodies.identify(phrase)) == ids


def test_the_broader_body_stands_for_the_narrower_ones(bodies: Bodies) -> None:
    assert "central-organisation-department" in bodies.narrower("organisation-department")
    assert "organisation-department" not in bodies.narrower("central-organisation-department")
    assert bodies.akin(["discipline-inspection"], ["discipline-supervision"])
    assert not bodies.akin(["court"], ["party-member"])


def test_a_question_names_bodies_anywhere(bodies: Bodies) -> None:
    assert bodies.mentioned("请问组织部门和纪委书记有哪些职责？") == (
        "organisation-department",
        "discipline-secretary",
    )


def test_a_body_is_added_in_the_file_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(
        '[[body]]\nid = "customs"\nname = "海关"\nsurfaces = ["海关总署"]\n', encoding="utf-8"
    )
    assert Bodies.load(tmp_path).identify("海关总署") == ("customs",)


def test_a_corpus_without_the_file_ties_no_phrase(tmp_path: Path) -> None:
    assert Bodies.load(tmp_path).identify("党委") == ()


@pytest.mark.parametrize(
    "content",
    [
        "body = 1",
        "[[body]\n",
        '[[body]]\nid = "Ü"\nname = "甲"',
        '[[body]]\nid = "a"\nname = "甲"\n[[body]]\nid = "a"\nname = "乙"',
        '[[body]]\nid = "a"\nname = "甲"\nbroader = ["b"]',
        '[[body]]\nid = "a"\nname = "甲"\nunknown = 1',
    ],
)
def test_a_fault_in_the_file_is_said_in_one_chinese_line(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"主体表 bodies\.toml"):
        Bodies.load(tmp_path)


def test_bodies_that_name_each_other_as_broader_end_somewhere() -> None:
    circle = Bodies([Body("a", "甲", (), ("b",)), Body("b", "乙", (), ("a",))])
    assert circle.broader("a") == circle.narrower("a") == {"a", "b"}
