"""Sentences → duties as offsets, with the subjects and binding words that clauses share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from assistant.duties.clauses import Clause, split_sentence
from assistant.duties.reading import ClauseReader, Kind, Place, Reading
from assistant.duties.records import ModalityKind
from assistant.duties.vocabulary import Vocabulary

_AND = re.compile(r"(?<![合一兼吞])并(?![购列网联存轨处])且?|或者")
_PHRASE_BEHIND_AND = ("向", "将", "把", "对", "报", "按照", "依照", "由", "在", "为")
_BREACH = re.compile(r"不|未|拒|瞒|违反|虚假|失职|滥用|逾期|严重|构成|违规|违纪|违法|不力")
_HARD = re.compile(r"(?:依规|依纪|依法|从严|从重|严肃)+(?:处理|处置|追究|问责|查处|惩处)")
_MEASURES = re.compile(r"(?:警告|处分|处罚|罚款|记过|降级|撤职|开除|拘留|治安管理)")
_LEAD_DUTIES = re.compile(r"(?:职责|义务|责任|任务|工作|要求|规定|措施|事项|内容|原则)[^，；。]{0,6}[：:]$")
_ACTOR_INSIDE = re.compile(r"同|对|与|找|向")


@dataclass(frozen=True, slots=True)
class Draft:
    """A duty as offsets into its document."""

    sentence: Place
    subject: Place | None
    inherited: bool
    modality: Place | None
    kind: ModalityKind
    verb: Place
    action: Place
    object: Place | None
    condition: Place | None
    fronted: bool
    context: tuple[Place, ...]
    """Where words of frequency count: the clause but its condition, and the manner before it."""
    sanction: bool
    named: bool = True
    """Whether the subject was named in the clause itself, not shared from another."""


@dataclass(slots=True)
class State:
    """What the clauses of a sentence share, from left to right."""

    subject: Place | None = None
    inherited: bool = False
    modality: Place | None = None
    binding: Place | None = None
    """The last binding word that was no prohibition."""
    condition: Place | None = None
    fronted: bool = False
    fresh: bool = False
    """Whether the condition was stated just now and waits for its duty."""
    case_subject: Place | None = None
    """Who the condition speaks of; has the duty when nobody else is named."""
    actor: Place | None = None
    """Who acts inside the object before: 落实甲同乙谈话制度，发现问题……"""
    manner: list[Place] = field(default_factory=list)
    acts: int = 0


class SentenceReader:
    """Reads sentences; a subject from before may be handed in."""

    def __init__(self, reader: ClauseReader, vocabulary: Vocabulary) -> None:
        self._reader = reader
        self._words = vocabulary

    def read(
        self,
        sentence: str,
        offset: int,
        *,
        state: State | None = None,
        bound_only: bool = False,
    ) -> list[Draft]:
        """Return the duties of a sentence that stands at ``offset`` in its document.

        With ``bound_only`` only clauses count that have a subject and a binding word, and those
        that share them: a caption states nothing else.
        """
        state = state or State()
        whole = (offset, offset + len(sentence))
        drafts: list[Draft] = []
        clauses = split_sentence(sentence)
        for place, clause in enumerate(clauses):
            following = clauses[place + 1] if place + 1 < len(clauses) else None
            reading = self._reader.read(clause, following)
            base = offset + clause.start
            if clause.semicolon:
                _cross_semicolon(state)
            if reading.kind is Kind.PREDICATE:
                for part in self._split(clause, reading):
                    draft = self._draft(clause, part, base, state, whole)
                    if draft is None or (bound_only and not (draft.subject and draft.modality)):
                        continue
                    drafts.append(draft)
            else:
                self._note(clause, reading, base, state)
        return drafts

    def _note(self, clause: Clause, reading: Reading, base: int, state: State) -> None:
        """Keep what a clause without a duty of its own says about those to come."""
        if reading.kind is Kind.CONDITION:
            state.condition = _shift(reading.condition, base)
            state.fronted, state.fresh = reading.fronted, True
            state.case_subject = _shift(reading.subject, base)
        elif reading.kind is Kind.SUBJECT:
            self._name_subject(_shift(reading.subject, base), state)
        elif reading.kind is Kind.MANNER:
            if reading.subject is not None:
                self._name_subject(_shift(reading.subject, base), state)
            if reading.modality is not None:
                self._bind(clause, reading.modality, base, state)
            state.manner.append((base, base + len(clause.text)))

    def _name_subject(self, subject: Place | None, state: State) -> None:
        state.subject, state.inherited = subject, False
        state.modality = state.binding = None
        if not state.fresh:
            state.condition = None

    def _bind(self, clause: Clause, modality: Place, base: int, state: State) -> None:
        state.modality = _shift(modality, base)
        kind = self._reader.modality_kind(clause.text[modality[0] : modality[1]])
        if kind is not ModalityKind.MUST_NOT:
            state.binding = state.modality

    def _draft(
        self, clause: Clause, reading: Reading, base: int, state: State, whole: Place
    ) -> Draft | None:
        named = reading.subject is not None
        self._share(clause, reading, base, state)
        verb = reading.verb
        if verb is None or self._states_only(clause, reading, state):
            state.fresh = False
            return None
        if state.acts and not named and self._is_purpose(clause, reading, state):
            return None
        modality, kind = state.modality, ModalityKind.STATED
        if modality is not None:
            at = modality[0] - base
            word = clause.text[at : at + modality[1] - modality[0]] if reading.modality else ""
            kind = self._reader.modality_kind(word) if word else self._kind_before(state)
        context = [*state.manner, (base, base + len(clause.text))]
        action = (base + reading.begin, base + len(clause.text.rstrip()))
        found = Draft(
            sentence=whole,
            subject=state.subject,
            inherited=state.inherited,
            modality=modality,
            kind=kind,
            verb=(base + verb.start, base + verb.end),
            action=action,
            object=_object(clause, verb, base, action[1]),
            condition=state.condition,
            fronted=state.fronted,
            context=tuple(context),
            sanction=self._is_sanction(clause, reading),
            named=named,
        )
        state.manner = []
        state.fresh = False
        state.acts += 1
        state.last_kind = kind
        self._note_actor(clause, reading, base, state)
        return found
