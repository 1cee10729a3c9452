"""Questions for all articles that say something: counted in the text, not in the first hits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answer.compose import Documents, Statement, compose
from assistant.corpus.labels import document_label
from assistant.corpus.sentences import split_clauses
from assistant.domain import Answer, Article, ParsedDocument
from assistant.retrieve.reading import Reading
from assistant.text import fold

_LIST = re.compile(
    r"(?:哪些|哪几|几)(?:个)?(?:条|条文|条款|条目|处|地方)|都在哪(?:些|几)?条|(?:列|找|数|挑)(?:出|全)(?:来)?|列举|"
    r"(?:全部|都|所有)(?:的)?(?:条|条文|条款|条目|列|找)|有多少(?:条|处)"
)
_SAYS = re.compile(
    r"(?:提到|提及|涉及|写明|写了|写有|出现|规定了?|讲到|讲了|谈到|关于|要求|明确|含有|包含|有关|说到|点到|点名|用到|带有)"
)
_QUOTED = re.compile(r"[“\"‘「]([^”\"’」]{2,20})[”\"’」]")
_NOISE = re.compile(
    r"请问|请|把|将|文件|条文|条款|条目|条|里面|里|中|哪些|哪几|哪|几|"
    r"列出来|列出|列全|列|找出来|全部找|全部|找|出来|都|所有|凡是|的|地方|处|了|要|有|是|在|和|来|"
    r"一下|帮我|我|一共|总共|多少|吗|呢|出|全|明确|写明|写|提到|提及|涉及|出现|规定|讲|谈|关于|要求|到|做|事|人|"
    r"[《》（）()，。？?！!、：:；;\s]"
)
LONGEST_EXCERPT = 60


def answer_list(
    reading: Reading, listed: Sequence[ParsedDocument], documents: Documents
) -> Answer | None:
    """Return every article that holds the phrase asked for, or None when no list is asked."""
    if not _LIST.search(reading.text):
        return None
    named = reading.mentions.documents or reading.mentions.hinted
    known = {d.document.id for d in listed}
    searched = [
        d for d in listed
        if (d.document.id in named if named else d.numbered and d.document.edition_of not in known)
    ]  # fmt: skip
    phrase = _phrase(reading, searched)
    if not phrase:
        return None
    statements, counts = [], []
    for parsed in searched:
        found = [a for a in parsed.articles if fold(phrase) in fold(a.text)]
        statements += [Statement(a, (_excerpt(a, phrase),)) for a in found]
        if found:
            counts.append(f"{document_label(parsed.document)}有{len(found)}处条目")
    if not statements:
        return None
    return compose(statements, documents, opening=f"出现“{phrase}”的：{'，'.join(counts)}。")


def _phrase(reading: Reading, searched: Sequence[ParsedDocument]) -> str:
    """Return what is to be found: the words in quotation marks, else the longest in the texts."""
    texts = fold("\n".join(parsed.document.text for parsed in searched))
    for quoted in _QUOTED.findall(reading.text):
        if fold(quoted) in texts:
            return str(quoted)
    text = reading.text
    for start, end in sorted(reading.mentions.spans, reverse=True):
        text = text[:start] + " " + text[end:]
    said = _SAYS.split(text)
    for part in (*reversed(said[1:]), said[0]):
        for words in sorted(_NOISE.split(part), key=len, reverse=True):
            found = _longest_in(words, texts)
            if found:
                return found
    return ""


def _longest_in(words: str, texts: str) -> str:
    for length in range(len(words), 1, -1):
        for start in range(len(words) - length + 1):
            if fold(words[start : start + length]) in texts:
                return words[start : start + length]
    return ""


def _excerpt(article: Article, phrase: str) -> tuple[int, int]:
    """Return the span of the sentence, or of its part, that holds the phrase."""
    for sentence in article.sentences:
        if fold(phrase) not in fold(sentence.text):
            continue
        if len(sentence.text) > LONGEST_EXCERPT:
            for start, end in split_clauses(sentence.text):
                if fold(phrase) in fold(sentence.text[start:end]):
                    return sentence.start + start, sentence.start + end
        return sentence.start, sentence.end
    return article.start, article.end
