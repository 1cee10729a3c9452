"""Binding words: 应当, 不得, 可以, 要 – told apart from 重要, 许可, 相应."""

from __future__ import annotations

from assistant.duties.predicate import Grammar
from assistant.duties.reading import Place
from assistant.duties.records import ModalityKind
from assistant.duties.vocabulary import MASK, Vocabulary

_BEFORE = (
    *("既", "又", "还", "也", "均", "都", "更", "就", "则", "仍", "才", "并", "且"),
    *("一般", "原则上", "同时", "依法", "同样", "至少", "一律", "首先", "特别", "尤其"),
    *("每年", "每季度", "每月", "每半年"),
)
"""Adverbs that may stand between a subject and its binding word."""


class BindingWords:
    """Finds binding words in masked text."""

    def __init__(self, vocabulary: Vocabulary, grammar: Grammar) -> None:
        self._words = vocabulary
        self._grammar = grammar
        self._pattern = vocabulary.modality.pattern()

    def first(self, text: str, at: int = 0) -> Place | None:
        """Return the first binding word from ``at`` on."""
        guards = self._words.modality_guards
        for match in self._pattern.finditer(text, at):
            start, end = match.span()
            if not guards.covers(text, start, end) and self._binds(text, start, match[0]):
                return start, end
        return None

    def kind(self, word: str) -> ModalityKind:
        """Return how binding a word is."""
        return self._words.modality_kinds[word]

    def opens(self, text: str) -> bool:
        """Tell whether a clause begins with a binding word, adverbs aside."""
        found = self.first(text)
        return found is not None and self.strip_adverbs(text, 0, found[0]) == 0

    def strip_adverbs(self, text: str, start: int, end: int) -> int:
        """Return where the adverbs begin that end at ``end``."""
        while True:
            word = next((w for w in _BEFORE if text.endswith(w, start, end)), "")
            if not word:
                # 方可 at the head of a clause; 联合体各方 is a subject.
                return start if text[start:end] in ("方", "始") else end
            end -= len(word)

    def _binds(self, text: str, at: int, word: str) -> bool:
        behind = at + len(word)
        before = text[max(0, at - 1) : at]
        # 对应当定密的事项: no duty of this clause.
        joined = "和或、与对将把由向" if len(word) > 1 else "所和或、与对将把由向"
        if text[behind : behind + 1] in ("的", "") or (before and before in joined):
            return False
        if len(word) > 1 and word != "不能":
            return True
        if text[behind] == MASK or self._grammar.starts_predicate(text, behind):
            return True
        return before == MASK or self._words.endings.ends(text[:at])
