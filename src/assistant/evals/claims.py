"""The verifier of claims, measured on claims that are known to be true or corrupted.

A claim is *shown* when its sentence would be shown as the model wrote it. Replaced by its
quotation or dropped, a corrupted one is caught; a true one is lost, though its reader still gets
the quotation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.corpus.labels import article_label
from assistant.domain import Article, ParsedDocument
from assistant.errors import EvaluationError
from assistant.models.drafts import Claim
from assistant.models.passages import NumberedPassage
from assistant.models.verify import Likeness, Verdict, Verifier

CLAIMS = "claims.jsonl"
HELD_OUT = "claims-heldout.jsonl"
"""About laws of other fields (``laws/``): the split ``dev`` was looked at and mended for, ``test``
never; its figures say what to expect of a text that nobody here has seen."""
LAWS = "laws"
BESIDE = 2
"""Articles that stand beside the quoted one among the passages, as in a prompt."""
LEAST_RECALL = 0.97
LEAST_PRECISION = 0.95


class LabelledClaim(BaseModel):
    """A claim and what is known of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    split: Literal["dev", "test"]
    label: Literal["true", "corrupted"]
    kind: str = Field(min_length=1)
    """What was changed; for a true one how it was worded."""
    origin: Literal["hand", "program", "model"]
    article: str
    """Id of the article that is quoted."""
    quote: str
    sentence: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A claim and what the verifier made of it."""

    claim: LabelledClaim
    verdict: Verdict

    @property
    def shown(self) -> bool:
        """Whether its sentence would be shown."""
        return self.verdict.outcome == "kept"

    @property
    def right(self) -> bool:
        """Whether it would be shown just when it is true."""
        return self.shown == (self.claim.label == "true")


@dataclass(frozen=True, slots=True)
class ClaimFigures:
    """How well true and corrupted claims are told apart. Shares are None where nothing counts."""

    true: int
    corrupted: int
    caught: float | None
    """Recall on corrupted claims: not shown ÷ corrupted."""
    caught_rightly: float | None
    """Precision of what is not shown: corrupted ÷ not shown."""
    shown: float | None
    """Recall on true claims: shown ÷ true."""
    shown_rightly: float | None
    """Precision of what is shown: true ÷ shown."""


def load_claims(path: Path) -> tuple[LabelledClaim, ...]:
    """Return the claims of a JSON Lines file. Raises ``EvaluationError`` that names every fault."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"核验题文件 {path.name} 无法读取，请检查路径和编码。") from error
    claims, faults = [], []
    for number, line in enumerate(lines, start=1):
        try:
            claims.append(LabelledClaim.model_validate_json(line))
        except ValidationError as error:
            faults.append(f"第 {number} 行（{'、'.join(map(_place, error.errors()))}）")
    repeated = len(claims) - len({claim.id for claim in claims})
    if repeated:
        faults.append(f"有 {repeated} 个 id 重复")
    if faults:
        raise EvaluationError(f"{path.name} 有误：{'；'.join(faults)}。")
    return tuple(claims)


def _place(fault: Mapping[str, object]) -> str:
    place = fault["loc"]
    return ".".join(map(str, place)) if isinstance(place, tuple) and place else "整行"


def check_claims(
    claims: Sequence[LabelledClaim],
    documents: Sequence[ParsedDocument],
    *,
    likeness: Likeness,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[ClaimResult, ...]:
    """Return what the verifier makes of each claim. Raises ``EvaluationError``."""
    by_id = {parsed.document.id: parsed for parsed in documents}
    results = []
    for done, claim in enumerate(claims, start=1):
        parsed = by_id.get(claim.article.partition("#")[0])
        article = _find(claim.article, parsed)
        if parsed is None or article is None:
            raise EvaluationError(f"核验题 {claim.id} 引用的 {claim.article} 不存在，请改正。")
        verifier = Verifier(_passages(article, parsed), by_id, likeness)
        verdict = verifier.check(Claim(claim.sentence, claim.quote, (1,)))
        results.append(ClaimResult(claim, verdict))
        if progress is not None:
            progress(done, len(claims))
    return tuple(results)


def _find(article_id: str, parsed: ParsedDocument | None) -> Article | None:
    articles = parsed.articles if parsed else ()
    return next((article for article in articles if article.id == article_id), None)


def _passages(article: Article, parsed: ParsedDocument) -> list[NumberedPassage]:
    at = parsed.articles.index(article)
    beside = [*parsed.articles[at + 1 :], *parsed.articles[:at]][:BESIDE]
    return [
        NumberedPassage(number, one, article_label(parsed.document, one), one.text)
        for number, one in enumerate([article, *beside], start=1)
    ]


def measure_claims(results: Sequence[ClaimResult]) -> ClaimFigures:
    """Return the figures of some results."""
    true = [r for r in results if r.claim.label == "true"]
    corrupted = [r for r in results if r.claim.label == "corrupted"]
    shown = [r for r in results if r.shown]
    held_back = [r for r in results if not r.shown]
    return ClaimFigures(
        true=len(true),
        corrupted=len(corrupted),
        caught=_share(sum(not r.shown for r in corrupted), len(corrupted)),
        caught_rightly=_share(sum(not r.shown for r in corrupted), len(held_back)),
        shown=_share(sum(r.shown for r in true), len(true)),
        shown_rightly=_share(sum(r.shown for r in true), len(shown)),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def find_claim_breaches(figures: ClaimFigures) -> tuple[str, ...]:
    """Return which bars are missed, one Chinese line each."""
    bars = (
        ("改坏的句子被拦下", figures.caught, LEAST_RECALL),
        ("真实的句子被放行", figures.shown, LEAST_PRECISION),
        ("放行的句子属实", figures.shown_rightly, LEAST_PRECISION),
        ("拦下的句子确有问题", figures.caught_rightly, LEAST_PRECISION),
    )
    return tuple(
        f"{label} {'无数据' if value is None else f'{value:.3f}'}，应不低于 {bar}"
        for label, value, bar in bars
        if value is None or value < bar
    )
