"""Conversations over HTTP: each person's own, exported, judged, and erased on their word."""

from __future__ import annotations

import io
from collections.abc import Iterator

import docx
import pytest
from tests.fakes import OPINIONS, FakeAssistant

from assistant.corpus.parse import parse_document
from assistant.domain import Document

from .people import ADMINISTRATOR, COLLEAGUE, READER, Visitor, settings_with_people, visiting
from .serving import serving

QUESTION = "对下级新任职的“一把手”怎么谈话？"
REFUSED = "违反规定的罚款是多少元？"
SCRIPT = "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
HTML = {"Accept": "text/html"}
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = settings_with_people(tmp_path_factory.mktemp("people"))
    # A document may carry a script as well as a question may.
    document = Document(
        id="evil-2021",
        title=f"某市办法{SCRIPT}",
        short_title=f"办法{SCRIPT}",
        text=OPINIONS.document.text.replace("任职谈话；", f"任职谈话{SCRIPT}；"),
    )
    opener = FakeAssistant([parse_document(document)])
    with serving(lambda: opener, settings=settings) as address:
        yield address


@pytest.fixture
def reader(address: str) -> Iterator[Visitor]:
    with visiting(address) as visitor:
        visitor.sign_in(READER)
        yield visitor


@pytest.fixture
def colleague(address: str) -> Iterator[Visitor]:
    with visiting(address) as visitor:
        visitor.sign_in(COLLEAGUE)
        yield visitor


def begin(visitor: Visitor, *questions: str) -> str:
    """Ask in a new conversation and return its id."""
    id = ""
    for question in questions or (QUESTION,):
        assert visitor.ask(question, conversation=id).status_code == 200
        id = visitor.client.get("/api/conversations").json()[0]["id"]
    return id


