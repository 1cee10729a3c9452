"""The bank of questions: a file of one JSON object a line, in the order of the documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.errors import QuizError
from assistant.quiz.items import Item, Status

VERSION_DIGITS = 8


def load_bank(path: Path) -> tuple[Item, ...]:
    """Return the questions of a bank, in file order. Raises ``QuizError`` with the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise QuizError(f"没有题库 {path.name}。请先运行 assistant quiz generate。") from error
    except (OSError, UnicodeDecodeError) as error:
        raise QuizError(f"题库 {path.name} 无法读取，请检查它是不是 UTF-8 文本。") from error
    items: dict[str, Item] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        item = _read_line(line, f"{path.name} 第 {number} 行")
        if item.id in items:
            raise QuizError(f"{path.name} 第 {number} 行：题目编号 {item.id} 重复，请改一个。")
        items[item.id] = item
    return tuple(items.values())


def save_bank(items: Iterable[Item], path: Path) -> None:
    """Write a bank; the same items give the same bytes."""
    text = dump_bank(items)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise QuizError(f"题库无法写入 {path.name}：{error.strerror}。") from error


def keep_proposed(path: Path, *, beside: Sequence[Item]) -> tuple[Item, ...]:
    """Return the questions of a bank that a model proposed, to stay when the rest is made anew.

    Left out is what asks the same as one of those that will stand ``beside`` it.
    """
    try:
        known = load_bank(path)
    except QuizError:  # none yet, or one that is made anew because it cannot be read
        return ()
    made = {item.id for item in beside} | {(item.fact_id, item.type) for item in beside}
    return tuple(
        item for item in known if item.origin and not {item.id, (item.fact_id, item.type)} & made
    )


def dump_bank(items: Iterable[Item]) -> str:
    """Return the text of a bank's file."""
    return "".join(json.dumps(i.to_json(), ensure_ascii=False) + "\n" for i in items)


def bank_version(items: Sequence[Item]) -> str:
    """Return what a paper's footer calls the bank: a few digits of its content's hash."""
    return hashlib.sha256(dump_bank(items).encode()).hexdigest()[:VERSION_DIGITS]


def active_items(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return the questions in use."""
    return tuple(item for item in items if item.status is Status.ACTIVE)


def _read_line(line: str, place: str) -> Item:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise QuizError(f"{place}：不是一行 JSON。请改正或重新生成题库。") from error
    if not isinstance(value, dict):
        raise QuizError(f"{place}：应为一个 JSON 对象。请改正或重新生成题库。")
    try:
        return Item.from_json(value)
    except QuizError as error:
        raise QuizError(f"{place}：{error}") from error
