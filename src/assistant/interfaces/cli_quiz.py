"""``assistant quiz``: questions made from the materials, checked, listed and handed out."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import QuizError
from assistant.interfaces.cli_chinese import ChineseCommand, new_app
from assistant.interfaces.cli_output import make_console, say, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.corpus.load import Corpus
    from assistant.quiz.check import Checker, Report
    from assistant.quiz.items import Item
    from assistant.quiz.paper import Paper, Plan
    from assistant.settings import Settings

FAULTS_SHOWN = 20

app = new_app(description="学习测验：从材料出题、核对、列出、导出试卷。")

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]
Seed = Annotated[
    int | None, typer.Option(min=0, help="种子，默认取设置项 quiz.seed", show_default=False)
]
BankFile = Annotated[
    Path | None, typer.Option(metavar="文件", help="题库文件，默认取设置项 quiz.bank")
]
OfDocument = Annotated[
    list[str] | None,
    typer.Option("--document", metavar="编号", help="只取这份材料的题，可重复使用"),
]


class TypeName(StrEnum):
    """The types of questions, as the command line names them."""

    SINGLE = "single"
    MULTI = "multi"
    JUDGE = "judge"
    FILL = "fill"
    SHORT = "short"


class PlanName(StrEnum):
    """The plans of papers."""

    QUICK = "quick"
    MOCK = "mock"
    SCREEN = "screen"


class Format(StrEnum):
    """What questions can be exported as."""

    DOCX = "docx"
    XLSX = "xlsx"
    CSV = "csv"
    ANKI = "anki"
    GIFT = "gift"


@app.command("generate", cls=ChineseCommand, help="从材料出题，写成题库文件；同一种子结果相同。")
def generate(
    seed: Seed = None,
    out: BankFile = None,
    document: OfDocument = None,
    activate: Annotated[
        bool, typer.Option("--activate", help="核对无误的题直接启用（应已有人审阅）")
    ] = False,
    model: Annotated[
        bool, typer.Option("--model", help="改请语言模型命题，逐题核验后加进题库，待人审阅")
    ] = False,
    number: Annotated[int, typer.Option(min=1, max=500, help="模型命题最多收几题")] = 20,
    retrieval: Annotated[
        bool, typer.Option("--retrieval/--no-retrieval", help="模型命题是否用检索往返核对")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Write the bank that the materials yield, or add to it what a model proposes."""
    from assistant.quiz.bank import keep_proposed, save_bank
    from assistant.quiz.generate import generate_bank
    from assistant.quiz.items import Status
    from assistant.quiz.words import load_words

    settings, corpus = _open()
    _known(corpus, document)
    path = out or settings.quiz.bank
    if model:
        from assistant.interfaces.cli_quiz_model import add_from_model, say_what_was_added

        if activate:
            raise QuizError("模型命题须经人审阅才能启用，请去掉 --activate，审阅后再启用。")
        added = add_from_model(
            settings, corpus, path, document or (), wanted=number, retrieval=retrieval
        )
        write_json(added.to_json()) if as_json else say_what_was_added(added)
        return
    chosen = _seed(settings, seed)
    made = generate_bank(corpus.documents, load_words(settings.corpus), seed=chosen)
    items = [i for i in made.items if not document or i.document_ids[0] in document]
    checker = _checker(settings, corpus, retrieval=False)
    good = Status.ACTIVE if activate else Status.CHECKED
    items = [i.with_status(Status.DRAFT if checker.faults(i) else good) for i in items]
    items += keep_proposed(path, beside=items)
    save_bank(items, path)
    counts = Counter(item.type.label for item in items)
    summary = {
        "file": str(path),
        "seed": chosen,
        "items": len(items),
        "facts": len({item.fact_id for item in items}),
        "types": dict(counts),
        "turned_away": dict(made.turned_away),
    }
    if as_json:
        write_json(summary)
        return
    kinds = "、".join(f"{label}{count}" for label, count in counts.items())
    typer.echo(f"{path}：{len(items)}题（{kinds}），{summary['facts']}个知识点，种子{chosen}。")
    if not activate:
        say("题目已通过机检，尚待审阅；审阅后启用，或用 --activate 直接启用。")


