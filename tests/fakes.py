"""Stand-ins for what is slow or must fail on purpose; their texts are real."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from assistant.corpus.parse import parse_document
from assistant.domain import (
    Answer,
    Article,
    Citation,
    Document,
    Early,
    Hit,
    ParsedDocument,
    Related,
    Sentence,
    Turn,
)
from assistant.errors import QuestionError

OPINIONS = parse_document(
    Document(
        id="opinions-2021",
        title="中共中央关于加强对“一把手”和领导班子监督的意见",
        short_title="意见",
        issuer="中共中央",
        issued_on="2021-03-27",
        published_on="2021-06-01",
        source="新华社",
        text="""\
# 中共中央关于加强对“一把手”和领导班子监督的意见

加强对主要领导干部和领导班子的监督，是新时代坚持和加强党的全面领导，提高党的建设质量，推动全面从严治党向纵深发展的必然要求。

## 二、加强对“一把手”的监督

（一）把对“一把手”的监督作为重中之重，强化监督检查。“一把手”被赋予重要权力，担负着管党治党重要政治责任，必须以强有力的监督促使其做到位高不擅权、权重不谋私。党委（党组）、纪检机关、党的工作机关要突出对“一把手”的监督，将“一把手”作为开展日常监督、专项督查等的重点，让“一把手”时刻感受到用权受监督。

（二）“一把手”要以身作则，自觉接受监督。“一把手”必须旗帜鲜明讲政治，带头做到“两个维护”，带头落实党内监督各项制度，在履行管党治党责任、严格自律上当标杆、作表率，既要自觉接受监督，又要敢于担当作为。各级领导干部特别是高级干部要带头遵守政治纪律和政治规矩，主动向党组织请示报告工作，严格落实中央八项规定及其实施细则精神，廉洁治家，自觉反对特权思想、特权现象，始终保持共产党人清正廉洁的政治本色。

（三）加强党组织自上而下的监督，上级“一把手”必须抓好下级“一把手”。中央政治局委员要注重了解分管部门、地方、领域党组织党风廉政建设情况，督促有关地方和部门“一把手”履行全面从严治党责任、做到廉洁自律，发现问题及时教育提醒。中央纪委、中央组织部应当加强对省级党委、中央单位“一把手”的监督，督促省级党委加强对下级“一把手”的管理。上级“一把手”要将监督下级“一把手”情况作为每年述职的重点内容；对下级新任职“一把手”应当开展任职谈话；同下级“一把手”定期开展监督谈话，对存在苗头性、倾向性问题的进行批评教育，对存在轻微违纪问题的及时予以诫勉。

（四）严格执行全面从严治党责任制度，落实“一把手”第一责任人职责。党委（党组）要加强对全面从严治党责任制度执行情况的监督检查，对下级“一把手”落实责任不到位、问题比较突出的及时约谈。健全落实全面从严治党主体责任考核制度，考核结果作为对“一把手”选拔任用、实绩评价、激励约束的重要依据。对履行第一责任人职责不担当、不作为的，依规依纪追究责任。

（五）贯彻执行民主集中制，完善“三重一大”决策监督机制。党委（党组）、纪检机关、组织部门要加强对下级党委（党组）“一把手”贯彻执行民主集中制情况的监督检查，防止出现搞一言堂甚至家长制问题。
""",
    )
)


class FakeAssistant:
    """Answers from real articles by rules a test can read: refuses 罚款, asks back on （五）."""

    def __init__(self, documents: Sequence[ParsedDocument] = (OPINIONS,)) -> None:
        self.documents = tuple(documents)
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []

    prompts_hash = ""

    def ask(self, question: str, *, history: Sequence[Turn] = (), person: str = "") -> Answer:
        """Return a canned answer."""
        self.asked.append((question, tuple(history)))
        if not question.strip():
            raise QuestionError("问题是空的，请输入要问的内容。")
        if len(question) > 2000:
            raise QuestionError(f"问题有 {len(question)} 个字，超过 2000 字的上限，请缩短后再问。")
        if "罚款" in question:
            nearest = self._article(4)
            return Answer(
                "refused",
                "材料中没有关于罚款的规定，无法据此回答。",
                related=(self._related(nearest),),
            )
        if question.startswith("（五）"):
            options = (self._related(self._article(5)), self._related(self._article(1)))
            return Answer("clarify", "不止一份材料有这一条，请选择。", options=options)
        return self._quote(self._article(3), "任职谈话", self._article(4), "及时约谈")

    def ask_stream(
        self, question: str, *, history: Sequence[Turn] = (), person: str = ""
    ) -> Iterator[Early | Answer]:
        """Yield the canned answer."""
        yield self.ask(question, history=history, person=person)

    def search(self, question: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Return the articles that hold the question's last two characters, in reading order."""
        word = question.strip("？?")[-2:]
        found = [a for parsed in self.documents for a in parsed.articles if word in a.text]
        return tuple(Hit(article, 1.0, rank) for rank, article in enumerate(found[:limit], 1))

    def counterparts(self, article: Article) -> tuple[Article, ...]:
        """Return the articles of the same number in the other documents."""
        return tuple(
            other
            for parsed in self.documents
            for other in parsed.numbered
            if other.number == article.number and other.document_id != article.document_id
        )

    def _article(self, number: int) -> Article:
        return next(a for a in self.documents[0].articles if a.number == number)

    def _quote(self, first: Article, word: str, second: Article, other_word: str) -> Answer:
        citations = (
            self._citation(1, first, _sentence(first, word)),
            self._citation(2, second, _sentence(second, other_word)),
        )
        text = "\n".join(f"{c.label}规定：“{c.quote}”[{c.marker}]" for c in citations)
        return Answer("answered", text, citations=citations, elapsed_ms=12.3)

    def _citation(self, marker: int, article: Article, sentence: Sentence) -> Citation:
        return Citation(
            marker,
            article.document_id,
            article.id,
            article.number,
            f"《意见》{article.marker}",
            sentence.text,
            sentence.start,
            sentence.end,
        )

    def _related(self, article: Article) -> Related:
        label = f"《意见》{article.marker}"
        return Related(article.document_id, article.id, article.number, label, article.text)


def _sentence(article: Article, word: str) -> Sentence:
    return next(s for s in article.sentences if word in s.text)


class Gate:
    """Opens an assistant, or lets it answer, only once the test says so."""

    prompts_hash = ""

    def __init__(self, assistant: FakeAssistant) -> None:
        self.documents = assistant.documents
        self._assistant = assistant
        self._released = threading.Event()

    def release(self) -> None:
        """Let everything pass from now on."""
        self._released.set()

    def close(self) -> None:
        """Hold back what is asked from now on."""
        self._released.clear()

    def open(self) -> FakeAssistant:
        """Return the assistant, after the release."""
        self._released.wait(timeout=60)
        return self._assistant

    def ask(self, question: str, *, history: Sequence[Turn] = (), person: str = "") -> Answer:
        """Answer after the release; the first question, which warms up, passes at once."""
        if self._assistant.asked:
            self._released.wait(timeout=60)
        return self._assistant.ask(question, history=history)

    def ask_stream(
        self, question: str, *, history: Sequence[Turn] = (), person: str = ""
    ) -> Iterator[Early | Answer]:
        """Say that it is being written, then answer after the release."""
        yield Early("正在起草。", 0)
        yield self.ask(question, history=history)

    def search(self, question: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Search at once."""
        return self._assistant.search(question, limit=limit)

    def counterparts(self, article: Article) -> tuple[Article, ...]:
        """Return them at once."""
        return self._assistant.counterparts(article)
