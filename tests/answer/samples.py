"""A law with what the shipped corpus lacks: 第…条之一, several 款, 项, chapters; and citations."""

from __future__ import annotations

from pathlib import Path

from assistant.domain import Answer, Article, Citation, Hit, ParsedDocument, Sentence

OPINIONS = "opinions-2021"
XINHUA = "opinions-2021-xinhua"
MEASURES = "beijing-measures-2021"
ESSAY = "zou-essay-2021"
INTERVIEW = "beijing-qa-2021"

LAW = """\
---
id: criminal-law
title: 中华人民共和国刑法
short_title: 刑法
issuer: 全国人民代表大会
kind: normative
issued: '1997-03-14'
---
# 中华人民共和国刑法

## 第一章 危害公共安全罪

第一百三十三条 违反交通运输管理法规，因而发生重大事故，致人重伤、死亡或者使公私财产遭受重大损失的，处三年以下有期徒刑或者拘役；交通运输肇事后逃逸或者有其他特别恶劣情节的，处三年以上七年以下有期徒刑；因逃逸致人死亡的，处七年以上有期徒刑。

第一百三十三条之一 在道路上驾驶机动车，有下列情形之一的，处拘役，并处罚金：

（一）追逐竞驶，情节恶劣的；

（二）醉酒驾驶机动车的；

（三）从事校车业务或者旅客运输，严重超过额定乘员载客，或者严重超过规定时速行驶的；

（四）违反危险化学品安全管理规定运输危险化学品，危及公共安全的。

机动车所有人、管理人对前款第三项、第四项行为负有直接责任的，依照前款的规定处罚。

有前两款行为，同时构成其他犯罪的，依照处罚较重的规定定罪处罚。

第一百三十四条 在生产、作业中违反有关安全管理的规定，因而发生重大伤亡事故或者造成其他严重后果的，处三年以下有期徒刑或者拘役；情节特别恶劣的，处三年以上七年以下有期徒刑。

## 第二章 侵犯财产罪

第二百六十三条 以暴力、胁迫或者其他方法抢劫公私财物的，处三年以上十年以下有期徒刑，并处罚金。

第二百六十四条 盗窃公私财物，数额较大的，处三年以下有期徒刑、拘役或者管制，并处或者单处罚金。
"""  # noqa: E501 - one line a paragraph, as printed


def write_law(folder: Path) -> Path:
    """Write a corpus folder with the law in it."""
    folder.mkdir(parents=True)
    (folder / "criminal-law.md").write_text(LAW, encoding="utf-8")
    return folder


def article(parsed: ParsedDocument, number: int, suffix: int = 0) -> Article:
    """Return the article with this number."""
    return next(a for a in parsed.numbered if (a.number, a.suffix) == (number, suffix))


def sentence_with(unit: Article, words: str) -> Sentence:
    """Return the one sentence that has these words."""
    [found] = [s for s in unit.sentences if words in s.text]
    return found


def cite(parsed: ParsedDocument, unit: Article, start: int, end: int) -> Citation:
    """Return a citation of a span as it stands."""
    return Citation(
        marker=1,
        document_id=parsed.document.id,
        article_id=unit.id,
        number=unit.number,
        label=f"《{parsed.document.short_title}》{unit.marker}",
        quote=parsed.document.text[start:end],
        start=start,
        end=end,
    )


def hit(unit: Article, scores: dict[str, float], *, score: float = 5.0, rank: int = 1) -> Hit:
    """Return a hit whose sentences with the given words score so, the others nothing."""
    scored = tuple(
        (s, next((value for words, value in scores.items() if words in s.text), 0.0))
        for s in unit.sentences
    )
    return Hit(unit, score, rank, scored)


def cited(answer: Answer) -> list[str]:
    """Return the ids of the articles cited, each once, in order."""
    return list(dict.fromkeys(citation.article_id for citation in answer.citations))


def quoted(answer: Answer) -> str:
    """Return everything that is quoted."""
    return "\n".join(citation.quote for citation in answer.citations)
