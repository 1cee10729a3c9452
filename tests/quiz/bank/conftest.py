"""The shipped bank, generated once, and a small regulation that has nothing to do with it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.corpus.load import Corpus
from assistant.corpus.parse import parse_document
from assistant.domain import Document, ParsedDocument
from assistant.quiz.bank import load_bank
from assistant.quiz.check import Checker
from assistant.quiz.check_item import ItemChecker
from assistant.quiz.draft import BasisMaker
from assistant.quiz.facts import Facts, extract_facts, read_sources
from assistant.quiz.generate import Generated, generate_bank
from assistant.quiz.generate_model import ProposalVerifier
from assistant.quiz.items import Item
from assistant.quiz.probe import Probe
from assistant.quiz.words import Words, load_words
from assistant.settings import Settings

REGULATION = """\
# 某市公园管理条例

第一条 为了加强公园管理，制定本条例。

第二条 市园林绿化主管部门负责全市公园的监督管理工作。

区园林绿化主管部门负责本行政区域内公园的监督管理工作。

第三条 设立公园，应当具备下列条件：

（一）有符合规划的用地；

（二）有必要的管理人员和设施；

（三）有稳定的经费来源；

（四）法律、法规规定的其他条件。

第四条 公园管理机构应当履行下列职责：

（一）制定公园管理制度；

（二）维护公园设施的安全；

（三）组织开展科普活动。

第五条 举办大型活动的，主办单位应当在活动举办前三十日向区园林绿化主管部门提出申请。

区园林绿化主管部门应当自受理申请之日起十日内作出决定。

第六条 公园管理机构应当每季度对游乐设施进行安全检查，发现隐患的，应当立即停止使用。

第七条 公安机关应当加强对公园周边治安秩序的管理，及时处理治安案件。

第八条 市场监督管理部门应当对公园内的商品和服务价格进行监督检查。

第九条 游客应当爱护公园设施，不得损毁花草树木。

第十条 擅自占用公园用地的，由区园林绿化主管部门责令限期改正，处五千元以上二万元以下的罚款。

第十一条 公园管理机构未按照规定进行安全检查的，由市园林绿化主管部门给予警告。
"""

ORIGIN = "某模型 0123456789ab"
"""What a model's questions of these tests say of themselves."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A bank and the seconds of processor time that it took."""

    bank: Generated
    seconds: float


@pytest.fixture(scope="session")
def words(shipped_settings: Settings) -> Words:
    """The word lists with what the shipped corpus refuses."""
    return load_words(shipped_settings.corpus)


@pytest.fixture(scope="session")
def facts(corpus: Corpus, words: Words) -> Facts:
    """What the shipped corpus offers."""
    return extract_facts(corpus.searched, words)


@pytest.fixture(scope="session")
def generated(corpus: Corpus, words: Words, shipped_settings: Settings) -> Timed:
    """The bank that the shipped corpus yields with the shipped seed."""
    began = time.process_time()
    bank = generate_bank(corpus.documents, words, seed=shipped_settings.quiz.seed)
    return Timed(bank, time.process_time() - began)


@pytest.fixture(scope="session")
def shipped(shipped_settings: Settings) -> tuple[Item, ...]:
    """The bank as it is shipped."""
    return load_bank(shipped_settings.corpus.parent / shipped_settings.quiz.bank)


@pytest.fixture(scope="session")
def checker(corpus: Corpus, words: Words) -> Checker:
    """The checker over the shipped corpus, without an index."""
    return make_checker(corpus.documents, words)


@pytest.fixture(scope="session")
def verifier(corpus: Corpus, facts: Facts, words: Words) -> ProposalVerifier:
    """What proves a model's proposals against the shipped corpus."""
    documents, probe = corpus.documents, Probe(corpus.documents, facts.sources)
    return ProposalVerifier(
        documents,
        maker=BasisMaker(documents),
        checker=ItemChecker(documents, probe, words),
        probe=probe,
        words=words,
        origin=ORIGIN,
    )


@pytest.fixture(scope="session")
def regulation() -> ParsedDocument:
    """A regulation of another matter."""
    return parse_document(
        Document(id="parks", title="某市公园管理条例", short_title="公园管理条例", text=REGULATION)
    )


@pytest.fixture(scope="session")
def park_items(regulation: ParsedDocument) -> tuple[Item, ...]:
    """The bank of that regulation."""
    return generate_bank([regulation], load_words(), seed=1).items


def make_checker(documents: tuple[ParsedDocument, ...], words: Words) -> Checker:
    searched = [p for p in documents if not p.document.edition_of]
    return Checker(documents, Probe(documents, read_sources(searched)), words)


def write_corpus(folder: Path) -> None:
    """Write the regulation as a corpus folder."""
    folder.mkdir(parents=True, exist_ok=True)
    header = "---\nid: parks\ntitle: 某市公园管理条例\nshort_title: 公园管理条例\n---\n"
    (folder / "parks.md").write_text(header + REGULATION, encoding="utf-8")
