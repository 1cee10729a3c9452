"""Documents by an administrator: the real index, rebuilt behind the back of whoever asks."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.fakes import OPINIONS, FakeAssistant

from assistant.corpus.draft import front_matter
from assistant.corpus.load import load_corpus
from assistant.errors import EmbedderError
from assistant.interfaces.opening import Answerer, Opening
from assistant.interfaces.publishing import Publisher
from assistant.pipeline import Assistant
from assistant.settings import Settings
from assistant.users.documents import DocumentDesk

from .people import Visitor, visiting
from .serving import serving

TRAVEL = """某市机关差旅费管理办法

第一条 为规范差旅费管理，制定本办法。

第二条 出差应当事先履行审批手续，严格控制出差人数和天数。

第三条 差旅费应当在出差结束后十五个工作日内报销。
"""
QUESTION = "差旅费应当在出差结束后多少个工作日内报销？"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def settings(indexed_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The shipped corpus and its index, in a folder that may be changed."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(indexed_settings.corpus, folder / "corpus")
    shutil.copytree(indexed_settings.index, folder / "index")
    return Settings(corpus=folder / "corpus", index=folder / "index", data=folder / "data")


@pytest.fixture(scope="module")
def boss(settings: Settings) -> Iterator[Visitor]:
    """Whoever sits at the machine, which makes an administrator."""
    with (
        serving(lambda: Assistant.open(settings), settings=settings) as address,
        visiting(address) as visitor,
    ):
        yield visitor


def upload(visitor: Visitor, name: str, raw: bytes) -> str:
    """Bring in a file and return the address of its preview."""
    token = visitor.form_token("/admin/documents")
    response = visitor.client.post(
        "/admin/documents/upload", data={"form_token": token}, files={"file": (name, raw)}
    )
    assert response.status_code == 303, response.text
    return response.headers["location"]


def wait_for_change(visitor: Visitor) -> str:
    """Return what there is to say once a change has taken effect."""
    while True:
        state = visitor.client.get("/admin/documents/progress").json()
        if not state["running"]:
            return str(state["words"])


def ask(visitor: Visitor, question: str = QUESTION) -> dict[str, object]:
    answer: dict[str, object] = visitor.client.post("/api/ask", json={"question": question}).json()
    return answer


def test_a_document_is_uploaded_published_replaced_and_withdrawn(
    boss: Visitor, settings: Settings
) -> None:
    assert ask(boss)["status"] == "refused"
    preview = upload(boss, "差旅费.txt", TRAVEL.encode())
    page = boss.client.get(preview, headers=HTML).text
    assert "共 3 条" in page
    assert "第三条 差旅费应当在出差结束后十五个工作日内报销。" in page
    assert ask(boss)["status"] == "refused"

    boss.form(f"{preview}/publish", {"replaces": ""}, shown_on=preview)
    assert "已生效" in wait_for_change(boss)
    answer = ask(boss)
    assert answer["status"] == "answered"
    assert "十五个工作日" in str(answer["answer"])
    old = preview.rsplit("/", 1)[1]
    assert {citation["doc_id"] for citation in answer["citations"]} == {old}  # type: ignore[attr-defined]

    edition = TRAVEL.replace("十五个工作日", "十个工作日")
    preview = upload(boss, "差旅费2027.txt", edition.encode())
    new = preview.rsplit("/", 1)[1]
    boss.form(f"{preview}/publish", {"replaces": old}, shown_on=preview)
    assert "换用新版" in wait_for_change(boss)
    answer = ask(boss)
    assert "十个工作日" in str(answer["answer"])
    assert {citation["doc_id"] for citation in answer["citations"]} == {new}  # type: ignore[attr-defined]

    for id in (old, new):
        boss.form(f"/admin/documents/{id}/withdraw", {}, shown_on="/admin/documents")
        assert "撤下" in wait_for_change(boss)
    assert ask(boss)["status"] == "refused"
    assert load_corpus(settings.corpus).find(new) is None
    log = boss.client.get("/admin/log", headers=HTML).text
    for action in ("上传材料", "发布材料", "换用新版", "撤下材料"):
        assert f"<td>{action}</td>" in log


def test_a_file_that_cannot_be_used_is_refused_with_a_reason(boss: Visitor) -> None:
    token = boss.form_token("/admin/documents")
    for name, raw, reason in (
        ("图.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "不是可识别的文本文件"),
        ("空.txt", b"", "没有文字"),
        ("旧.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 99, "旧式 Word"),
    ):
        response = boss.client.post(
            "/admin/documents/upload",
            data={"form_token": token},
            files={"file": (name, raw)},
            headers=HTML,
        )
        assert response.status_code == 400
        assert reason in response.text


def test_a_file_that_is_too_large_never_comes_in(boss: Visitor) -> None:
    response = boss.client.post(
        "/admin/documents/upload", files={"file": ("大.txt", b"1" * 21_000_000)}
    )
    assert response.status_code == 413
    small = boss.client.post("/api/ask", content=b"1" * 1_500_000)
    assert small.status_code == 413


def test_an_upload_without_the_forms_token_is_refused(boss: Visitor) -> None:
    response = boss.client.post(
        "/admin/documents/upload", files={"file": ("差旅费.txt", TRAVEL.encode())}
    )
    assert response.status_code == 403


def test_a_path_in_a_files_name_leads_nowhere(boss: Visitor, settings: Settings) -> None:
    preview = upload(boss, "../../../../etc/办法.txt", TRAVEL.encode())
    assert re.fullmatch(r"/admin/documents/drafts/[a-z0-9-]+", preview)
    assert "来自 办法.txt" in boss.client.get(preview, headers=HTML).text
    boss.form(f"{preview}/discard", {}, shown_on=preview)
    assert boss.client.get(preview).status_code in (400, 404, 503)
    assert not list((settings.corpus / "drafts").glob("*.md"))


# --- in the background -----------------------------------------------------------------------


class Building:
    """Rebuilds when a test says so, and with the result that it says."""

    def __init__(self, result: Callable[[], Answerer]) -> None:
        self.started = threading.Event()
        self.released = threading.Event()
        self._result = result

    def __call__(self, progress: Callable[[int, int], None]) -> Answerer:
        """Report half of the work, then wait."""
        progress(5, 10)
        self.started.set()
        self.released.wait(timeout=60)
        return self._result()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    document = OPINIONS.document
    (tmp_path / "opinions-2021.md").write_text(
        front_matter(document) + document.text, encoding="utf-8"
    )
    return tmp_path


async def opened(assistant: Answerer) -> Opening:
    opening = Opening(lambda: assistant)
    opening.begin()
    await opening.assistant()
    return opening


def test_until_the_index_is_ready_the_old_one_answers(folder: Path) -> None:
    import asyncio

    old, new = FakeAssistant(), FakeAssistant()
    building = Building(lambda: new)
    desk = DocumentDesk(folder)
    (id,) = desk.upload("差旅费.txt", TRAVEL.encode(), by="王")

    async def follow() -> None:
        opening = await opened(old)
        publisher = Publisher(opening, building)
        publisher.begin("发布", lambda: desk.publish(id), failed=lambda fault: None)
        await asyncio.to_thread(building.started.wait, 60)
        assert publisher.busy
        assert publisher.job is not None
        assert publisher.job.words == "发布：正在建立索引，5 / 10 句。"
        assert await opening.assistant() is old
        building.released.set()
        await asyncio.to_thread(publisher.wait, 60)
        assert await opening.assistant() is new
        assert publisher.job.state == "done"

    asyncio.run(follow())


def test_if_the_index_fails_everything_is_as_before_and_said(folder: Path) -> None:
    import asyncio

    def fail() -> Answerer:
        raise EmbedderError("向量模型无法载入。")

    old = FakeAssistant()
    building = Building(fail)
    building.released.set()
    desk = DocumentDesk(folder)
    (id,) = desk.upload("差旅费.txt", TRAVEL.encode(), by="王")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    said: list[str] = []

    async def follow() -> None:
        opening = await opened(old)
        publisher = Publisher(opening, building)
        publisher.begin("发布", lambda: desk.publish(id), failed=said.append)
        await asyncio.to_thread(publisher.wait, 60)
        assert await opening.assistant() is old
        assert publisher.job is not None
        assert publisher.job.words == "发布：没有成功，材料已恢复原样。向量模型无法载入。"

    asyncio.run(follow())
    assert said == ["向量模型无法载入。"]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_two_changes_at_once_wait_for_each_other(folder: Path) -> None:
    import asyncio

    from assistant.errors import AssistantError

    building = Building(FakeAssistant)
    desk = DocumentDesk(folder)
    (id,) = desk.upload("差旅费.txt", TRAVEL.encode(), by="王")

    async def follow() -> None:
        publisher = Publisher(await opened(FakeAssistant()), building)
        publisher.begin("发布", lambda: desk.publish(id), failed=lambda fault: None)
        with pytest.raises(AssistantError, match="另一项变更正在生效"):
            publisher.begin("撤下", lambda: desk.withdraw(id), failed=lambda fault: None)
        building.released.set()
        await asyncio.to_thread(publisher.wait, 60)

    asyncio.run(follow())
    assert desk.corpus().find(id) is not None
