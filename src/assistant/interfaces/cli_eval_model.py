"""``assistant eval --mode``, ``eval model`` and ``eval claims``: what a language model adds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.errors import EvaluationError
from assistant.interfaces.cli_eval_run import (
    RESULTS,
    Sitting,
    open_subjects,
    print_rows,
    run_sitting,
    settings_of_mode,
    subject_of,
)
from assistant.interfaces.cli_output import make_console, progress_bar, say, write_json

if TYPE_CHECKING:
    from rich.table import Table

    from assistant.domain import Drafting
    from assistant.evals.cases import EvalCase
    from assistant.evals.claims import ClaimFigures, ClaimResult
    from assistant.evals.run import EvalRun
    from assistant.pipeline import Assistant
    from assistant.settings import Settings


def print_modes(runs: Mapping[str, EvalRun]) -> None:
    """Print what two modes did with the same questions, side by side."""
    from assistant.evals import compare
    from assistant.evals.trial import drafts_of

    results = {mode: run.results for mode, run in runs.items()}
    print_rows(compare.totals(results))
    typer.echo("")
    print_rows(compare.by_kind(results))
    typer.echo("")
    for line in compare.describe_pairs(results):
        typer.echo(line)
    typer.echo(compare.describe_promise(results))
    typer.echo(describe_drafting(drafts_of(runs["model"].results)))


def write_modes(runs: Mapping[str, EvalRun], saved: Mapping[str, Path]) -> None:
    """Write the same as JSON, without the single records."""
    from assistant.evals import compare
    from assistant.evals.run import run_to_dict
    from assistant.evals.trial import drafts_of, measure_drafts

    whole = {mode: run_to_dict(run) for mode, run in runs.items()}
    results = {mode: run.results for mode, run in runs.items()}
    modes = {
        mode: {
            **{key: value for key, value in one.items() if key != "records"},
            "result": saved[mode].name,
        }
        for mode, one in whole.items()
    }
    drafts = asdict(measure_drafts(drafts_of(runs["model"].results)))
    paired = asdict(compare.pair(*results.values()))
    write_json({**modes, "drafts": drafts, "paired": paired})


def describe_drafting(drafts: Sequence[tuple[str, Drafting | None]]) -> str:
    """Return in a line what became of the model's drafts."""
    from assistant.evals.trial import FALLBACKS, measure_drafts

    figures = measure_drafts(drafts)
    given_up = {FALLBACKS.get(word, word): n for word, n in figures.fallbacks.items()}
    faults = figures.faults
    return (
        f"请模型起草 {figures.asked} 题，采用 {figures.shown} 题，"
        f"改用抽取式答复 {sum(given_up.values())} 题{_list_counts(given_up)}；"
        f"句子保留 {figures.kept}、换成原文 {figures.quoted}、删去 {figures.dropped}"
        f"{_list_counts(faults)}。"
    )


