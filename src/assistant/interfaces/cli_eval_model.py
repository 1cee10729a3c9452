"""``assistant eval --mode``, ``eval model`` and ``eval claims``: what a language model adds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.errors import EvaluationError
from assistant.interfaces.cli_output import make_console, progress_bar, say, write_json

if TYPE_CHECKING:
    from rich.table import Table

    from assistant.domain import Drafting
    from assistant.evals.cases import EvalCase
    from assistant.evals.claims import ClaimFigures, ClaimResult
    from assistant.evals.summary import CaseResult
    from assistant.pipeline import Assistant
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


def compare_runs(runs: Mapping[Mode, Sequence[CaseResult]]) -> Table:
    """Return the figures of several modes side by side."""
    from rich.table import Table

    from assistant.evals.report import show_figure
    from assistant.evals.summary import MEASURES, summarise

    figures = {mode: summarise(results) for mode, results in runs.items()}
    table = Table("指标（括号内为95%区间）", *(MODES[mode] for mode in runs), "题数", box=None)
    for measure in MEASURES:
        of_mode = [figures[mode][measure.name] for mode in runs]
        if any(figure.cases for figure in of_mode):
            cells = [show_figure(figure, measure) for figure in of_mode]
            table.add_row(measure.label, *cells, str(max(figure.cases for figure in of_mode)))
    return table


def drafts_of(results: Sequence[CaseResult]) -> list[tuple[str, Drafting | None]]:
    """Return each answer's mode and what a model contributed to it."""
    answers = [result.answer for result in results if result.answer is not None]
    return [(answer.mode, answer.drafting) for answer in answers]


def describe_drafting(drafts: Sequence[tuple[str, Drafting | None]]) -> str:
    """Return in a line what became of the model's drafts."""
    from assistant.evals.trial import measure_drafts

    figures = measure_drafts(drafts)
    given_up, faults = figures.fallbacks, figures.faults
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
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
) -> None:
    """Try the configured model on a few questions; a trial that was cut off goes on."""
    from assistant.evals.cases import load_cases
    from assistant.evals.trial import choose_cases, measure_drafts, median_seconds, run_trial
    from assistant.pipeline import Assistant
    from assistant.settings import load_settings

    settings = load_settings()
    model = Assistant.open(settings_of_mode(settings, "model"))
    extractive = Assistant.open(settings_of_mode(settings, "extractive"))

    def is_drafted(case: EvalCase) -> bool:
        return extractive.weigh(case.question, history=case.history) is not None

    cases = [c for c in load_cases(settings.evals / "reference.jsonl") if c.split == split]
    path = into or settings.evals / "results" / f"model-{_file_name(settings.model.name)}.jsonl"
    with progress_bar("试用") as progress:
        trial = run_trial(
            model,
            extractive,
            choose_cases(cases, limit, is_drafted=is_drafted),
            fingerprint=_fingerprint(settings, model),
            path=path,
            progress=progress,
        )
    drafts = [(record.mode, record.drafting) for _, record in trial.records]
    first, whole = median_seconds(trial)
    if as_json:
        figures = asdict(measure_drafts(drafts))
        write_json({"questions": len(drafts), **figures, "first_seconds": first, "seconds": whole})
        return
    runs: dict[Mode, Sequence[CaseResult]] = {
        "extractive": trial.results(extractive=True),
        "model": trial.results(extractive=False),
    }
    make_console().print(compare_runs(runs))
    typer.echo(describe_drafting(drafts))
    if whole is not None:
        early = "" if first is None else f"见到文字 {first:.1f} 秒，"
        typer.echo(f"用时中位数：{early}答完 {whole:.1f} 秒。")
    say(f"逐题记录在 {path.name}")


def _file_name(model: str) -> str:
    return "".join(c if c.isalnum() or c in "-." else "-" for c in model)


def _fingerprint(settings: Settings, model: Assistant) -> str:
    """Return what tells trials apart: model, limits, prompts and corpus."""
    group = settings.model.model_dump(mode="json", exclude={"api_key", "base_url"})
    told = [group, settings.refusal_threshold, model.prompts_hash]
    told.append(model.manifest.corpus_fingerprint)
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


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
