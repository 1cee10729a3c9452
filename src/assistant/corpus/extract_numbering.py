"""The numbers that Word puts before list paragraphs: counted here as Word counts them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.corpus.numerals import format_numeral

if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_DEEPEST_STYLE = 20


@dataclass(frozen=True, slots=True)
class _Level:
    """How one depth of a list is numbered."""

    form: str
    pattern: str
    """``第%1条``: the number of the first depth stands in it."""
    start: int


class Numbering:
    """Counts list paragraphs in reading order."""

    def __init__(self, document: Document) -> None:
        self._styles = {
            style.get(f"{_W}styleId", ""): style
            for style in document.styles.element.iterchildren(f"{_W}style")
        }
        self._lists: dict[str, dict[int, _Level]] = {}
        self._family: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._unknown: set[str] = set()
        self._counted = 0
        root = _numbering_root(document)
        if root is not None:
            self._read(root)

    def next_number(self, paragraph: _Element) -> str:
        """Return what stands before a paragraph, counting it; empty for one without a number."""
        list_id, depth = self._list_of(paragraph)
        level = self._lists.get(list_id, {}).get(depth)
        if level is None or level.form in ("bullet", "none"):
            return ""
        # Lists made from one definition go on counting where the other stopped.
        counts = self._counts.setdefault(self._family[list_id], {})
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [known for known in counts if known > depth]:
            del counts[deeper]
        self._counted += 1
        levels = self._lists[list_id]

        def fill(match: re.Match[str]) -> str:
            other = int(match[1]) - 1
            known = levels.get(other, level)
            return self._format(counts.get(other, known.start), known.form)

        return _PLACE.sub(fill, level.pattern)

    def warnings(self) -> Iterator[str]:
        """Yield a Chinese line for what an editor should look at."""
        if self._counted:
            yield f"有 {self._counted} 个段落的编号由 Word 自动生成，已补写成文字，请核对条号。"
        if self._unknown:
            yield f"有不认识的编号样式（{'、'.join(sorted(self._unknown))}），已写成阿拉伯数字。"

    def _read(self, root: _Element) -> None:
        abstract = {
            element.get(f"{_W}abstractNumId", ""): _levels(element)
            for element in root.iterchildren(f"{_W}abstractNum")
        }
        for number in root.iterchildren(f"{_W}num"):
            list_id = number.get(f"{_W}numId", "")
            definition = _value(number.find(f"{_W}abstractNumId"))
            levels = dict(abstract.get(definition, {}))
            restarts = False
            for override in number.iterchildren(f"{_W}lvlOverride"):
                depth = int(override.get(f"{_W}ilvl", "0"))
                start = _value(override.find(f"{_W}startOverride"))
                if start and depth in levels:
                    levels[depth] = _Level(
                        levels[depth].form, levels[depth].pattern, _number(start, 1)
                    )
                    restarts = True
            self._lists[list_id] = levels
            self._family[list_id] = f"{definition}/{list_id}" if restarts else definition

    def _list_of(self, paragraph: _Element) -> tuple[str, int]:
        """Return the list a paragraph belongs to, and how deep: its own, or its style's."""
        properties = paragraph.find(f"{_W}pPr")
        own = _number_properties(properties)
        style = _value(properties.find(f"{_W}pStyle")) if properties is not None else ""
        inherited = self._of_style(style)
        list_id, depth = own
        if not list_id:
            list_id = inherited[0]
        return list_id, depth if depth is not None else inherited[1] or 0

    def _of_style(self, style_id: str) -> tuple[str, int | None]:
        for _ in range(_DEEPEST_STYLE):
            style = self._styles.get(style_id)
            if style is None:
                break
            found = _number_properties(style.find(f"{_W}pPr"))
            if found[0]:
                return found
            style_id = _value(style.find(f"{_W}basedOn"))
        return "", None

    def _format(self, number: int, form: str) -> str:
        write = _FORMS.get(form)
        if write is None:
            self._unknown.add(form)
            return str(number)
        return write(number)


def _numbering_root(document: Document) -> _Element | None:
    # The part is made when it is asked for; a document without one has no lists.
    kinds = {relation.reltype.rsplit("/", 1)[-1] for relation in document.part.rels.values()}
    return document.part.numbering_part.element if "numbering" in kinds else None


def _levels(definition: _Element) -> dict[int, _Level]:
    return {
        int(level.get(f"{_W}ilvl", "0")): _Level(
            form=_value(level.find(f"{_W}numFmt")) or "decimal",
            pattern=_value(level.find(f"{_W}lvlText")),
            start=_number(_value(level.find(f"{_W}start")), 1),
        )
        for level in definition.iterchildren(f"{_W}lvl")
    }


def _number_properties(properties: _Element | None) -> tuple[str, int | None]:
    found = properties.find(f"{_W}numPr") if properties is not None else None
    if found is None:
        return "", None
    depth = _value(found.find(f"{_W}ilvl"))
    return _value(found.find(f"{_W}numId")), int(depth) if depth.isdecimal() else None


def _value(element: _Element | None) -> str:
    return "" if element is None else str(element.get(f"{_W}val", ""))


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() else default


def _chinese(number: int) -> str:
    return format_numeral(number) if 0 < number < 10_000 else str(number)


def _digits(number: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))


def _letters(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    out = ""
    for value, sign in (
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
        (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    ):  # fmt: skip
        count, number = divmod(number, value)
        out += sign * count
    return out


_FORMS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02}",
    "decimalFullWidth": lambda number: str(number).translate(
        {ord("0") + i: chr(ord("０") + i) for i in range(10)}
    ),
    "decimalEnclosedCircle": lambda number: (
        _CIRCLES[number - 1] if 0 < number <= len(_CIRCLES) else str(number)
    ),
    "decimalEnclosedCircleChinese": lambda number: (
        _CIRCLES[number - 1] if 0 < number <= len(_CIRCLES) else str(number)
    ),
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "ideographDigital": _digits,
    "japaneseDigitalTenThousand": _digits,
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
}