def turns(visitor: Visitor, id: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = visitor.client.get(f"/api/conversations/{id}").json()["turns"]
    return found


def test_a_conversation_is_listed_searched_renamed_and_deleted(reader: Visitor) -> None:
    id = begin(reader, QUESTION, REFUSED)
    listed = reader.client.get("/api/conversations").json()[0]
    assert (listed["id"], listed["title"], listed["turns"]) == (id, QUESTION, 2)
    for search, found in (("罚款", True), ("约谈", True), ("差旅费", False)):
        hits = reader.client.get("/api/conversations", params={"search": search}).json()
        assert (id in [hit["id"] for hit in hits]) is found
    renamed = reader.client.patch(f"/api/conversations/{id}", json={"title": "第三次学习"})
    assert renamed.json() == {"id": id, "title": "第三次学习"}
    assert [turn["question"] for turn in turns(reader, id)] == [QUESTION, REFUSED]
    assert reader.client.delete(f"/api/conversations/{id}").status_code == 204
    assert reader.client.get(f"/api/conversations/{id}").status_code == 404


def test_what_is_kept_is_what_was_answered(reader: Visitor) -> None:
    id = begin(reader)
    answered = reader.ask(QUESTION).json()
    (turn,) = turns(reader, id)
    kept = turn["answer"]
    assert isinstance(kept, dict)
    assert {**kept, "elapsed_ms": 0} == {**answered, "elapsed_ms": 0}


def test_two_people_never_see_each_others_conversations(
    reader: Visitor, colleague: Visitor
) -> None:
    id = begin(reader)
    turn = turns(reader, id)[0]["id"]
    before = reader.client.get(f"/api/conversations/{id}").json()
    assert id not in colleague.client.get("/api/conversations").text
    assert id not in colleague.client.get("/api/conversations?search=谈话").text
    assert id not in colleague.client.get("/conversations", headers=HTML).text
    for path in (
        f"/api/conversations/{id}",
        f"/api/conversations/{id}/export.docx",
        f"/api/answers/{turn}/sheet.docx",
        f"/conversations/{id}",
    ):
        assert colleague.client.get(path).status_code == 404, path
        assert reader.client.get(path).status_code == 200, path
    refused = [
        colleague.client.patch(f"/api/conversations/{id}", json={"title": "别人的"}),
        colleague.client.delete(f"/api/conversations/{id}"),
        colleague.client.post(f"/api/answers/{turn}/feedback", json={"verdict": "wrong"}),
    ]
    assert [response.status_code for response in refused] == [404] * 3
    # Asking "in" it keeps the answer nowhere near it.
    colleague.ask(REFUSED, conversation=id)
    for path in (f"/conversations/{id}/rename", f"/conversations/{id}/delete"):
        colleague.form(path, {"title": "别人的"}, shown_on="/me")
    assert reader.client.get(f"/api/conversations/{id}").json() == before


def test_an_administrator_does_not_read_conversations(reader: Visitor, address: str) -> None:
    id = begin(reader)
    with visiting(address) as boss:
        boss.sign_in(ADMINISTRATOR)
        assert boss.client.get(f"/api/conversations/{id}").status_code == 404
        assert boss.client.get(f"/conversations/{id}").status_code == 404


def test_the_export_is_a_word_file_with_the_sources(reader: Visitor) -> None:
    id = begin(reader, QUESTION, REFUSED)
    response = reader.client.get(f"/api/conversations/{id}/export.docx")
    assert response.headers["content-type"] == WORD
    assert "filename*=UTF-8''" in response.headers["content-disposition"]
    paragraphs = docx.Document(io.BytesIO(response.content)).paragraphs
    text = "\n".join(paragraph.text for paragraph in paragraphs)
    for citation in reader.ask(QUESTION).json()["citations"]:
        assert citation["quote"] in text


def test_the_answer_sheet_is_the_same_whenever_it_is_made(reader: Visitor) -> None:
    turn = turns(reader, begin(reader))[0]["id"]
    first = reader.client.get(f"/api/answers/{turn}/sheet.docx")
    second = reader.client.get(f"/api/answers/{turn}/sheet.docx")
    assert first.status_code == 200
    assert first.content == second.content


def test_a_verdict_is_kept_with_the_answer_and_can_be_changed(
    reader: Visitor, address: str
) -> None:
    id = begin(reader)
    turn = turns(reader, id)[0]["id"]
    for verdict, comment in (("right", ""), ("incomplete", f"漏了约谈{SCRIPT}")):
        sent = {"verdict": verdict, "comment": comment}
        response = reader.client.post(f"/api/answers/{turn}/feedback", json=sent)
        assert response.status_code == 204
    assert turns(reader, id)[0]["verdict"] == "incomplete"
    for sent in ({"verdict": "terrible"}, {"verdict": "wrong", "comment": "长" * 1001}):
        assert reader.client.post(f"/api/answers/{turn}/feedback", json=sent).status_code == 422
    with visiting(address) as boss:
        boss.sign_in(ADMINISTRATOR)
        page = boss.client.get("/admin/feedback?verdict=incomplete", headers=HTML).text
    assert "漏了约谈" in page
    assert SCRIPT not in page


@pytest.mark.parametrize(
    "path", ["/conversations", "/conversations/{id}", "/me", "/admin", "/admin/feedback"]
)
def test_a_script_in_question_document_or_answer_is_text_on_every_page(
    address: str, path: str
) -> None:
    with visiting(address) as boss:
        boss.sign_in(ADMINISTRATOR)
        id = begin(boss, f"{SCRIPT}怎么谈话？", f"罚款{SCRIPT}？")
        boss.client.patch(f"/api/conversations/{id}", json={"title": f"题目{SCRIPT}"})
        turn = turns(boss, id)[0]["id"]
        sent = {"verdict": "wrong", "comment": SCRIPT}
        boss.client.post(f"/api/answers/{turn}/feedback", json=sent)
        page = boss.client.get(path.format(id=id), headers=HTML)
        assert page.status_code == 200
        for bad in ("<script>window", "<img src=x"):
            assert bad not in page.text
        # And if one came through, the browser would not run it.
        policy = page.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        boss.client.delete(f"/api/conversations/{id}")


def test_everything_of_a_person_can_be_taken_and_then_erased(address: str) -> None:
    with visiting(address) as other, visiting(address) as visitor:
        other.sign_in(COLLEAGUE)
        begin(other)
        visitor.sign_in(READER)
        id = begin(visitor, QUESTION, REFUSED)
        turn = turns(visitor, id)[0]["id"]
        visitor.client.post(f"/api/answers/{turn}/feedback", json={"verdict": "wrong"})
        data = visitor.client.get("/me/data.json").json()
        assert QUESTION in str(data["conversations"])
        assert [entry["question"] for entry in data["feedback"]][-1] == QUESTION
        kept = visitor.form("/me/erase", {"sure": "清楚"}, shown_on="/me")
        assert kept.status_code == 400
        assert visitor.client.get(f"/api/conversations/{id}").status_code == 200
        visitor.form("/me/erase", {"sure": "清除"}, shown_on="/me")
        assert visitor.client.get("/api/conversations").json() == []
        data = visitor.client.get("/me/data.json").json()
        assert (data["conversations"], data["feedback"]) == ([], [])
        assert len(other.client.get("/api/conversations").json()) >= 1


def test_with_the_data_the_account_can_go(address: str) -> None:
    with visiting(address) as boss, visiting(address) as visitor:
        boss.sign_in(ADMINISTRATOR)
        new = {"name": "wangwu", "shown_name": "王五", "password": "夏天的第二份材料2027"}
        added = boss.form("/admin/accounts", {**new, "role": "reader"}, shown_on="/admin/accounts")
        assert added.status_code == 303
        assert visitor.sign_in("wangwu", new["password"]).status_code == 303
        begin(visitor)
        visitor.form("/me/erase", {"sure": "清除", "close": "yes"}, shown_on="/me")
        assert visitor.client.get("/me", headers=HTML).status_code == 303
        assert visitor.sign_in("wangwu", new["password"]).status_code == 401
        log = boss.client.get("/admin/log", headers=HTML).text
        assert "清除本人数据" in log


def test_the_figures_say_what_was_asked_and_not_by_whom(reader: Visitor, address: str) -> None:
    begin(reader, "关于年休假的罚款怎么算？")
    with visiting(address) as boss:
        boss.sign_in(ADMINISTRATOR)
        page = boss.client.get("/admin?days=7", headers=HTML).text
    assert "关于年休假的罚款怎么算？" in page
    assert "张三" not in page
    assert page.count("<svg") >= 3


@pytest.mark.parametrize(
    "path", ["/admin", "/admin/feedback", "/admin/documents", "/admin/accounts", "/admin/log"]
)
def test_a_reader_sees_no_page_of_the_administrators(reader: Visitor, path: str) -> None:
    response = reader.client.get(path, headers=HTML)
    assert response.status_code == 403
    assert "只对管理员开放" in response.text
    assert 'href="/admin"' not in reader.client.get("/me", headers=HTML).text
