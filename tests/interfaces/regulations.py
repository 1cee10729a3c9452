"""Documents of the tests of the page: a text, one that implements it, another printing of it."""

from __future__ import annotations

from dataclasses import replace

from tests.fakes import OPINIONS

from assistant.corpus.parse import parse_document
from assistant.domain import Document

MEASURES = parse_document(
    Document(
        id="beijing-measures-2021",
        title="北京市关于加强对“一把手”和领导班子监督的若干措施",
        short_title="若干措施",
        issuer="中共北京市委",
        issued_on="2021-07-01",
        source="中共北京市委通知",
        implements="opinions-2021",
        text="""\
# 北京市关于加强对“一把手”和领导班子监督的若干措施

## 一、坚持和加强党的全面领导

（一）全面落实党内监督制度。党委（党组）、纪检监察机关、党的工作机关应当紧紧围绕加强对“一把手”的监督，细化监督措施，健全制度机制。

（二）突出抓好对“一把手”和领导班子政治监督。落实“看北京首先要从政治上看”的要求，坚持以首善标准抓好对“一把手”和领导班子的政治监督。

## 二、加强对“一把手”的监督

（三）上级“一把手”必须抓好下级“一把手”。实行上级“一把手”对下级新任职“一把手”任职谈话全覆盖。上级“一把手”每季度同下级“一把手”开展监督谈话，对存在轻微违纪问题的应当及时予以诫勉。

（四）加强对“一把手”落实全面从严治党第一责任人职责情况的监督。对下级“一把手”履行责任不到位、问题比较突出的及时进行约谈。
""",
    )
)

NEWSPAPER = parse_document(
    replace(
        OPINIONS.document,
        id="opinions-2021-xinhua",
        short_title="意见（新华社版）",
        edition_of="opinions-2021",
        source="新华社通稿",
        text=OPINIONS.document.text.replace("纪检机关", "纪检监察机关"),
    )
)

ALL = (OPINIONS, NEWSPAPER, MEASURES)
