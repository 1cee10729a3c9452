"""Bodies: who is meant by the words of a text, and what is broader or narrower.

The ontology is ``corpus/bodies.toml``; without the file no phrase is tied to any body.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.duties.vocabulary import Words
from assistant.errors import CorpusError
from assistant.text import fold, fold_character

FILE_NAME = "bodies.toml"

_JOINTS = re.compile(r"、|以及|或者|特别是|尤其是|及其|和|及|或|与")
_LEADING_RANKS = re.compile(r"(?:各级|上级|下级|同级|上一级|下一级|所在|有关|相关|各|本|该)+")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str = Field(min_length=1)
    surfaces: list[str] = []
    broader: list[str] = []


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    body: list[_Entry] = []


@dataclass(frozen=True, slots=True)
class Body:
    """A body or a person with duties."""

    id: str
    name: str
    surfaces: tuple[str, ...]
    broader: tuple[str, ...] = ()


class Bodies:
    """The ontology: phrases → bodies, and the order of broader and narrower among them."""

    def __init__(self, bodies: Iterable[Body]) -> None:
        self.all = {body.id: body for body in bodies}
        names = {
            fold(surface): body.id
            for body in self.all.values()
            for surface in (*body.surfaces, body.name)
        }
        self._names = names
        self._words = Words(names)
        self._identified: dict[str, tuple[str, ...]] = {}

    @classmethod
    def load(cls, corpus: Path) -> Bodies:
        """Read the ontology of a corpus folder; without one it is empty. Raises ``CorpusError``."""
        try:
            values = tomllib.loads((corpus / FILE_NAME).read_text(encoding="utf-8"))
            file = _File.model_validate(values)
        except FileNotFoundError:
            return cls(())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CorpusError(f"主体表 {FILE_NAME} 不是正确的 TOML，请改正：{error}。") from error
        except ValidationError as error:
            raise CorpusError(
                f"主体表 {FILE_NAME} 有误：每个 body 应有 id 和 name，可有 surfaces 和 broader。"
            ) from error
        _check(file.body)
        return cls(
            Body(entry.id, entry.name, tuple(entry.surfaces), tuple(entry.broader))
            for entry in file.body
        )

    def name(self, body_id: str) -> str:
        """Return how a body is shown."""
        return self.all[body_id].name

    def identify(self, phrase: str) -> tuple[str, ...]:
        """Return the bodies that a phrase names, in order: 纪检机关、组织部门负责人 are two heads.

        What an enumeration ends with belongs to all its members where that makes a known body.
        """
        known = self._identified.get(phrase)
        if known is None:
            known = self._identified[phrase] = self._identify(phrase)
        return known

    def _identify(self, phrase: str) -> tuple[str, ...]:
        whole = self._find(phrase)
        if whole is not None and fold(phrase) in self._names:
            return (whole,)
        parts = [part for part in _JOINTS.split(phrase) if part]
        tail = self._shared_tail(parts)
        found = (self._find(part + tail) or self._find(part) for part in parts[:-1])
        last = self._find(parts[-1]) if parts else None
        return tuple(dict.fromkeys(body for body in (*found, last) if body is not None))

    def at(self, text: str, place: int = 0) -> int:
        """Return the end of the bodies enumerated at ``place``, ``place`` itself where none is.

        Ranks before them count, and a body of a body is one: 上级党组织领导班子成员.
        """
        end = place
        begin = place
        while True:
            length = self._length_at(text, begin)
            if not length:
                rank = _LEADING_RANKS.match(text, begin)
                begin = rank.end() if rank else begin
                length = self._length_at(text, begin)
            if not length:
                return end
            end = begin + length
            joint = _JOINTS.match(text, end)
            begin = joint.end() if joint else end

    def mentioned(self, text: str) -> tuple[str, ...]:
        """Return the bodies that a text names anywhere, in order: for a question in free text."""
        found: list[str] = []
        at = 0
        while at < len(text):
            end = self.at(text, at)
            if end > at:
                found += self.identify(text[at:end])
            at = max(end, at + 1)
        return tuple(dict.fromkeys(found))

    def narrower(self, body_id: str) -> frozenset[str]:
        """Return a body and all that are narrower, at any distance."""
        found = {body_id}
        while True:
            more = {b.id for b in self.all.values() if found & set(b.broader)} - found
            if not more:
                return frozenset(found)
            found |= more

    def broader(self, body_id: str) -> frozenset[str]:
        """Return a body and all that are broader, at any distance."""
        found, waiting = set[str](), [body_id]
        while waiting:
            at = waiting.pop()
            if at not in found and at in self.all:
                found.add(at)
                waiting += self.all[at].broader
        return frozenset(found)

    def akin(self, one: Iterable[str], other: Iterable[str]) -> bool:
        """Tell whether two sets of bodies have one in common, or one broader than another."""
        left, right = set(one), set(other)
        upper_left = {b for body in left for b in self.broader(body)}
        upper_right = {b for body in right for b in self.broader(body)}
        return bool(left & upper_right or right & upper_left)

    def look_up(self, words: str) -> str | None:
        """Return the body with this id, name or surface, or the one that ``words`` end with."""
        if words in self.all:
            return words
        return self._find(words)

    def _find(self, part: str) -> str | None:
        folded = fold(part)
        tails = (folded[at:] for at in range(len(folded)))
        return next((self._names[tail] for tail in tails if tail in self._names), None)

    def _shared_tail(self, parts: list[str]) -> str:
        """Return 负责人 of 组织部门负责人 where the part without it is a body itself."""
        if len(parts) < 2:
            return ""
        last = parts[-1]
        for cut in range(len(last) - 1, 1, -1):
            if fold(last[:cut]) in self._names and fold(last) in self._names:
                return last[cut:]
        return ""

    def _length_at(self, text: str, place: int) -> int:
        # Folding may shorten what is compared; marks and brackets keep their number.
        return len(self._words.at(_fold_evenly(text), place))


@lru_cache(maxsize=256)
def _fold_evenly(text: str) -> str:
    """Return ``text`` folded but equally long, so that places in both agree."""
    return "".join(map(_fold_one, text))


@lru_cache(maxsize=8192)
def _fold_one(character: str) -> str:
    folded = fold_character(character)
    return folded if len(folded) == 1 else character


def _check(entries: list[_Entry]) -> None:
    """Raise ``CorpusError`` for an id used twice, or a broader body that does not exist."""
    ids = [entry.id for entry in entries]
    for entry in entries:
        if ids.count(entry.id) > 1:
            raise CorpusError(f"主体表 {FILE_NAME} 有误：id“{entry.id}”重复。")
        for above in entry.broader:
            if above not in ids:
                raise CorpusError(
                    f"主体表 {FILE_NAME} 有误：“{entry.name}”的 broader“{above}”不存在。"
                )
