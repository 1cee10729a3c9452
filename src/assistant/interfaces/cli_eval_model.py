"""``assistant eval --mode`` and ``assistant eval claims``: what a language model adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.errors import EvaluationError
from assistant.interfaces.cli_output import make_console, progress_bar, say, write_json

if TYPE_CHECKING:
    from rich.table import Table

    from assistant.evals.claims import ClaimFigures, ClaimResult
    from assistant.evals.run import EvalRun
    from assistant.settings import Settings

Mode = Literal["extractive", "model"]
MODES: Mapping[Mode, str] = {"extractive": "抽取式", "model": "模型"}


def settings_of_mode(settings: Settings, mode: Mode) -> Settings:
    """Return the settings with or without their language model. Raises ``EvaluationError``.

    Kept answers are left out: what is measured is what the model says now.
    """
    if mode == "model":
        if not settings.model.name:
            raise EvaluationError("没有配置模型。请先设置 model.name，再用 --mode model 或 both。")
        model = settings.model.model_copy(update={"cached_answers": 0})
    else:
        model = settings.model.model_copy(update={"name": ""})
    return settings.model_copy(update={"model": model})


def compare_runs(runs: Mapping[Mode, EvalRun]) -> Table:
    """Return the figures of several modes side by side."""
    from rich.table import Table

    from assistant.evals.report import show_figure
    from assistant.evals.summary import MEASURES, summarise

    figures = {mode: summarise(run.results) for mode, run in runs.items()}
    table = Table("指标（括号内为95%区间）", *(MODES[mode] for mode in runs), "题数", box=None)
    for measure in MEASURES:
        of_mode = [figures[mode][measure.name] for mode in runs]
        if any(figure.cases for figure in of_mode):
            cells = [show_figure(figure, measure) for figure in of_mode]
            table.add_row(measure.label, *cells, str(max(figure.cases for figure in of_mode)))
    return table


def describe_drafting(run: EvalRun) -> str:
    """Return in a line what became of the model's drafts in a run."""
    answers = [result.answer for result in run.results if result.answer is not None]
    records = [answer.drafting for answer in answers if answer.drafting is not None]
    worded = sum(answer.mode == "model" for answer in answers)
    fallbacks = Counter(record.fallback for record in records if record.fallback)
    reasons = "、".join(f"{reason} {count}" for reason, count in fallbacks.most_common())
    return (
        f"请模型起草 {len(records)} 题，采用 {worded} 题，"
        f"改用抽取式答复 {fallbacks.total()} 题{f'（{reasons}）' if reasons else ''}；"
        f"句子保留 {sum(r.kept for r in records)}、换成原文 {sum(r.quoted for r in records)}、"
        f"删去 {sum(r.dropped for r in records)}。"
    )


def evaluate_claims(
    split: Annotated[Literal["dev", "test", "all"], typer.Option(help="用哪一部分句子")] = "all",
    misses: Annotated[bool, typer.Option("--misses", help="逐句列出判断有误的句子")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
) -> None:
    """Measure the verifier of claims; exit with 1 when a bar is missed."""
    from assistant.corpus.load import load_corpus
    from assistant.evals.claims import (
        CLAIMS,
        check_claims,
        find_claim_breaches,
        load_claims,
        measure_claims,
    )
    from assistant.index.embed import load_embedder
    from assistant.models.verify import likeness_by
    from assistant.settings import load_settings

    settings = load_settings()
    chosen = [c for c in load_claims(settings.evals / CLAIMS) if split in ("all", c.split)]
    embedder = load_embedder(
        settings.embedder,
        query_prompt=settings.query_prompt,
        passage_prompt=settings.passage_prompt,
    )
    with progress_bar("核验") as progress:
        results = check_claims(
            chosen,
            load_corpus(settings.corpus).documents,
            likeness=likeness_by(embedder),
            progress=progress,
        )
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
