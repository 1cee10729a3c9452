"""``assistant corpus``: look at the materials, check them, draft new ones from a raw text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import CorpusError
from assistant.interfaces import cli_align
from assistant.interfaces.cli_chinese import ChineseCommand, new_app
from assistant.interfaces.cli_output import make_console, say, write_json

if TYPE_CHECKING:
    from assistant.corpus.draft import Drafts
    from assistant.corpus.load import Corpus
    from assistant.domain import Article, ParsedDocument

DRAFTS_FOLDER = "drafts"
"""Inside the corpus folder; what lies there is not searched."""

app = new_app(description="查看、检查和导入学习材料。")

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]


@app.command("list", cls=ChineseCommand, help="列出全部材料。")
def list_documents(as_json: AsJson = False) -> None:
    """Print a table of the documents."""
    corpus = _load()
    if as_json:
        write_json([_document_to_dict(parsed) for parsed in corpus.documents])
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("编号", "题目", "条数", "日期", "发布者"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("编号", "条数", "日期"))
    for parsed in corpus.documents:
        document = parsed.document
        articles = str(len(parsed.numbered)) if parsed.numbered else "—"
        day = document.issued_on or document.published_on
        table.add_row(document.id, document.title, articles, day, document.issuer)
    make_console().print(table)
    for fault in corpus.faults:
        say(f"未能读取：{fault}")


@app.command("show", cls=ChineseCommand, help="显示一份材料，或其中一条的原文。")
def show(
    document: Annotated[str, typer.Argument(metavar="材料", help="编号，见 assistant corpus list")],
    article: Annotated[
        str,
        typer.Argument(metavar="条", help="条号，如 5、（五）、第五条", show_default=False),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Print a document, or one of its articles."""
    parsed = _find_document(_load(), document)
    if not article:
        if as_json:
            places = [_article_to_dict(parsed, place) for place in parsed.articles]
            write_json({**_document_to_dict(parsed), "places": places})
        else:
            typer.echo(parsed.document.text.strip("\n"))
        return
    found = _find_article(parsed, article)
    if as_json:
        write_json(_article_to_dict(parsed, found))
        return
    from assistant.corpus.labels import article_label

    above = [article_label(parsed.document, found)]
    above += [f"{heading.marker}{heading.title}" for heading in found.headings]
    typer.echo(" / ".join(above))
    typer.echo("")
    typer.echo(found.text)


app.command("align", cls=ChineseCommand, help="列出两份材料中同一事项的条款，供核对。")(
    cli_align.align
)


@app.command("check", cls=ChineseCommand, help="检查文件头和编号的缺漏、重复；有问题时退出码为 1。")
def check(as_json: AsJson = False) -> None:
    """Print what is wrong with the materials; exit with 1 when anything is."""
    corpus = _load()
    problems = [problem for parsed in corpus.documents for problem in parsed.problems]
    faults = [{"file": f.file, "line": f.line, "message": f.problem} for f in corpus.faults]
    faults += [{"file": p.file, "line": p.line, "message": p.message} for p in problems]
    if as_json:
        write_json({"documents": len(corpus.documents), "problems": faults})
    else:
        for fault in faults:
            typer.echo(f"{fault['file']} 第 {fault['line']} 行：{fault['message']}")
        typer.echo(f"共 {len(corpus.documents)} 份材料，{len(faults)} 处问题。")
    if faults:
        raise typer.Exit(1)