def _list_counts(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    listed = "、".join(f"{reason} {count}" for reason, count in ordered)
    return f"（{listed}）" if listed else ""


def try_on_questions(
    limit: Annotated[int, typer.Option(min=1, help="题数，其中三分之一没有答案")] = 30,
    split: Annotated[Literal["dev", "test"], typer.Option(help="用哪一部分题目")] = "dev",
    into: Annotated[
        Path | None,
        typer.Option(metavar="文件", help="逐题写入的记录，再次运行时接着做", show_default=False),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="最多做几分钟", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
) -> None:
    """Try the configured model on a few questions; a trial that was cut off goes on."""
    from assistant.evals.cases import load_cases
    from assistant.evals.trial import choose_cases, drafts_of, measure_drafts
    from assistant.pipeline import Assistant
    from assistant.settings import load_settings

    settings = load_settings()
    subjects = open_subjects(settings, ("model",))
    plain = settings_of_mode(settings, "extractive")
    extractive = Assistant.open(plain)
    subjects = {"extractive": subject_of(extractive, plain), **subjects}
    cases = [c for c in load_cases(settings.evals / "reference.jsonl") if c.split == split]
    path = into or settings.evals / RESULTS / f"model-{_file_name(settings.model.name)}.jsonl"
    chosen = choose_cases(cases, limit, is_drafted=_asks_a_model(extractive))
    runs = run_sitting(settings, subjects, chosen, Sitting(path, minutes, as_given=True))
    if as_json:
        drafts = drafts_of(runs["model"].results)
        first, whole = (_median_seconds(runs["model"], name) for name in ("first_ms", "latency_ms"))
        figures = asdict(measure_drafts(drafts))
        write_json({"questions": len(drafts), **figures, "first_seconds": first, "seconds": whole})
        return
    print_modes(runs)
    say(f"逐题记录在 {path.name}")


def _asks_a_model(assistant: Assistant) -> Callable[[EvalCase], bool]:
    """Return what tells whether a question comes to a model at all."""

    def asks(case: EvalCase) -> bool:
        if assistant.weigh(case.question, history=case.history) is None:
            return False
        return assistant.ask(case.question, history=case.history).status == "answered"

    return asks


def _median_seconds(run: EvalRun, score: str) -> float | None:
    """Return the median of a time over what was drafted."""
    drafted = [r for r in run.results if r.answer is not None and r.answer.drafting is not None]
    times = [r.scores[score] for r in drafted if score in r.scores]
    return statistics.median(times) / 1000 if times else None


def _file_name(model: str) -> str:
    return "".join(c if c.isalnum() or c in "-." else "-" for c in model)


def evaluate_claims(
    split: Annotated[Literal["dev", "test", "all"], typer.Option(help="用哪一部分句子")] = "all",
    held_out: Annotated[
        bool, typer.Option("--held-out", help="改用其他领域法律的句子；未见过的一部分为 test")
    ] = False,
    misses: Annotated[bool, typer.Option("--misses", help="逐句列出判断有误的句子")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
) -> None:
    """Measure the verifier of claims; exit with 1 when a bar is missed."""
    from assistant.evals.claims import find_claim_breaches, measure_claims
    from assistant.settings import load_settings

    results = _check_claims(load_settings(), split, held_out=held_out)
    figures = measure_claims(results)
    if as_json:
        missed = [result.claim.id for result in results if not result.right]
        write_json({**asdict(figures), "missed": missed})
    else:
        make_console().print(_claims_table(results, figures))
        _print_misses(results if misses else ())
    breaches = find_claim_breaches(figures)
    if breaches:
        raise EvaluationError(f"核验未达标：{'；'.join(breaches)}。")
    say("核验各项指标均达标。")


def _check_claims(settings: Settings, split: str, *, held_out: bool) -> tuple[ClaimResult, ...]:
    from assistant.corpus.load import load_corpus
    from assistant.evals.claims import CLAIMS, HELD_OUT, LAWS, check_claims, load_claims
    from assistant.index.embed import load_embedder
    from assistant.models.verify import likeness_by

    evals = settings.evals
    folder = evals / LAWS if held_out else settings.corpus
    claims = load_claims(evals / (HELD_OUT if held_out else CLAIMS))
    embedder = load_embedder(
        settings.embedder,
        query_prompt=settings.query_prompt,
        passage_prompt=settings.passage_prompt,
    )
    with progress_bar("核验") as progress:
        return check_claims(
            [claim for claim in claims if split in ("all", claim.split)],
            load_corpus(folder).documents,
            likeness=likeness_by(embedder),
            progress=progress,
        )


def _claims_table(results: Sequence[ClaimResult], whole: ClaimFigures) -> Table:
    from rich.table import Table

    from assistant.evals.claims import measure_claims

    table = Table(
        "句子", "真", "改坏", "改坏的拦下", "真的放行", "放行的属实", "拦下的确有误", box=None
    )

    def row(name: str, figures: ClaimFigures) -> None:
        shares = (figures.caught, figures.shown, figures.shown_rightly, figures.caught_rightly)
        cells = ["—" if share is None else f"{share:.1%}" for share in shares]
        table.add_row(name, str(figures.true), str(figures.corrupted), *cells)

    row("全部", whole)
    for key in ("split", "origin", "kind"):
        groups: dict[str, list[ClaimResult]] = {}
        for result in results:
            groups.setdefault(getattr(result.claim, key), []).append(result)
        for name, members in sorted(groups.items()):
            row(f"{key} {name}", measure_claims(members))
    return table


def _print_misses(results: Sequence[ClaimResult]) -> None:
    for result in results:
        if not result.right:
            faults = "、".join(result.verdict.faults) or "未发现问题"
            typer.echo(f"● {result.claim.id}（{result.claim.label}，{result.claim.kind}）{faults}")
            typer.echo(f"    句子：{result.claim.sentence}")
            typer.echo(f"    引文：{result.claim.quote}")