@app.command("check", cls=ChineseCommand, help="按指标核对题库或试卷；有不达标的项时退出码为 1。")
def check(
    bank: BankFile = None,
    plan: Annotated[
        PlanName | None, typer.Option(help="另按这种方案抽出两份试卷并核对", show_default=False)
    ] = None,
    seed: Seed = None,
    retrieval: Annotated[
        bool, typer.Option("--retrieval/--no-retrieval", help="是否用检索往返核对（需要索引）")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Measure the bank, and papers drawn from it."""
    from assistant.quiz.bank import active_items, load_bank

    settings, corpus = _open()
    items = load_bank(bank or settings.quiz.bank)
    active = active_items(items)
    if not active:
        raise QuizError(
            "题库里没有启用的题目。请先审阅启用，或用 assistant quiz generate --activate。"
        )
    checker = _checker(settings, corpus, retrieval=retrieval)
    reports = {"题库": checker.check_bank(active)}
    if plan is not None:
        reports |= _paper_reports(checker, items, plan, _seed(settings, seed))
    if as_json:
        write_json({name: _report_to_dict(report) for name, report in reports.items()})
    else:
        for name, report in reports.items():
            _print_report(name, report)
    failed = [name for name, report in reports.items() if not report.passed]
    if failed:
        raise QuizError(f"{'、'.join(failed)}有指标未达标，见上面标有“未达标”的各行。")


@app.command("list", cls=ChineseCommand, help="列出题库中的题目。")
def list_items(
    bank: BankFile = None,
    kind: Annotated[
        TypeName | None, typer.Option("--type", help="只列这种题型", show_default=False)
    ] = None,
    document: OfDocument = None,
    keys: Annotated[bool, typer.Option("--keys", help="附上选项、答案和依据")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the questions of the bank, one a line."""
    settings, corpus = _open()
    items = _choose(settings, corpus, bank=bank, kind=kind, document=document)
    if as_json:
        for item in items:
            write_json(item.to_json())
        return
    from assistant.quiz.export_text import answer_line, option_lines, stem_line

    for number, item in enumerate(items, start=1):
        typer.echo(f"{number}. [{item.type.label}·{item.status.label}] {stem_line(item)}")
        if keys:
            for line in option_lines(item):
                typer.echo(f"    {line}")
            typer.echo(f"    答案：{answer_line(item)}　依据：{item.basis[0].label}　{item.id}")
    say(f"共 {len(items)} 题。")


@app.command("export", cls=ChineseCommand, help="导出 Word 试卷，或 Excel、CSV、Anki、GIFT 题目。")
def export(
    form: Annotated[Format, typer.Argument(metavar="格式", help="docx、xlsx、csv、anki 或 gift")],
    out: Annotated[Path, typer.Argument(metavar="位置", help="写到哪个文件；docx 是文件夹")],
    plan: Annotated[
        PlanName | None,
        typer.Option(help="按方案抽卷：quick、mock 或 screen；docx 默认 mock", show_default=False),
    ] = None,
    copies: Annotated[int, typer.Option(min=1, max=4, help="抽几份互不重复的卷")] = 2,
    title: Annotated[str, typer.Option(metavar="标题", help="试卷或牌组的标题")] = "",
    seed: Seed = None,
    bank: BankFile = None,
    kind: Annotated[
        TypeName | None, typer.Option("--type", help="只取这种题型", show_default=False)
    ] = None,
    document: OfDocument = None,
) -> None:
    """Write papers, or questions for another programme."""
    settings, corpus = _open()
    items = _choose(settings, corpus, bank=bank, kind=kind, document=document)
    if form is Format.DOCX:
        chosen = plan or PlanName.MOCK
        papers = _draw(settings, corpus, items, chosen, seed=seed, copies=copies, title=title)
        _write_papers(settings, papers, out)
        return
    if plan is not None:
        papers = _draw(settings, corpus, items, plan, seed=seed, copies=1, title=title)
        items = papers[0].items
    _write_questions(settings, corpus, items, form, out, title)


def _draw(
    settings: Settings,
    corpus: Corpus,
    items: Sequence[Item],
    plan: PlanName,
    *,
    seed: int | None,
    copies: int,
    title: str,
) -> tuple[Paper, ...]:
    from assistant.quiz.paper import PLANS, draw_papers

    chosen = PLANS[plan.value]
    accept = _taker(_checker(settings, corpus, retrieval=False), chosen)
    return draw_papers(
        items, chosen, seed=_seed(settings, seed), copies=copies, title=title, accept=accept
    )


def _write_papers(settings: Settings, papers: Sequence[Paper], folder: Path) -> None:
    from assistant.quiz.export_docx import key_docx, paper_docx

    fonts = {"font": settings.quiz.paper_font, "heading_font": settings.quiz.heading_font}
    for paper in papers:
        _write(folder / f"{paper.name}.docx", paper_docx(paper, **fonts))
        _write(folder / f"{paper.name}答案.docx", key_docx(paper, **fonts))


def _write_questions(
    settings: Settings, corpus: Corpus, items: Sequence[Item], form: Format, out: Path, title: str
) -> None:
    from assistant.quiz.bank import bank_version
    from assistant.quiz.wording import chapter_names

    imprint = f"题库版本 {bank_version(items)}，共{len(items)}题"
    if form is Format.ANKI:
        from assistant.quiz.export_anki import anki_deck

        _write(out, anki_deck(items, title=title or "法规学习"))
    elif form is Format.GIFT:
        from assistant.quiz.export_gift import gift_text

        _write(out, gift_text(items, imprint=imprint).encode())
    else:
        from assistant.quiz.export_table import table_csv, table_rows, table_xlsx

        chapters = chapter_names(corpus.documents)
        rows = table_rows(items, settings.quiz.columns, chapters=chapters)
        _write(out, table_csv(rows) if form is Format.CSV else table_xlsx(rows, imprint=imprint))


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise QuizError(f"无法写入 {path}：{error.strerror}。") from error
    typer.echo(str(path))


def _open() -> tuple[Settings, Corpus]:
    from assistant.corpus.load import load_corpus
    from assistant.settings import load_settings

    settings = load_settings()
    return settings, load_corpus(settings.corpus)


def _seed(settings: Settings, seed: int | None) -> int:
    return settings.quiz.seed if seed is None else seed


def _known(corpus: Corpus, document: Sequence[str] | None) -> None:
    for document_id in document or ():
        if corpus.find(document_id) is None:
            known = "、".join(parsed.document.id for parsed in corpus.documents)
            raise QuizError(f"没有编号为“{document_id}”的材料。现有：{known}。")


def _choose(
    settings: Settings,
    corpus: Corpus,
    *,
    bank: Path | None,
    kind: TypeName | None,
    document: Sequence[str] | None,
) -> tuple[Item, ...]:
    from assistant.quiz.bank import active_items, load_bank

    _known(corpus, document)
    return tuple(
        item
        for item in active_items(load_bank(bank or settings.quiz.bank))
        if (kind is None or item.type.value == kind.value)
        and (not document or item.document_ids[0] in document)
    )


def _checker(settings: Settings, corpus: Corpus, *, retrieval: bool) -> Checker:
    from assistant.quiz.check import Checker
    from assistant.quiz.facts import read_sources
    from assistant.quiz.probe import Probe
    from assistant.quiz.words import load_words

    probe = Probe(corpus.documents, read_sources(corpus.searched))
    words = load_words(settings.corpus)
    if not retrieval:
        return Checker(corpus.documents, probe, words)
    from assistant.interfaces.cli_quiz_model import open_search

    return Checker(corpus.documents, probe, words, search=open_search(settings))


def _paper_reports(
    checker: Checker, items: Sequence[Item], plan: PlanName, seed: int
) -> dict[str, Report]:
    from assistant.quiz.paper import PLANS, draw_papers

    chosen = PLANS[plan.value]
    papers = draw_papers(items, chosen, seed=seed, accept=_taker(checker, chosen))
    return {p.name: checker.check_paper(p.items, wanted=chosen.wanted) for p in papers}


def _taker(checker: Checker, plan: Plan) -> Callable[[Sequence[Item]], bool]:
    """Return what takes a paper only when it meets every target that needs no index."""
    return lambda items: checker.check_paper(items, wanted=plan.wanted, retrieval=False).passed


def _report_to_dict(report: Report) -> dict[str, object]:
    return {
        "passed": report.passed,
        "metrics": [
            {
                "name": m.name,
                "value": None if m.value is None else round(m.value, 4),
                "target": m.wanted,
                "count": m.count,
                "met": m.met,
            }
            for m in report.metrics
        ],
        "faults": [
            {"item": f.item_id, "rule": f.rule.value, "message": f.message} for f in report.faults
        ],
    }


def _print_report(name: str, report: Report) -> None:
    from rich.table import Table

    table = Table(title=name, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("指标", "结果", "目标", "题数", ""):
        table.add_column(heading)
    for metric in report.metrics:
        state = "" if metric.met else "未达标"
        table.add_row(metric.name, metric.shown, metric.wanted, str(metric.count), state)
    make_console().print(table)
    for fault in report.faults[:FAULTS_SHOWN]:
        typer.echo(f"{fault.rule.value}：{fault.item_id}：{fault.message}")
    if len(report.faults) > FAULTS_SHOWN:
        typer.echo(f"另有 {len(report.faults) - FAULTS_SHOWN} 处，用 --json 查看全部。")
