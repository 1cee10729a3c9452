"""``assistant corpus align``: which articles of two materials are on one matter, for review."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import EvaluationError
from assistant.interfaces.cli_output import make_console, say, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.corpus.load import Corpus
    from assistant.retrieve.align import Alignment

GOLD_FILE = "alignment.jsonl"


def align(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
) -> None:
    """Print the pairs, and how many agree with what a reader says."""
    from assistant.corpus.load import load_corpus
    from assistant.retrieve.align import Alignment
    from assistant.settings import load_settings

    settings = load_settings()
    corpus = load_corpus(settings.corpus)
    alignment = Alignment(corpus.searched)
    judged = _judge(alignment, settings.evals / GOLD_FILE)
    if as_json:
        write_json(
            {
                "pairs": [
                    {
                        "article": pair.article.id,
                        "like": pair.like.id,
                        "likeness": round(pair.likeness, 3),
                    }
                    for pair in alignment.pairs
                ],
                "judged": len(judged),
                "right": sum(judged.values()),
            }
        )
        return
    _print(corpus, alignment, judged)


def _judge(alignment: Alignment, file: Path) -> dict[str, bool]:
    """Return for each article that a reader judged whether the alignment agrees."""
    found = {pair.article.id: pair.like.id for pair in alignment.pairs}
    judged = {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        for line in filter(None, lines):
            case = json.loads(line)
            like = found.get(case["article"])
            judged[case["article"]] = like in case["like"] if like else not case["like"]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError) as error:
        raise EvaluationError(
            f"{file.name} 有一行读不出来，应为 article 和 like 两项：{error}。"
        ) from error
    return judged


def _print(corpus: Corpus, alignment: Alignment, judged: dict[str, bool]) -> None:
    from rich.table import Table

    from assistant.corpus.labels import article_label

    documents = {parsed.document.id: parsed.document for parsed in corpus.documents}
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("条", "主题", "对应", "主题", "相似度", "核对"):
        table.add_column(heading, no_wrap=heading not in ("主题",))
    signs = {True: "一致", False: "不一致"}
    for pair in alignment.pairs:
        table.add_row(
            article_label(documents[pair.article.document_id], pair.article),
            pair.article.title,
            article_label(documents[pair.like.document_id], pair.like),
            pair.like.title,
            f"{pair.likeness:.2f}",
            signs.get(judged.get(pair.article.id, False), "") if judged else "—",
        )
    make_console().print(table)
    right = sum(judged.values())
    say(f"共 {len(alignment.pairs)} 对；{len(judged)} 条有核对结果，一致 {right} 条。")
