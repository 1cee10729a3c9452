"""``assistant duties``: who must do what, when, and by which article; and how well it is read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.errors import CorpusError, EvaluationError
from assistant.interfaces.cli_chinese import UsageFault
from assistant.interfaces.cli_output import make_console, say, write_json
from assistant.interfaces.duties_filter import WITH_ROWS, DutyFilter, collect, export, read_filter

if TYPE_CHECKING:
    from assistant.duties.register import Register
    from assistant.evals.duties import DutyFigures, GoldDuty
    from assistant.interfaces.duties_filter import Collection

View = Literal["list", "steps", "aligned"]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]


def duties(
    body: Annotated[
        str, typer.Option(metavar="主体", help="只列这一主体的职责，如 纪委书记；含其下级概念")
    ] = "",
    often: Annotated[
        str,
        typer.Option(
            metavar="频次", help="每日 每周 每月 每季度 每半年 每年 周期 定期 及时 限期 比例"
        ),
    ] = "",
    modality: Annotated[
        str, typer.Option(metavar="要求", help="应当 可以 不得 部署（没有情态词的）")
    ] = "",
    document: Annotated[
        str, typer.Option(metavar="材料", help="编号、题目或简称，见 assistant corpus list")
    ] = "",
    topic: Annotated[
        str, typer.Option(metavar="词语", help="原句或条目主题含有的词，空格分开")
    ] = "",
    steps: Annotated[bool, typer.Option("--steps", help="改为列出程序步骤")] = False,
    aligned: Annotated[bool, typer.Option("--aligned", help="改为与上位文件逐项对照")] = False,
    export_to: Annotated[
        Path | None,
        typer.Option("--export", metavar="文件", help="另存为 .xlsx、.docx 或 .ics（日历）"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the duties that the materials lay down, each with its source."""
    if steps and aligned:
        raise UsageFault("--steps 与 --aligned 不能同时使用。")
    register = _open()
    chosen = read_filter(
        register, body=body, often=often, modality=modality, document=document, topic=topic
    )
    rows = aligned or (export_to is not None and export_to.suffix == WITH_ROWS)
    collection = collect(register, chosen, aligned=rows)
    if export_to is not None:
        _export(collection, export_to)
        return
    view: View = "steps" if steps else "aligned" if aligned else "list"
    if as_json:
        _write_json(collection, view, chosen)
    else:
        _print(collection, view)


