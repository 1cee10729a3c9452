"""Make the true and corrupted claims on which the verifier of claims is measured.

``evals/claims.jsonl`` is about the corpus, ``evals/claims-heldout.jsonl`` about laws of other
fields (``evals/laws``). Lines written by hand (``"origin": "hand"``) or by a model and labelled
by hand (``"model"``) stay as they are; the lines of this program are made anew from them and from
the texts, the same on every run. Read what it makes before it is kept: a change that happens to be
true is no corruption (``NOT_CORRUPTED`` lists those that were found).

    .venv/bin/python scripts/make_claims.py
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.corpus.labels import article_label, document_label
from assistant.corpus.load import load_corpus
from assistant.corpus.numerals import parse_numeral
from assistant.domain import Article, Document, DocumentKind, ParsedDocument

REPOSITORY = Path(__file__).parents[1]
EVALS = REPOSITORY / "evals"
SEED = 20210601
SHORTEST, LONGEST = 14, 90
"""Characters of a sentence that claims are made of."""

# Changes that leave a sentence true in its article.
NOT_CORRUPTED = frozenset({"贯彻落实中央《意见》，党委（党组）要作为践行“2个维护”的具体行动。"})

_PERIODS = ("每年", "每半年", "每季度", "每月", "每周")
_INVENTIONS = (
    "，并处一万元以下罚款", "，逾期不报的予以免职", "，并报国务院备案", "，由审计机关负责监督",
    "，结果在媒体上公布", "，未完成的取消年度评优资格", "，具体办法由财政部门制定",
    "，时间不得少于两小时", "，并邀请群众代表参加", "，费用从单位经费中列支",
)  # fmt: skip
_MODAL_CHANGES = (
    ("应当", "可以"), ("应当", "不得"), ("必须", "可以"), ("可以", "应当"), ("可以", "必须"),
    ("不得", "可以"), ("不能", "可以"), ("禁止", "可以"), ("应当", "无需"), ("决不允许", "允许"),
)  # fmt: skip
_NUMERAL = re.compile(
    r"(?<![第\d〇零一二三四五六七八九十百两])(\d+|[两二三四五六七八九十]+)(?=次|个(?!别)|项|%|名|年|日|条(?!例))"
)
_SWAPS = (
    ("上级", "下级"), ("下级", "上级"), ("同级", "上级"), ("正职", "副职"), ("书面", "口头"),
    ("及时", "定期"), ("定期", "不定期"), ("公开", "保密"), ("严重", "轻微"), ("直接", "间接"),
    ("全程", "部分"), ("主动", "被动"), ("末位", "首位"), ("前", "后"),
)  # fmt: skip

Line = dict[str, object]


@dataclass(frozen=True)
class Plan:
    """A file of claims and what it is made of."""

    file: Path
    folder: Path
    """Of the texts."""
    bodies: Mapping[str, Sequence[str]]
    """Who may be put for whom, by document; an empty name is for all others."""
    a_kind: int
    """Corrupted claims of each kind, about."""
    true_by_program: int
    seen: frozenset[str] | None = None
    """Documents whose claims were tuned on; None when that goes by article."""


PLANS = (
    Plan(
        EVALS / "claims.jsonl",
        REPOSITORY / "corpus",
        {"": ("纪检监察机关", "组织部门", "党委（党组）", "市纪委监委", "市委组织部", "中央纪委",
              "中央组织部", "上级纪委", "同级党委", "审计机关", "财政部门", "人民法院",
              "巡视巡察组", "纪委书记")},
        24,
        60,
    ),
    Plan(
        EVALS / "claims-heldout.jsonl",
        EVALS / "laws",
        {
            "fire-law": ("消防救援机构", "建设单位", "施工单位", "村民委员会", "物业服务企业",
                         "乡镇人民政府", "公安派出所", "专职消防队", "志愿消防队"),
            "procurement-law": ("采购人", "供应商", "采购代理机构", "集中采购机构", "评标委员会",
                                "质量检测机构", "审计机关", "政府采购监督管理部门"),
            "archives-law": ("档案馆", "国家档案主管部门", "海关", "图书馆", "移交单位", "受托方",
                             "乡镇人民政府", "档案服务企业", "档案专业人员", "国务院"),
            "tourism-law": ("旅行社", "旅游者", "旅游经营者", "导游", "景区", "地接社", "组团社",
                            "旅游主管部门", "住宿经营者", "消费者协会", "监督检查人员"),
            "mental-health-law": ("医疗机构", "监护人", "鉴定人", "医务人员", "用人单位", "患者",
                                  "卫生行政部门", "村民委员会", "医学院校", "社区康复机构"),
            "food-safety-law": ("食品生产经营者", "食品检验机构", "卫生行政部门", "认证机构",
                                "食品安全监督管理部门", "餐饮服务提供者", "销售者", "进口商"),
            "forest-law": (
                "林业主管部门",
                "乡镇人民政府",
                "公安机关",
                "承包方",
                "木材经营加工企业",
                "国务院",
                "学校",
                "违法者",
            ),
            "postal-law": (
                "邮政企业",
                "快递企业",
                "邮政管理部门",
                "用户",
                "收件人",
                "寄件人",
                "汇款人",
                "收款人",
                "海关",
                "建设单位",
            ),
            "highway-law": ("交通主管部门", "公路管理机构", "施工单位", "公路收费单位", "公安机关",
                            "工程监理单位", "国务院", "公路监督检查人员", "设置者"),
        },
        64,
        200,
        frozenset({"fire-law", "procurement-law", "archives-law", "tourism-law",
                   "mental-health-law", "food-safety-law", "forest-law", "postal-law"}),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A true claim that others are made of."""

    document: Document
    article: Article
    quote: str
    sentence: str


