"""``assistant eval``: measures the assistant on the reference questions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.errors import EvaluationError
from assistant.interfaces.cli_chinese import ChineseCommand, UsageFault, new_app
from assistant.interfaces.cli_duties import evaluate_duties
from assistant.interfaces.cli_eval_model import (
    describe_drafting,
    evaluate_claims,
    print_modes,
    try_on_questions,
    write_modes,
)
from assistant.interfaces.cli_eval_run import (
    RESULTS,
    Mode,
    Sitting,
    open_subjects,
    run_sitting,
)
from assistant.interfaces.cli_output import make_console, progress_bar, say, write_json

if TYPE_CHECKING:
    from rich.table import Table

    from assistant.evals.cases import EvalCase
    from assistant.evals.run import EvalRun
    from assistant.settings import Settings

REFERENCE = "reference.jsonl"
FLOORS = "floors.json"

OTHERS = "others"
"""Regulations of other fields with questions for tuning: a suite of its own under ``evals/``."""
FEEDBACK = "feedback.jsonl"
"""Cases that people's verdicts became; measured with the reference questions."""

app = new_app(description="用参考题目评测：检索、答复、引用、拒答、篇幅与用时。")


@app.callback(invoke_without_command=True, no_args_is_help=False)
def evaluate(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="只核对题目本身，不作答")] = False,
    split: Annotated[
        Literal["dev", "test", "all"] | None,
        typer.Option(
            help="用哪一部分题目，默认 all；与 --misses 同用时默认 dev", show_default=False
        ),
    ] = None,
    kind: Annotated[str, typer.Option(metavar="类别", help="只用这一类题目")] = "",
    misses: Annotated[bool, typer.Option("--misses", help="逐题列出未答对的题")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
    report: Annotated[Path | None, typer.Option(metavar="文件", help="另写一份 HTML 报告")] = None,
    floors: Annotated[
        bool,
        typer.Option("--floors", help="低于下限时以非零状态结束；几题同时作答，用时不作数"),
    ] = False,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="用 dev 题目重新拟合引用和拒答的模型，不评测")
    ] = False,
    suite: Annotated[
        str, typer.Option(metavar="名称", help="用 evals 下另一套题目和它自己的材料")
    ] = "",
    mode: Annotated[
        Literal["extractive", "model", "both"],
        typer.Option(help="用抽取式答复、模型答复，还是两种并列"),
    ] = "extractive",
    into: Annotated[
        Path | None,
        typer.Option(metavar="文件", help="逐题写入的记录，再次运行时接着做", show_default=False),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(min=0, help="最多做几分钟，已答的题照样出结果", show_default=False),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="没有调通模型的题再问一遍")] = False,
) -> None:
    """Measure the assistant on the reference questions."""
    if context.invoked_subcommand is not None:
        return
    if floors and kind:
        raise UsageFault("--floors 针对整套题目，不能与 --kind 同时使用。")
    from assistant.settings import load_settings

    settings = _open_suite(load_settings(), suite)
    # Whoever reads the misses of the test split tunes on it: that has to be asked for.
    chosen_split = split or ("dev" if misses else "all")
    cases = _choose_cases(settings, split=chosen_split, kind=kind)
    if check:
        _check(settings, cases, as_json=as_json)
        return
    if calibrate:
        _calibrate(settings)
        return
    from assistant.evals.run import save_run

    modes: tuple[Mode, ...] = ("extractive", "model") if mode == "both" else (mode,)
    # Floors say nothing of times.
    at_once = os.cpu_count() or 1 if floors and report is None else 1
    sitting = Sitting(into, minutes, asks_again=again, at_once=at_once)
    runs = run_sitting(settings, open_subjects(settings, modes), cases, sitting)
    saved = {one: save_run(run, settings.evals / RESULTS) for one, run in runs.items()}
    if report is not None:
        _write_report(runs, report)
    _show_runs(runs, saved, as_json=as_json, with_misses=misses)
    if floors:
        _compare_with_floors(runs[modes[0]], settings)


app.command("duties", cls=ChineseCommand, help="用逐条标注评测职责清单的查准与查全。")(
    evaluate_duties
)


app.command("claims", cls=ChineseCommand, help="用真假句子评测对模型每句话的核验。")(
    evaluate_claims
)


app.command("model", cls=ChineseCommand, help="用少量题目试用模型，慢的模型可以分几次做完。")(
    try_on_questions
)


