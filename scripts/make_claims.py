"""Make ``evals/claims.jsonl``: true and corrupted claims for measuring the verifier of claims.

Lines written by hand (``"origin": "hand"``) or by a model and labelled by hand (``"model"``) stay
as they are; the lines of this program are made anew from them and from the corpus, the same on
every run. Read what it makes before it is kept: a change that happens to be true is no corruption
(``NOT_CORRUPTED`` lists those that were found).

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
from assistant.domain import Article, Document, DocumentKind, ParsedDocument

REPOSITORY = Path(__file__).parents[1]
FILE = REPOSITORY / "evals" / "claims.jsonl"
SEED = 20210601
A_KIND = 24
"""Corrupted claims of each kind, about."""
TRUE_BY_PROGRAM = 60
SHORTEST, LONGEST = 14, 90
"""Characters of a sentence that claims are made of."""

# Changes that leave a sentence true in its article.
NOT_CORRUPTED = frozenset({"贯彻落实中央《意见》，党委（党组）要作为践行“2个维护”的具体行动。"})

_PERIODS = ("每年", "每半年", "每季度", "每月", "每周")
_BODIES = (
    "纪检监察机关", "组织部门", "党委（党组）", "市纪委监委", "市委组织部", "中央纪委",
    "中央组织部", "上级纪委", "同级党委", "审计机关", "财政部门", "人民法院", "巡视巡察组",
    "纪委书记",
)  # fmt: skip
_INVENTIONS = (
    "，并处一万元以下罚款", "，逾期不报的予以免职", "，并报国务院备案", "，由审计机关负责监督",
    "，结果在媒体上公布", "，未完成的取消年度评优资格", "，具体办法由财政部门制定",
    "，时间不得少于两小时", "，并邀请群众代表参加", "，费用从单位经费中列支",
)  # fmt: skip
_MODAL_CHANGES = (
    ("应当", "可以"), ("应当", "不得"), ("必须", "可以"), ("可以", "应当"), ("可以", "必须"),
    ("不得", "可以"), ("不能", "可以"), ("禁止", "可以"), ("应当", "无需"), ("决不允许", "允许"),
)  # fmt: skip
_NUMERAL = re.compile(r"(?<!第)(\d+|[两二三四五六七八九十]+)(?=次|个(?!别)|项|%|名|年|日|条(?!例))")
_SWAPS = (
    ("上级", "下级"), ("下级", "上级"), ("同级", "上级"), ("正职", "副职"), ("书面", "口头"),
    ("及时", "定期"), ("定期", "不定期"), ("公开", "保密"), ("严重", "轻微"), ("直接", "间接"),
    ("全程", "部分"), ("主动", "被动"), ("末位", "首位"), ("前", "后"),
)  # fmt: skip

Line = dict[str, object]


@dataclass(frozen=True)
class Source:
    """A true claim that others are made of."""

    document: Document
    article: Article
    quote: str
    sentence: str


def main() -> None:
    """Write the file anew."""
    corpus = load_corpus(REPOSITORY / "corpus")
    documents = {p.document.id: p for p in corpus.searched}
    kept = [line for line in _read() if line["origin"] != "program"]
    chance = random.Random(SEED)  # noqa: S311 - no secret
    sources = [*_by_hand(kept, documents), *_from_corpus(documents, chance)]
    made = [*_true(sources, chance), *_corrupted(sources, documents, chance)]
    lines = [*kept, *(line for line in made if line["sentence"] not in NOT_CORRUPTED)]
    FILE.write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
    )


def _read() -> list[Line]:
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


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


def _line(source: Source, *, label: str, kind: str, number: int, sentence: str) -> Line:
    return {
        "id": f"{label[0]}-{kind}-{number:03}",
        "split": "test" if (source.article.number or 0) % 2 else "dev",
        "label": label,
        "kind": kind,
        "origin": "program",
        "article": source.article.id,
        "quote": source.quote,
        "sentence": sentence,
    }


def _true(sources: Sequence[Source], chance: random.Random) -> Iterator[Line]:
    """Yield sentences that say the same in another form."""
    forms: tuple[Callable[[Source], str], ...] = (
        lambda s: s.sentence,
        lambda s: f"根据{article_label(s.document, s.article)}，{s.sentence}",
        lambda s: f"{document_label(s.document)}规定，{s.sentence}",
        lambda s: s.sentence.replace("应当", "要"),
        lambda s: s.sentence.replace("“", "‘").replace("”", "’"),
        lambda s: s.sentence.replace("的，", "的,").replace("每年至少", "每年最少"),
    )
    chosen = [s for s in sources if s.quote == s.sentence][:TRUE_BY_PROGRAM]
    for number, source in enumerate(chosen):
        form = forms[number % len(forms)]
        yield _line(source, label="true", kind="form", number=number, sentence=form(source))


def _corrupted(
    sources: Sequence[Source], documents: Mapping[str, ParsedDocument], chance: random.Random
) -> Iterator[Line]:
    others = [s for s in sources if s.quote == s.sentence]
    changes: Mapping[str, Callable[[Source], str | None]] = {
        "number": lambda s: _change_number(s, chance),
        "frequency": lambda s: _change_period(s, chance),
        "subject": lambda s: _change_body(s, chance),
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
            if sentence is None or sentence == source.sentence or number >= A_KIND:
                continue
            number += 1
            yield _line(source, label="corrupted", kind=kind, number=number, sentence=sentence)


def _change_number(source: Source, chance: random.Random) -> str | None:
    found = list(_NUMERAL.finditer(source.sentence))
    if not found:
        return None
    match = chance.choice(found)
    others = [n for n in ("2", "3", "5", "15", "30", "46", "60") if n != match[0]]
    start, end = match.span()
    return source.sentence[:start] + chance.choice(others) + source.sentence[end:]


def _change_period(source: Source, chance: random.Random) -> str | None:
    for period in (*_PERIODS, "定期", "经常", "年度"):
        if period in source.sentence:
            others = [p for p in _PERIODS if p != period and (p, period) != ("每年", "年度")]
            return source.sentence.replace(period, chance.choice(others), 1)
    return None


def _change_body(source: Source, chance: random.Random) -> str | None:
    here = [body for body in _BODIES if body in source.sentence]
    if not here:
        return None
    others = [b for b in _BODIES if b not in source.article.text]
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