def main() -> None:
    """Write the files anew."""
    for plan in PLANS:
        _make(plan)


def _make(plan: Plan) -> None:
    documents = {p.document.id: p for p in load_corpus(plan.folder).searched}
    kept = [line for line in _read(plan.file) if line["origin"] != "program"]
    chance = random.Random(SEED)  # noqa: S311 - no secret
    sources = [*_by_hand(kept, documents), *_from_corpus(documents, chance)]
    made = [*_true(plan, sources), *_corrupted(plan, sources, documents, chance)]
    lines = [*kept, *(line for line in made if line["sentence"] not in NOT_CORRUPTED)]
    plan.file.write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
    )


def _read(file: Path) -> list[Line]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _by_hand(lines: Sequence[Line], documents: Mapping[str, ParsedDocument]) -> Iterator[Source]:
    for line in lines:
        if line["label"] == "true":
            yield _source(line, documents)


def _source(line: Line, documents: Mapping[str, ParsedDocument]) -> Source:
    parsed = documents[str(line["article"]).partition("#")[0]]
    article = next(a for a in parsed.articles if a.id == line["article"])
    return Source(parsed.document, article, str(line["quote"]), str(line["sentence"]))


def _from_corpus(
    documents: Mapping[str, ParsedDocument], chance: random.Random
) -> Iterator[Source]:
    """Yield sentences of normative documents as their own quotation and claim."""
    found = [
        Source(parsed.document, article, sentence.text.strip(), sentence.text.strip())
        for parsed in documents.values()
        if parsed.document.kind is DocumentKind.NORMATIVE
        for article in parsed.numbered
        for sentence in article.sentences[1:]
        if SHORTEST <= len(sentence.text.strip()) <= LONGEST
    ]
    chance.shuffle(found)
    yield from found


def _line(plan: Plan, source: Source, *, label: str, kind: str, number: int, sentence: str) -> Line:
    by_article = "test" if (source.article.number or 0) % 2 else "dev"
    by_document = "dev" if source.document.id in (plan.seen or ()) else "test"
    return {
        "id": f"{label[0]}-{kind}-{number:03}",
        "split": by_article if plan.seen is None else by_document,
        "label": label,
        "kind": kind,
        "origin": "program",
        "article": source.article.id,
        "quote": source.quote,
        "sentence": sentence,
    }


def _true(plan: Plan, sources: Sequence[Source]) -> Iterator[Line]:
    """Yield sentences that say the same in another form."""
    forms: tuple[Callable[[Source], str], ...] = (
        lambda s: s.sentence,
        lambda s: f"根据{article_label(s.document, s.article)}，{s.sentence}",
        lambda s: f"{document_label(s.document)}规定，{s.sentence}",
        lambda s: s.sentence.replace("应当", "要"),
        lambda s: s.sentence.replace("“", "‘").replace("”", "’"),
        lambda s: s.sentence.replace("的，", "的,").replace("每年至少", "每年最少"),
    )
    chosen = [s for s in sources if s.quote == s.sentence][: plan.true_by_program]
    for number, source in enumerate(chosen):
        form = forms[number % len(forms)]
        yield _line(plan, source, label="true", kind="form", number=number, sentence=form(source))