@app.command(
    "add-from-feedback", cls=ChineseCommand, help="把用户的评价收进评测题（evals/feedback.jsonl）。"
)
def add_from_feedback(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
) -> None:
    """Turn verdicts whose expectation is known into evaluation cases."""
    from assistant.interfaces.cli_feedback import collect_cases
    from assistant.settings import load_settings

    settings = load_settings()
    collected = collect_cases(settings, settings.evals / FEEDBACK)
    if as_json:
        write_json(
            {"added": collected.added, "faults": collected.faults, "waiting": collected.waiting}
        )
        return
    for fault in collected.faults:
        say(fault)
    typer.echo(f"新收进 {len(collected.added)} 题，写入 {settings.evals.name}/{FEEDBACK}。")
    if collected.waiting:
        say(f"另有 {collected.waiting} 条评价还没写明应当怎样答，请管理员在网页“管理—评价”中补写。")


def _open_suite(settings: Settings, name: str) -> Settings:
    """Return the settings over a suite with texts of its own, ``evals/NAME``; its index serves.

    Without a name: the settings as they are. Raises ``UsageFault`` when there is no such suite.
    """
    from assistant.pipeline import build

    if not name:
        return settings
    folder = settings.evals / name
    if not (folder / "corpus").is_dir():
        raise UsageFault(f"没有“{name}”这套题目：{folder} 中应有 corpus 文件夹和 {REFERENCE}。")
    corpus, index = folder / "corpus", settings.index / name
    suite = settings.model_copy(update={"corpus": corpus, "index": index, "evals": folder})
    with progress_bar("建立索引") as progress:
        build(suite, progress=progress)
    return suite


def _choose_cases(settings: Settings, *, split: str, kind: str) -> tuple[EvalCase, ...]:
    from assistant.evals.cases import KINDS, load_cases

    if kind and kind not in KINDS:
        raise UsageFault(f"没有“{kind}”这一类题目。可用的类别：{'、'.join(KINDS)}。")
    collected = settings.evals / FEEDBACK
    cases = load_cases(settings.evals / REFERENCE)
    if collected.exists():
        cases += load_cases(collected)
    chosen = tuple(
        case for case in cases if split in ("all", case.split) and kind in ("", case.kind)
    )
    if not chosen:
        raise EvaluationError("没有符合条件的题目，请放宽 --split 或 --kind。")
    return chosen


def _check(settings: Settings, cases: tuple[EvalCase, ...], *, as_json: bool) -> None:
    from assistant.corpus.load import load_corpus
    from assistant.evals.check import check_cases

    faults = check_cases(cases, load_corpus(settings.corpus).documents)
    if as_json:
        write_json({"cases": len(cases), "faults": list(faults)})
    elif not faults:
        typer.echo(f"{len(cases)} 题全部核对无误。")
    for fault in () if as_json else faults:
        typer.echo(fault)
    if faults:
        raise EvaluationError(f"参考题目有 {len(faults)} 处问题，请按上面所列改正。")


def _calibrate(settings: Settings) -> None:
    from assistant.answer import further, refuse
    from assistant.evals.calibrate import calibrate
    from assistant.evals.calibrate_further import calibrate_further
    from assistant.pipeline import Assistant

    everything = [settings]
    if (settings.evals / OTHERS).is_dir():
        everything.append(_open_suite(settings, OTHERS))
    cases = [_choose_cases(one, split="dev", kind="") for one in everything]

    def suites() -> list[tuple[Assistant, tuple[EvalCase, ...]]]:
        opened = [Assistant.open(one) for one in everything]
        return list(zip(opened, cases, strict=True))

    with progress_bar("拟合并列引用") as progress:
        chosen = calibrate_further(suites(), progress=progress)
    further.write_weights(chosen.to_dict())
    typer.echo(f"并列引用：已用 {chosen.cases} 题拟合，交叉验证（按条计）：")
    typer.echo("\t召回\t准确\t全对\t每题条数")
    for name, quoting in (("只引第一条", chosen.first_alone), ("并列引用", chosen.quoting)):
        typer.echo(
            f"{name}\t{quoting.recall:.3f}\t{quoting.precision:.3f}\t{quoting.whole:.3f}"
            f"\t{quoting.articles:.2f}"
        )
    # What is quoted is a sign of the refusal: the assistants are opened anew.
    with progress_bar("拟合拒答") as progress:
        fitted = calibrate(suites(), progress=progress)
    refuse.write_weights(fitted.to_dict())
    typer.echo(
        f"拒答：已用 {fitted.cases} 题拟合，交叉验证的曲线下面积 {fitted.area_under_curve:.3f}："
    )
    typer.echo("阈值\t误拒\t应拒已拒")
    for point in fitted.points:
        typer.echo(
            f"{point.threshold:.2f}\t{point.answerable_refused:.1%}\t{point.unanswerable_refused:.1%}"
        )


