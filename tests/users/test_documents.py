"""Documents in an administrator's hands: nothing reaches the corpus but by publishing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fakes import OPINIONS

from assistant.corpus.draft import front_matter
from assistant.corpus.load import load_corpus
from assistant.errors import CorpusError
from assistant.users.documents import DocumentDesk

TRAVEL = """某市机关差旅费管理办法

第一条 为规范差旅费管理，制定本办法。

第二条 出差应当事先履行审批手续，严格控制出差人数和天数。

第三条 差旅费应当在出差结束后十五个工作日内报销。
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    document = OPINIONS.document
    (folder / "opinions-2021.md").write_text(
        front_matter(document) + document.text, encoding="utf-8"
    )
    return folder


@pytest.fixture
def desk(folder: Path) -> DocumentDesk:
    return DocumentDesk(folder)


def upload(desk: DocumentDesk, text: str = TRAVEL, name: str = "差旅费.txt") -> str:
    (id,) = desk.upload(name, text.encode(), by="管理员王")
    return id


def published(folder: Path) -> list[str]:
    return [parsed.document.id for parsed in load_corpus(folder).documents]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_an_upload_is_a_draft_and_changes_nothing(desk: DocumentDesk, folder: Path) -> None:
    id = upload(desk)
    draft = desk.draft(id)
    assert draft.parsed is not None
    assert [a.marker for a in draft.parsed.numbered] == ["第一条", "第二条", "第三条"]
    assert (draft.note.source_name, draft.note.uploaded_by) == ("差旅费.txt", "管理员王")
    assert published(folder) == ["opinions-2021"]


def test_a_gap_in_the_numbers_is_a_warning_before_publishing(desk: DocumentDesk) -> None:
    draft = desk.draft(upload(desk, TRAVEL.replace("第二条", "第五条").replace("第三条", "第六条")))
    assert draft.parsed is not None
    assert [problem.message for problem in draft.parsed.problems]


def test_a_published_draft_is_a_document_and_no_draft_any_more(
    desk: DocumentDesk, folder: Path
) -> None:
    id = upload(desk)
    desk.edit(
        id,
        {
            "title": "某市机关差旅费管理办法",
            "aliases": "差旅费办法、差旅办法",
            "issued": "2026-03-01",
        },
    )
    desk.publish(id)
    document = load_corpus(folder).find(id)
    assert document is not None
    assert document.document.aliases == ("差旅费办法", "差旅办法")
    assert document.document.issued_on == "2026-03-01"
    assert desk.drafts() == ()


def test_a_change_can_be_undone_to_the_byte(desk: DocumentDesk, folder: Path) -> None:
    id = upload(desk)
    before = snapshot(folder)
    desk.publish(id, replaces="opinions-2021").undo()
    assert snapshot(folder) == before
    desk.publish(id)
    before = snapshot(folder)
    desk.withdraw(id).undo()
    assert snapshot(folder) == before


def test_a_new_edition_takes_the_place_of_the_old_one(desk: DocumentDesk, folder: Path) -> None:
    old = upload(desk)
    desk.publish(old)
    new = upload(desk, TRAVEL.replace("十五个工作日", "十个工作日"))
    assert new != old
    desk.publish(new, replaces=old)
    corpus = load_corpus(folder)
    kept = corpus.find(old)
    assert kept is not None
    assert kept.document.edition_of == new
    assert old not in [parsed.document.id for parsed in corpus.searched]
    assert new in [parsed.document.id for parsed in corpus.searched]


def test_what_is_withdrawn_is_kept_beside_the_corpus(desk: DocumentDesk, folder: Path) -> None:
    id = upload(desk)
    desk.publish(id)
    text = (folder / f"{id}.md").read_text(encoding="utf-8")
    desk.withdraw(id)
    assert published(folder) == ["opinions-2021"]
    (kept,) = (folder / "withdrawn").iterdir()
    assert kept.read_text(encoding="utf-8") == text


def test_the_last_document_stays(desk: DocumentDesk, folder: Path) -> None:
    with pytest.raises(CorpusError, match="仅有的一份"):
        desk.withdraw("opinions-2021")
    assert published(folder) == ["opinions-2021"]


def test_a_draft_that_cannot_be_a_document_is_not_published(
    desk: DocumentDesk, folder: Path
) -> None:
    id = upload(desk)
    path = folder / "drafts" / f"{id}.md"
    path.write_text(path.read_text(encoding="utf-8").replace("kind: normative", "kind: 诗歌"))
    before = snapshot(folder)
    assert "kind" in desk.draft(id).fault
    with pytest.raises(CorpusError):
        desk.publish(id)
    assert snapshot(folder) == before


@pytest.mark.parametrize(
    "fields",
    [{"title": "  "}, {"issued": "去年"}, {"kind": "诗歌"}, {"authority": "最高"}, {"text": " \n"}],
    ids=lambda fields: next(iter(fields)),
)
def test_particulars_that_cannot_be_are_refused_and_nothing_is_written(
    desk: DocumentDesk, folder: Path, fields: dict[str, str]
) -> None:
    id = upload(desk)
    before = snapshot(folder)
    with pytest.raises(CorpusError):
        desk.edit(id, fields)
    assert snapshot(folder) == before


@pytest.mark.parametrize(
    "id", ["../opinions-2021", "..", "", "opinions-2021", "a/b", "drafts/../../x", "没有"]
)
def test_no_id_leads_out_of_the_drafts(desk: DocumentDesk, id: str) -> None:
    upload(desk)
    for work in (desk.draft, desk.discard, desk.publish):
        with pytest.raises(CorpusError, match="没有这份草稿"):
            work(id)


def test_a_compilation_becomes_several_drafts_with_ids_of_their_own(desk: DocumentDesk) -> None:
    other = TRAVEL.replace("差旅费", "会议费").replace("出差", "办会")
    ids = desk.upload("汇编.txt", f"{TRAVEL}\n{other}\n{TRAVEL}".encode(), by="王")
    assert len(set(ids)) == 3


def test_a_finished_document_keeps_its_particulars(desk: DocumentDesk) -> None:
    document = OPINIONS.document
    text = front_matter(document).replace("id: opinions-2021", "id: opinions-2026") + document.text
    draft = desk.draft(upload(desk, text, "意见.md"))
    assert draft.parsed is not None
    assert draft.id == "opinions-2026"
    assert draft.parsed.document.issuer == "中共中央"


def test_an_upload_without_text_is_refused_and_leaves_nothing(
    desk: DocumentDesk, folder: Path
) -> None:
    before = snapshot(folder)
    for raw in (b"", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"---\nid: x\n---\n"):
        with pytest.raises(CorpusError):
            desk.upload("x.md", raw, by="王")
    assert snapshot(folder) == before