def _corrupted(
    plan: Plan,
    sources: Sequence[Source],
    documents: Mapping[str, ParsedDocument],
    chance: random.Random,
) -> Iterator[Line]:
    others = [s for s in sources if s.quote == s.sentence]
    changes: Mapping[str, Callable[[Source], str | None]] = {
        "number": lambda s: _change_number(s, chance),
        "frequency": lambda s: _change_period(s, chance),
        "subject": lambda s: _change_body(s, plan.bodies, chance),
        "modality": lambda s: _change_modality(s, chance),
        "negation": lambda s: _deny(s),
        "article": lambda s: _change_article(s, chance),
        "invented": lambda s: s.sentence.rstrip("。；") + chance.choice(_INVENTIONS) + "。",
        "merged": lambda s: _merge(s, others, documents, chance),
        "swap": lambda s: _swap(s, chance),
    }
    for kind, change in changes.items():
        number = 0
        for source in chance.sample(list(sources), len(sources)):
            sentence = change(source)
            if sentence is None or sentence == source.sentence or number >= plan.a_kind:
                continue
            number += 1
            yield _line(
                plan, source, label="corrupted", kind=kind, number=number, sentence=sentence
            )


def _change_number(source: Source, chance: random.Random) -> str | None:
    found = list(_NUMERAL.finditer(source.sentence))
    if not found:
        return None
    match = chance.choice(found)
    value = str(parse_numeral(match[0]) or match[0])
    others = [n for n in ("2", "3", "5", "15", "30", "46", "60") if n != value]
    start, end = match.span()
    return source.sentence[:start] + chance.choice(others) + source.sentence[end:]


def _change_period(source: Source, chance: random.Random) -> str | None:
    for period in (*_PERIODS, "定期", "经常", "年度"):
        if period in source.sentence:
            others = [p for p in _PERIODS if p != period and (p, period) != ("每年", "年度")]
            return source.sentence.replace(period, chance.choice(others), 1)
    return None


def _change_body(
    source: Source, bodies: Mapping[str, Sequence[str]], chance: random.Random
) -> str | None:
    known = bodies.get(source.document.id) or bodies.get("", ())
    here = [body for body in known if body in source.sentence]
    others = [body for body in known if body not in source.article.text]
    if not here or not others:
        return None
    return source.sentence.replace(chance.choice(here), chance.choice(others), 1)


def _change_modality(source: Source, chance: random.Random) -> str | None:
    fitting = [pair for pair in _MODAL_CHANGES if pair[0] in source.sentence]
    if not fitting:
        return None
    said, instead = chance.choice(fitting)
    return source.sentence.replace(said, instead, 1)


def _deny(source: Source) -> str | None:
    for said, instead in (("应当", "应当不"), ("不得", "得"), ("不能", "能"), ("要", "不要")):
        at = source.sentence.find(said)
        if at > 0 and source.sentence[at - 1] not in "重主需必纪摘概首次只紧想":
            return source.sentence.replace(said, instead, 1)
    return None


def _change_article(source: Source, chance: random.Random) -> str | None:
    if source.article.number is None or "条" in source.sentence:
        return None
    wrong = source.article.number + chance.choice((1, 2, 3, 5, -1))
    if wrong < 1:
        return None
    name = document_label(source.document)
    return f"根据{name}第{wrong}条，{source.sentence}"


def _merge(
    source: Source,
    others: Sequence[Source],
    documents: Mapping[str, ParsedDocument],
    chance: random.Random,
) -> str | None:
    """Return a sentence that another document is said to have, or joined with another article's."""
    if chance.random() < 0.5:
        normative = [
            p.document
            for p in documents.values()
            if p.document.kind is DocumentKind.NORMATIVE and p.document.id != source.document.id
        ]
        name = document_label(chance.choice(normative))
        return None if name in source.sentence else f"{name}规定，{source.sentence}"
    other = chance.choice([o for o in others if o.article.id != source.article.id])
    added = other.sentence.rstrip("。；").split("；")[0].split("，")[-1]
    if len(added) < 8 or added in source.article.text:
        return None
    return f"{source.sentence.rstrip('。；')}，{added}。"


def _swap(source: Source, chance: random.Random) -> str | None:
    fitting = [pair for pair in _SWAPS if pair[0] in source.sentence and pair[0] != "前"]
    if not fitting:
        return None
    said, instead = chance.choice(fitting)
    return source.sentence.replace(said, instead, 1)


if __name__ == "__main__":
    main()