@app.command("import", cls=ChineseCommand, help="把文件拆成材料草稿，并报告条数和问题。")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="文件", help="文本、Word、PDF，可以是汇编")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="文件夹", help="草稿写到哪里，默认材料文件夹下的 drafts"),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="覆盖已有的草稿")] = False,
    as_json: AsJson = False,
) -> None:
    """Write Markdown drafts of the documents in a raw text, and report on them."""
    from assistant.corpus.draft import draft_documents
    from assistant.corpus.extract import read_file
    from assistant.settings import load_settings

    extracted = read_file(file)
    drafts = draft_documents(extracted.text)
    folder = out or load_settings().corpus / DRAFTS_FOLDER
    paths = _write_drafts(drafts, folder=folder, replace=replace)
    if as_json:
        documents = [
            {
                **_document_to_dict(draft.parsed),
                "file": str(path),
                "problems": [
                    {"line": problem.line, "message": problem.message}
                    for problem in draft.parsed.problems
                ],
            }
            for draft, path in zip(drafts.documents, paths, strict=True)
        ]
        write_json(
            {
                "documents": documents,
                "leftovers": list(drafts.leftovers),
                "warnings": list(extracted.warnings),
            }
        )
        return
    for draft, path in zip(drafts.documents, paths, strict=True):
        parsed = draft.parsed
        typer.echo(f"{path}：{parsed.document.title}")
        numbered = f"{len(parsed.numbered)} 条" if parsed.numbered else "没有条号"
        typer.echo(f"  {numbered}，共 {len(parsed.articles)} 个单元")
        for problem in parsed.problems:
            typer.echo(f"  第 {problem.line} 行：{problem.message}")
    if drafts.leftovers:
        typer.echo(f"未归入任何材料的文字（{len(drafts.leftovers)} 段）：")
        for leftover in drafts.leftovers:
            typer.echo(f"  {_first_words(leftover)}")
    for warning in extracted.warnings:
        say(warning)
    say("请校对草稿，补全文件头，移入材料文件夹，再运行 assistant index。")


def _load() -> Corpus:
    from assistant.corpus.load import load_corpus
    from assistant.settings import load_settings

    return load_corpus(load_settings().corpus)


def _find_document(corpus: Corpus, name: str) -> ParsedDocument:
    for parsed in corpus.documents:
        document = parsed.document
        if name.strip("《》") in (document.id, document.title, document.short_title):
            return parsed
    known = "、".join(parsed.document.id for parsed in corpus.documents)
    raise CorpusError(f"没有编号为“{name}”的材料。现有：{known}。")


def _find_article(parsed: ParsedDocument, name: str) -> Article:
    """Return the article called ``name``: the end of its id, a number, or its marker."""
    wanted = _read_address(name)
    for article in parsed.articles:
        if wanted in (article.id.partition("#")[2], f"{article.number}-{article.suffix}"):
            return article
    numbers = [article.number for article in parsed.numbered if article.number is not None]
    known = f"共 {len(numbers)} 条" if numbers else "这份材料没有条号，可用 p1、q1 等单元编号"
    raise CorpusError(f"《{parsed.document.short_title}》没有“{name}”，{known}。")


def _read_address(name: str) -> str:
    """Return ``5`` for 5, （五） or 第五条, ``10-1`` for 第十条之一, anything else as it is."""
    from assistant.corpus.numerals import parse_numeral

    bare = re.sub(r"\s|^第|[（）()条]", "", name)
    number, _, suffix = bare.partition("之")
    value = parse_numeral(number)
    if value is None:
        return name.strip()
    after = parse_numeral(suffix) if suffix else None
    return f"{value}-{after}" if after else str(value)


def _write_drafts(drafts: Drafts, *, folder: Path, replace: bool) -> list[Path]:
    paths = [folder / f"{draft.parsed.document.id}.md" for draft in drafts.documents]
    taken = [path.name for path in paths if path.exists()]
    if taken and not replace:
        raise CorpusError(f"草稿已存在：{'、'.join(taken)}。要覆盖请加 --replace。")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for draft, path in zip(drafts.documents, paths, strict=True):
            path.write_text(draft.markdown, encoding="utf-8")
    except OSError as error:
        raise CorpusError(f"无法写入 {folder}：{error.strerror}。") from error
    return paths


def _document_to_dict(parsed: ParsedDocument) -> dict[str, object]:
    document = parsed.document
    return {
        "id": document.id,
        "title": document.title,
        "short_title": document.short_title,
        "aliases": list(document.aliases),
        "kind": document.kind.value,
        "issuer": document.issuer,
        "issued": document.issued_on,
        "published": document.published_on,
        "source": document.source,
        "edition_of": document.edition_of,
        "articles": len(parsed.numbered),
    }


def _article_to_dict(parsed: ParsedDocument, article: Article) -> dict[str, object]:
    from assistant.corpus.labels import article_label

    return {
        "id": article.id,
        "doc_id": article.document_id,
        "article": article.number,
        "label": article_label(parsed.document, article),
        "headings": [f"{heading.marker}{heading.title}" for heading in article.headings],
        "text": article.text,
        "start": article.start,
        "end": article.end,
    }


def _first_words(text: str, *, characters: int = 50) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= characters else flat[:characters] + "……"
