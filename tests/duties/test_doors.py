"""The command and the page: filters, sources one click away, files to take along."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import AsyncIterator, Iterator
from html import unescape
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from icalendar import Component
from openpyxl import load_workbook
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient
from tests.fakes import FakeAssistant

from assistant.corpus.load import load_corpus
from assistant.errors import AssistantError
from assistant.interfaces.cli import run
from assistant.interfaces.duties_page import duties_routes
from assistant.interfaces.faults import explain_error, explain_status, explain_validation
from assistant.interfaces.identity import Identify
from assistant.interfaces.opening import Opening
from assistant.interfaces.reader_routes import reader_routes
from assistant.interfaces.services import open_services
from assistant.settings import Settings

from .samples import CORPUS, REPOSITORY


@pytest.fixture(autouse=True)
def _shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A browser at the page and the reader; the chat's packages stay away."""
    settings = Settings(corpus=CORPUS, data=tmp_path_factory.mktemp("data"))
    documents = load_corpus(CORPUS).documents
    opening = Opening(lambda: FakeAssistant(documents))

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        opening.begin()
        yield
        services.database.close()

    app = FastAPI(lifespan=lifespan)
    app.state.services = services = open_services(settings)
    app.add_middleware(Identify, services=services, web=settings.web)
    app.add_exception_handler(AssistantError, explain_error)
    app.add_exception_handler(RequestValidationError, explain_validation)
    app.add_exception_handler(HTTPException, explain_status)
    app.include_router(duties_routes(opening, settings.corpus))
    app.include_router(reader_routes(opening))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def test_the_command_lists_what_falls_to_somebody(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["duties", "--body", "纪委书记", "--document", "北京市"]) == 0
    captured = capfd.readouterr()
    assert "向上级纪委报告" in captured.out
    assert "《意见》" not in captured.out
    assert "共 " in captured.err


def test_json_holds_spans_that_fit_the_documents(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["duties", "--often", "每季度", "--json"]) == 0
    value = json.loads(capfd.readouterr().out)
    texts = {p.document.id: p.document.text for p in load_corpus(CORPUS).documents}
    assert value["count"] == len(value["duties"]) == 3
    for duty in value["duties"]:
        action = duty["action"]
        assert texts[duty["doc_id"]][action["start"] : action["end"]] == action["text"]
        assert duty["frequencies"][0]["period"] == "quarter"


def test_steps_and_alignment_are_printed(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["duties", "--topic", "插手干预", "--steps"]) == 0
    assert "1. 受请托人：" in capfd.readouterr().out
    assert run(["duties", "--topic", "信访举报", "--aligned"]) == 0
    assert "频次：定期 / 每季度" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--often", "每世纪"], "每季度"),
        (["--modality", "应该"], "应当"),
        (["--document", "无此文件"], "opinions-2021"),
        (["--export", "duties.pdf"], ".xlsx"),
        (["--steps", "--aligned"], "不能同时"),
    ],
)
def test_a_wrong_choice_names_the_right_ones(
    arguments: list[str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["duties", *arguments]) != 0
    error = capfd.readouterr().err
    assert error.count("\n") == 1
    assert words in error


@pytest.mark.parametrize("suffix", [".xlsx", ".docx", ".ics"])
def test_the_command_writes_a_file(
    suffix: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"duties{suffix}"
    assert run(["duties", "--body", "组织部门", "--export", str(path)]) == 0
    assert path.stat().st_size > 1000
    assert str(path.name) in capfd.readouterr().err


def test_the_measures_meet_the_bar(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "duties", "--json"]) == 0
    figures = json.loads(capfd.readouterr().out)
    test = figures["test"]
    assert test["labelled"] >= 75
    assert min(test["precision"], test["recall"]) >= 0.95
    floors = {"subject": 0.90, "frequency": 0.98, "report_to": 0.95, "consequence": 0.90}
    for slot, floor in floors.items():
        assert test["slots"][slot]["accuracy"] >= floor


def test_the_page_links_every_row_to_its_article(visitor: TestClient) -> None:
    page = visitor.get("/duties", params={"body": "纪委书记"}).text
    links = [unescape(link) for link in re.findall(r'<a href="(/\?doc=[^"]+)"', page)]
    assert links
    for link in links:
        query = dict(httpx.URL(f"http://localhost{link}").params)
        article = visitor.get("/reader/article", params=query)
        assert article.status_code == 200
        assert "<mark" in article.text


def test_the_page_filters_by_every_part(visitor: TestClient) -> None:
    def rows(**params: str) -> int:
        page = visitor.get("/duties", params=params).text
        found = re.search(r"共 (\d+) 项", page)
        assert found is not None
        return int(found[1])

    every = rows()
    parts = ({"body": "组织部门"}, {"often": "每年"}, {"modality": "不得"}, {"topic": "信访"})
    counts = [rows(**part) for part in parts]
    assert all(0 < count < every for count in counts)
    assert rows(document="opinions-2021") + rows(document="beijing-measures-2021") == every
    assert rows(body="海关总署") == 0


def test_a_long_list_is_leafed_through(visitor: TestClient) -> None:
    first = visitor.get("/duties").text
    (following,) = re.findall(r'href="([^"]+)" rel="next"', first)
    second = visitor.get(unescape(following)).text
    assert 'rel="prev"' in second
    assert re.findall(r"<th scope=\"row\">", first)


def test_steps_and_alignment_have_pages(visitor: TestClient) -> None:
    steps = visitor.get("/duties", params={"view": "steps"}).text
    assert "<ol>" in steps
    aligned = visitor.get("/duties", params={"view": "aligned", "topic": "信访举报情况"}).text
    assert "频次：定期 / 每季度" in aligned


def test_the_page_hands_out_files(visitor: TestClient) -> None:
    params = {"often": "每季度"}
    book = visitor.get("/duties/export.xlsx", params=params)
    assert load_workbook(BytesIO(book.content))["职责清单"].max_row == 4
    assert "attachment" in book.headers["content-disposition"]
    calendar = visitor.get("/duties/export.ics", params=params)
    assert len(Component.from_ical(calendar.text).walk("VEVENT")) == 3
    document = visitor.get("/duties/export.docx", params=params)
    assert document.content.startswith(b"PK")


def test_what_is_typed_is_escaped_and_what_is_wrong_is_said(visitor: TestClient) -> None:
    page = visitor.get("/duties", params={"topic": '"><script>'})
    assert "<script>" not in page.text.replace('<script src="/people/people.js" defer>', "")
    wrong = visitor.get("/duties", params={"often": "每世纪"})
    assert wrong.status_code == 400
    assert "每季度" in wrong.text
    assert visitor.get("/duties/export.exe").status_code == 404
    assert visitor.get("/duties", params={"body": "长" * 61}).status_code == 422
