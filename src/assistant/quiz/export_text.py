"""How a question reads in print, whatever the file: options, key, sources."""

from __future__ import annotations

from assistant.quiz.items import TRUE, Item, ItemType


def option_lines(item: Item) -> tuple[str, ...]:
    """Return the options as papers have them: A．每月."""
    return tuple(f"{option.letter}．{option.text}" for option in item.options)


def stem_line(item: Item) -> str:
    """Return the stem; a statement to be judged ends with brackets for the mark."""
    return f"{item.stem}（　　）" if item.type is ItemType.JUDGE else item.stem


def answer_line(item: Item) -> str:
    """Return the key as papers print it: B, AC, √, or the words of each blank."""
    if item.type is ItemType.JUDGE:
        return "√" if item.answer == (TRUE,) else f"×（{item.correction}）"
    if item.options:
        return "".join(item.answer)
    if item.rubric:
        return "；".join(f"{point.point}（{point.score}分）" for point in item.rubric)
    return "；".join(item.answer)


def basis_lines(item: Item) -> tuple[str, ...]:
    """Return the sources, each with its whole sentence."""
    return tuple(f"{basis.label}：{basis.sentence}" for basis in item.basis)