def _show_runs(
    runs: Mapping[str, EvalRun], saved: Mapping[str, Path], *, as_json: bool, with_misses: bool
) -> None:
    from assistant.evals.trial import drafts_of

    (mode, run), *others = runs.items()
    if others and as_json:
        write_modes(runs, saved)
        return
    if as_json:
        _write_json(run, saved[mode])
        return
    if others:
        print_modes(runs)
    else:
        _print_run(run, with_misses=with_misses)
        if mode == "model":
            typer.echo(describe_drafting(drafts_of(run.results)))
    for path in saved.values():
        say(f"结果已写入 {path.parent.parent.name}/{RESULTS}/{path.name}")


def _write_report(runs: Mapping[str, EvalRun], path: Path) -> None:
    from assistant.evals.report import render_report
    from assistant.evals.report_modes import render_modes

    only = next(iter(runs.values()))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        page = render_modes(runs) if len(runs) > 1 else render_report(only)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"报告 {path.name} 无法写入：{error.strerror}。") from error
    say(f"报告已写入 {path}")


def _write_json(run: EvalRun, saved: Path) -> None:
    from assistant.evals.run import run_to_dict

    whole = run_to_dict(run)
    missed = [result.case.id for result in run.results if result.missed]
    summary = {key: value for key, value in whole.items() if key != "records"}
    write_json({**summary, "missed": missed, "result": saved.name})


def _print_run(run: EvalRun, *, with_misses: bool) -> None:
    from assistant.evals.report import explain_miss

    console = make_console()
    console.print(_figures_table(run))
    console.print(_kinds_table(run))
    if not with_misses:
        return
    for result in run.results:
        if not result.missed:
            continue
        case = result.case
        console.print(f"\n● {case.id}  [{case.kind}]  {case.question}")
        for line in explain_miss(result):
            console.print(f"    {line}")
        if result.answer is not None:
            console.print(f"    答复：{' '.join(result.answer.text.split())}")


def _figures_table(run: EvalRun) -> Table:
    from rich.table import Table

    from assistant.evals.report import SPLITS, show_figure
    from assistant.evals.summary import MEASURES, group_results, summarise

    groups = group_results(run.results, lambda case: case.split)
    columns = {SPLITS[name]: summarise(results) for name, results in groups.items()}
    if len(columns) > 1:
        columns = {"全部": summarise(run.results), **columns}
    whole = summarise(run.results)
    table = Table("指标（括号内为95%区间）", *columns, "题数", "出错", box=None)
    for measure in MEASURES:
        figure = whole[measure.name]
        if figure.cases or figure.failures:
            cells = [show_figure(figures[measure.name], measure) for figures in columns.values()]
            table.add_row(measure.label, *cells, str(figure.cases), str(figure.failures))
    return table


def _kinds_table(run: EvalRun) -> Table:
    from rich.table import Table

    from assistant.evals.cases import KINDS
    from assistant.evals.report import show_figure
    from assistant.evals.summary import MEASURES, group_results, measure_results

    shown = [m for m in MEASURES if m.name in ("right", "success_at_1", "citation_precision")]
    table = Table("类别", "", *(m.label for m in shown), "题数", "出错", box=None)
    groups = group_results(run.results, lambda case: case.kind)
    for kind in (kind for kind in KINDS if kind in groups):
        figures = [measure_results(groups[kind], measure) for measure in shown]
        cells = [show_figure(f, m) for f, m in zip(figures, shown, strict=True)]
        table.add_row(KINDS[kind], kind, *cells, str(len(groups[kind])), str(figures[0].failures))
    return table


def _compare_with_floors(run: EvalRun, settings: Settings) -> None:
    from assistant.evals.floors import find_breaches, load_floors

    breaches = find_breaches(run, load_floors(settings.evals / FLOORS))
    if breaches:
        raise EvaluationError(f"低于下限：{'；'.join(breaches)}。")
    say("各项指标均达到下限。")
