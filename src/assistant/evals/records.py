"""What was asked already, a line each, so that a run that was cut off loses nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.domain import Answer
from assistant.errors import EvaluationError


class CaseRecord(BaseModel):
    """One question, put to one mode."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    mode: str
    of: str
    """Fingerprint of case, settings, prompts and corpus: only equal ones are taken up again."""
    code: str
    """Hash of the source files that answered."""
    answer: Answer | None
    hits: list[tuple[str, float]] = []
    """Ids and scores of what search ranked, best first."""
    times: Mapping[str, float] = {}
    """Milliseconds by score."""
    failure: str = ""

    @property
    def was_in_vain(self) -> bool:
        """Whether the call of the model failed, so that nothing it said was looked at."""
        drafting = self.answer.drafting if self.answer else None
        return drafting is not None and drafting.fallback in ("unavailable", "rejected")


@dataclass(slots=True)
class RecordFile:
    """A file of records that grows by a line a question."""

    path: Path
    asks_again: bool = False
    """Whether questions are put again for which the call of the model failed."""
    _known: dict[tuple[str, str, str], CaseRecord] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path, *, asks_again: bool = False) -> RecordFile:
        """Return the file with its records; it need not exist. Raises ``EvaluationError``.

        A last line that was cut off while it was written is taken out.
        """
        file = cls(path, asks_again)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes() if path.exists() else b""
            whole, _, torn = content.rpartition(b"\n")
            if torn:
                path.write_bytes(whole + b"\n" if whole else b"")
            for line in whole.splitlines():
                file._keep(CaseRecord.model_validate_json(line))
        except (OSError, ValidationError) as error:
            raise EvaluationError(f"逐题记录 {path.name} 无法读取或写入，请换一个文件。") from error
        return file

    def find(self, mode: str, of: str, case_id: str) -> CaseRecord | None:
        """Return the record of a question, unless it is to be asked again."""
        record = self._known.get((mode, of, case_id))
        if record is None or record.failure or (self.asks_again and record.was_in_vain):
            return None
        return record

    def add(self, record: CaseRecord) -> None:
        """Write a record down at once. Raises ``EvaluationError``."""
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(record.model_dump_json() + "\n")
        except OSError as error:
            raise EvaluationError(f"逐题记录 {self.path.name} 无法写入。") from error
        self._keep(record)

    def _keep(self, record: CaseRecord) -> None:
        self._known[record.mode, record.of, record.id] = record