def evaluate_duties(
    check: Annotated[bool, typer.Option("--check", help="只核对标注本身，不评测")] = False,
    split: Annotated[
        Literal["dev", "test", "all"],
        typer.Option(help="用哪一部分标注：dev 供调试，test 供评测"),
    ] = "all",
    misses: Annotated[bool, typer.Option("--misses", help="逐条列出不同之处")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure the register against the labels by hand."""
    from assistant.evals.duties import FILE_NAME, check_gold, load_gold, score_duties
    from assistant.settings import load_settings

    settings = load_settings()
    register = _open()
    gold = load_gold(settings.evals / FILE_NAME)
    faults = check_gold(gold, register.documents)
    for fault in faults:
        say(fault)
    if faults:
        raise EvaluationError(f"职责标注有 {len(faults)} 处与原文不符，请按上面所列改正。")
    if check:
        typer.echo(f"{_count(gold)} 项职责标注全部与原文一致。")
        return
    splits = ("dev", "test") if split == "all" else (split,)
    figures = {
        name: score_duties(
            register.duties, [line for line in gold if line.split == name], bodies=register.bodies
        )
        for name in splits
    }
    if as_json:
        write_json({name: _figures_to_dict(found) for name, found in figures.items()})
        return
    for name, found in figures.items():
        _print_figures(name, found, with_misses=misses)


def _open() -> Register:
    from assistant.corpus.load import load_corpus
    from assistant.duties.register import Register
    from assistant.settings import load_settings

    settings = load_settings()
    return Register.build(load_corpus(settings.corpus), settings.corpus)


def _export(collection: Collection, path: Path) -> None:
    content = export(collection, path.suffix, now=datetime.now(UTC))
    if content is None:
        raise UsageFault("--export 的文件名应以 .xlsx、.docx 或 .ics 结尾。")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CorpusError(f"无法写入 {path.name}：{error.strerror}。") from error
    say(f"{len(collection.duties)} 项职责已写入 {path}")
    if path.suffix == ".ics":
        from assistant.duties.agenda import split_by_interval

        dated, vague = split_by_interval(collection.duties)
        say(
            f"其中 {len(dated)} 项有周期，排入日历；{len(vague)} 项没有明确周期，只列出，不定日期。"
        )


def _write_json(collection: Collection, view: View, chosen: DutyFilter) -> None:
    from assistant.duties.table import alignments_to_dicts, procedures_to_dicts, to_dict

    value: dict[str, object] = {"filter": chosen.words(), "count": len(collection.duties)}
    if view == "steps":
        value["procedures"] = procedures_to_dicts(collection.procedures)
    elif view == "aligned":
        value["rows"] = alignments_to_dicts(collection.aligned)
    if view != "steps":
        value["duties"] = [to_dict(duty) for duty in collection.duties]
    write_json(value)


def _print(collection: Collection, view: View) -> None:
    if view == "steps":
        _print_steps(collection)
    elif view == "aligned":
        _print_aligned(collection)
    else:
        _print_list(collection)


def _print_list(collection: Collection) -> None:
    from rich.table import Table

    from assistant.duties.table import to_row

    table = Table(
        "责任主体", "要求和事项", "频次、时限", "报告对象", "后果", "依据",
        box=None, pad_edge=False, padding=(0, 2, 1, 0),
    )  # fmt: skip
    for duty in collection.duties:
        row = to_row(duty)
        when = f"{row.when}，" if row.when else ""
        binding = duty.modality.span.text if duty.modality.span else ""
        what = f"{when}{binding}{row.what}"
        table.add_row(row.who, what, row.often, row.report_to, row.consequence, row.source)
    make_console().print(table)
    say(f"共 {len(collection.duties)} 项。")


def _print_steps(collection: Collection) -> None:
    from assistant.duties.table import show_step, show_subject

    for procedure in collection.procedures:
        typer.echo(f"● {procedure.topic}  {procedure.label}")
        for step in procedure.steps:
            typer.echo(f"  {step.number}. {show_subject(step.duty)}：{show_step(step)}")
    say(f"共 {len(collection.procedures)} 个程序。")


def _print_aligned(collection: Collection) -> None:
    from rich.table import Table

    from assistant.duties.table import describe, show_difference

    if not collection.aligned:
        raise CorpusError("没有可以对照的材料：文件头里没有哪一份写明 implements。")
    upper, lower = collection.names
    table = Table(upper, lower, "不同之处", box=None, pad_edge=False, padding=(0, 2, 1, 0))
    for row in collection.aligned:
        sides = [
            f"{duty.label} {describe(duty)}" if duty else "—" for duty in (row.upper, row.lower)
        ]
        table.add_row(*sides, show_difference(row))
    make_console().print(table)


def _count(gold: tuple[GoldDuty, ...]) -> int:
    return sum(line.duty is not None for line in gold)


def _figures_to_dict(figures: DutyFigures) -> dict[str, object]:
    return {
        "labelled": figures.labelled,
        "extracted": figures.extracted,
        "found": figures.found,
        "precision": round(figures.precision, 4),
        "recall": round(figures.recall, 4),
        "slots": {
            name: {
                "accuracy": round(slot.accuracy, 4),
                "precision": round(slot.precision, 4),
                "recall": round(slot.recall, 4),
                "labelled": slot.labelled,
            }
            for name, slot in figures.slots.items()
        },
    }


def _print_figures(name: str, figures: DutyFigures, *, with_misses: bool) -> None:
    from rich.table import Table

    labels = {
        "subject": "责任主体", "modality": "要求", "condition": "情形", "frequency": "频次、时限",
        "report_to": "报告对象", "consequence": "后果", "action": "事项",
    }  # fmt: skip
    title = {"dev": "调试部分", "test": "评测部分"}[name]
    typer.echo(
        f"{title}：标注 {figures.labelled} 项，提取 {figures.extracted} 项，"
        f"查准 {figures.precision:.1%}，查全 {figures.recall:.1%}"
    )
    table = Table("栏目", "正确", "查准", "查全", "标注数", box=None)
    for slot, figure in figures.slots.items():
        table.add_row(
            labels[slot],
            f"{figure.accuracy:.1%}",
            f"{figure.precision:.1%}" if figure.filled else "—",
            f"{figure.recall:.1%}" if figure.labelled else "—",
            str(figure.labelled),
        )
    make_console().print(table)
    for miss in figures.misses if with_misses else ():
        typer.echo(f"  {miss}")
