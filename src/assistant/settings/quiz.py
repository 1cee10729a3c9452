"""Quiz practice. The group ``[quiz]``."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

COLUMNS = {
    "type": "题型",
    "stem": "题干",
    "A": "选项A",
    "B": "选项B",
    "C": "选项C",
    "D": "选项D",
    "E": "选项E",
    "F": "选项F",
    "answer": "正确答案",
    "explanation": "解析",
    "basis": "依据",
    "difficulty": "难度",
    "chapter": "章节",
    "id": "题号",
}
"""The columns of a table of questions and what their header says; platforms differ in both."""


class QuizSettings(BaseModel):
    """The keys of ``[quiz]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bank: Path = Path("corpus/quiz.jsonl")
    """The file of questions that ``assistant quiz generate`` writes."""
    seed: int = Field(default=2021, ge=0)
    """What the choice of questions and the order of options depend on, and nothing else."""
    columns: dict[str, str] = COLUMNS
    """Columns of exported tables, in order: what they hold, and their header."""
    paper_font: str = Field(default="宋体", min_length=1)
    """East Asian face of the text of Word papers."""
    heading_font: str = Field(default="黑体", min_length=1)
    model_seconds: float = Field(default=120.0, gt=0, le=600)
    """For one answer of the language model (``[model]``) that proposes questions of an article."""
    model_tokens: int = Field(default=3000, ge=500, le=16_000)
    """Of such an answer at most."""
    model_temperature: float = Field(default=0.7, ge=0.0, le=2.0)
    """Not used where ``model.temperature`` is off."""
