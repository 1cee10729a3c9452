"""Many questions in one process: a line in, a line out, in order, whatever a line holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from assistant.domain import Turn
from assistant.errors import AssistantError, QuestionError
from assistant.interfaces.cli_output import progress_bar, say

if TYPE_CHECKING:
    from assistant.interfaces.opening import Answerer

Record = dict[str, object]

HISTORY_FORM = 'history 应为 [["user", "…"], ["assistant", "…"]]'


class FileFault(AssistantError):
    """A file named on the command line cannot be read or written."""


def answer_batch(questions: Path, *, out: Path) -> None:
    """Answer every line of ``questions`` into ``out``; a bad line becomes an error in its place."""
    from assistant.pipeline import Assistant
    from assistant.settings import load_settings

    lines = read_bytes(questions).splitlines()
    if out.exists() and out.samefile(questions):
        raise FileFault("--out 与 --batch 是同一个文件，问题会被覆盖。请另取文件名。")
    assistant = Assistant.open(load_settings())
    try:
        sink = out.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise FileFault(f"无法写入 {out}：{error.strerror}。") from error
    faults = 0
    with sink, progress_bar("回答") as advance:
        records = write_records(answer_lines(lines, assistant=assistant), sink=sink)
        for done, record in enumerate(records, start=1):
            faults += "error" in record
            advance(done, len(lines))
    say(f"共 {len(lines)} 行，{faults} 行未能回答。")


def answer_lines(lines: Sequence[bytes], *, assistant: Answerer) -> Iterator[Record]:
    """Yield a record a line: an answer, or ``{"id", "error"}``."""
    from assistant.interfaces.render import answer_to_dict

    for number, line in enumerate(lines, start=1):
        identifier: str | int | None = None
        try:
            request = _read_object(line)
            identifier = _read_identifier(request)
            question, turns = _read_request(request)
            answer = assistant.ask(question, history=turns)
        except AssistantError as error:
            yield {"id": identifier, "error": f"第 {number} 行：{error}"}
        else:
            # An answer to a line without an id has one all the same: null.
            yield {"id": None, **answer_to_dict(answer, question=question, id=identifier)}


def write_records(records: Iterable[Record], *, sink: TextIO) -> Iterator[Record]:
    """Pass the records on, each written: whoever cuts the run off keeps what was answered."""
    for record in records:
        sink.write(json.dumps(record, ensure_ascii=False) + "\n")
        sink.flush()
        yield record


def read_history(path: Path) -> tuple[Turn, ...]:
    """Return the turns in a JSON file. Raises ``AssistantError``."""
    try:
        return read_turns(json.loads(read_bytes(path)))
    except (ValueError, RecursionError) as error:
        raise FileFault(f"{path.name} 不是正确的 JSON。{HISTORY_FORM}。") from error


def read_turns(value: object) -> tuple[Turn, ...]:
    """Return the turns of a history as JSON has them. Raises ``QuestionError``."""
    if not isinstance(value, list):
        raise QuestionError(f"{HISTORY_FORM}。")
    turns: list[Turn] = []
    for pair in value:
        match pair:
            case ["user" | "assistant" as role, str(text)] if _is_text(text):
                turns.append((role, text))
            case _:
                raise QuestionError(f"{HISTORY_FORM}。")
    return tuple(turns)


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes. Raises ``FileFault``."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileFault(f"无法读取 {path}：{error.strerror}。") from error


def _read_object(line: bytes) -> dict[str, object]:
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise QuestionError("不是 UTF-8 编码。") from error
    except (ValueError, RecursionError) as error:
        raise QuestionError("不是正确的 JSON。") from error
    if not isinstance(value, dict):
        raise QuestionError('应为 {"id": …, "question": "…"} 形式的 JSON 对象。')
    return value


def _read_identifier(request: dict[str, object]) -> str | int | None:
    identifier = request.get("id")
    if isinstance(identifier, str) and _is_text(identifier):
        return identifier
    # JSON's true is an int to Python, and no id to anyone.
    if identifier is None or (isinstance(identifier, int) and not isinstance(identifier, bool)):
        return identifier
    raise QuestionError("id 应为文字或整数。")


def _read_request(request: dict[str, object]) -> tuple[str, tuple[Turn, ...]]:
    question = request.get("question")
    if not isinstance(question, str) or not _is_text(question):
        raise QuestionError("缺少 question，或它不是文字。")
    history = request.get("history")
    return question, () if history is None else read_turns(history)


def _is_text(value: str) -> bool:
    """Tell whether a string can be written out again; JSON escapes can hold half characters."""
    return not any("\ud800" <= character <= "\udfff" for character in value)
