"""Sentences → duties as offsets, with the subjects and binding words that clauses share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from assistant.duties.clause_reader import ClauseReader
from assistant.duties.clauses import Clause, split_sentence
from assistant.duties.predicate import Found
from assistant.duties.reading import Kind, Place, Reading
from assistant.duties.records import ModalityKind
from assistant.duties.vocabulary import Vocabulary

_AND = re.compile(r"(?<![合一兼吞])并(?![购列网联存轨处])且?|或者")
_PHRASE_BEHIND_AND = ("向", "将", "把", "对", "报", "按照", "依照", "由", "在", "为")
_HARD = re.compile(r"(?:依规|依纪|依法|从严|从重|严肃)+(?:处理|处置|追究|问责|查处|惩处)")
_MEASURES = re.compile(r"(?:警告|处分|处罚|罚款|记过|降级|撤职|开除|拘留|治安管理)")
_PENAL = ("取消", "暂停", "撤销", "责令", "降低", "限制")
_BREACH = re.compile(r"违反|罚款|处分|没收|吊销")
_COMPANION = re.compile(r"同|对|与|找|向")


@dataclass(frozen=True, slots=True)
class Binding:
    """A binding word and how binding it is."""

    place: Place
    kind: ModalityKind


@dataclass(frozen=True, slots=True)
class Draft:
    """A duty as offsets into its document."""

    sentence: Place
    subject: Place | None
    inherited: bool
    binding: Binding | None
    verb: Place
    action: Place
    object: Place | None
    condition: Place | None
    fronted: bool
    """Whether the condition only names whom or what it is about."""
    context: tuple[Place, ...]
    """Where words of frequency count: the clause without its condition, the manner before it."""
    sanction: bool
    named: bool
    """Whether the sentence itself says who, as the subject of this duty or of one before it."""
    acting: bool
    """Whether the subject only acts inside an object before: 落实甲同乙谈话制度，发现问题…."""


@dataclass(slots=True)
class State:
    """What the clauses of a sentence share, from left to right."""

    subject: Place | None = None
    inherited: bool = False
    binding: Binding | None = None
    positive: Binding | None = None
    """The last binding word that was no prohibition."""
    condition: Place | None = None
    fronted: bool = False
    fresh: bool = False
    """Whether the condition was stated just now and waits for its duty."""
    case_subject: Place | None = None
    """Of whom the condition speaks; has the duty when nobody else is named."""
    actor: Place | None = None
    """Who acts inside the object before: 落实甲同乙谈话制度，发现问题…."""
    manner: list[Place] = field(default_factory=list)
    acts: int = 0
    first_verb: str = ""
    named: bool = False
    acting: bool = False
    breach: bool = False
    """Whether the sentence is about a breach and what follows from it."""
    by_agent: bool = False
    """Whether the subject stands behind 由."""
    from_case: bool = False
    """Whether the subject is of whom a case speaks: 甲未报告的，…."""


class SentenceReader:
    """Reads sentences; what was shared before may be handed in."""

    def __init__(self, reader: ClauseReader, vocabulary: Vocabulary) -> None:
        self._reader = reader
        self._words = vocabulary

    def read(self, sentence: str, offset: int, *, state: State | None = None) -> list[Draft]:
        """Return the duties of a sentence that stands at ``offset`` in its document."""
        state = state or State()
        whole = (offset, offset + len(sentence))
        drafts: list[Draft] = []
        clauses = split_sentence(sentence)
        state.breach = bool(_BREACH.search(sentence))
        for place, clause in enumerate(clauses):
            following = clauses[place + 1] if place + 1 < len(clauses) else None
            reading = self._reader.read(clause, following)
            if clause.semicolon:
                _cross_semicolon(state)
            base = offset + clause.start
            if reading.kind is not Kind.PREDICATE:
                self._note(clause, reading, base, state)
                continue
            for part in self._split(clause, reading):
                draft = self._draft(clause, part, base, state, whole)
                if draft is not None:
                    drafts.append(draft)
        return drafts

    def _note(self, clause: Clause, reading: Reading, base: int, state: State) -> None:
        """Keep what a clause without a duty of its own says about those to come."""
        if reading.kind is Kind.CONDITION:
            state.condition = _shift(reading.condition, base)
            if reading.subject is not None or not state.fresh:
                state.case_subject = _shift(reading.subject, base)
            state.fronted, state.fresh = reading.fronted, True
        elif reading.kind is Kind.SUBJECT:
            _name_subject(_shift(reading.subject, base), state)
            if reading.condition is not None:
                state.condition, state.fronted = _shift(reading.condition, base), True
        elif reading.kind is Kind.MANNER:
            self._share(clause, reading, base, state)
            state.manner.append((base, base + len(clause.text)))

    def _share(self, clause: Clause, reading: Reading, base: int, state: State) -> None:
        """Take over the subject, the binding word and the condition that the clause names."""
        passing = reading.agent and state.binding is not None and not state.by_agent
        if reading.subject is not None and not passing:
            _name_subject(_shift(reading.subject, base), state)
            state.by_agent = reading.agent
        elif state.fresh and state.case_subject is not None:
            _name_subject(state.case_subject, state)
            state.from_case = True
        elif (state.fresh or reading.condition) and state.actor is not None:
            _name_subject(state.actor, state)
            state.named, state.acting = False, True
        if state.fresh or reading.condition:
            state.actor = None
        if reading.condition is not None:
            state.condition, state.fronted = _shift(reading.condition, base), reading.fronted
        if reading.modality is not None:
            start, end = reading.modality
            kind = self._reader.binding.kind(clause.text[start:end])
            state.binding = Binding((base + start, base + end), kind)
            if kind is ModalityKind.MUST:
                state.positive = state.binding

    def _draft(
        self, clause: Clause, reading: Reading, base: int, state: State, whole: Place
    ) -> Draft | None:
        prohibited = state.binding is not None and state.binding.kind is ModalityKind.MUST_NOT
        if prohibited and clause.text.startswith("并"):
            state.binding = state.positive
        aim = state.acts > 0 and self._is_aim(clause, reading, state)
        if aim:
            return None
        before = state.binding
        self._share(clause, reading, base, state)
        binding = state.binding
        if reading.modality and clause.masked[: reading.modality[0]].endswith("方"):
            # 方可 permits this one act, once what stands before is met.
            state.binding = before
        state.fresh, manner = False, state.manner
        verb = reading.verb
        if verb is None or self._states_only(clause, verb, state):
            return None
        state.manner = []
        state.acts += 1
        state.first_verb = state.first_verb or clause.masked[verb.start : verb.end]
        sanction = self._is_sanction(clause.masked[reading.begin :], clause, verb)
        subject = _shift(reading.subject, base) if reading.agent else state.subject
        word = clause.masked[verb.start : verb.end]
        if state.from_case and (sanction or (word in _PENAL and state.breach)):
            # Who broke a rule is not who holds them responsible.
            subject = None
        end = base + (reading.end or len(clause.text.rstrip()))
        draft = Draft(
            sentence=whole,
            subject=subject,
            inherited=state.inherited,
            binding=binding,
            verb=(base + verb.start, base + verb.end),
            action=(base + reading.begin, end),
            object=_object(verb, base, end),
            condition=state.condition,
            fronted=state.fronted,
            context=(*manner, *_context(clause, reading, base)),
            sanction=sanction,
            named=state.named,
            acting=state.acting,
        )
        self._note_actor(clause, verb, base, state)
        return draft

    def _is_aim(self, clause: Clause, reading: Reading, state: State) -> bool:
        """Tell whether the clause only says what the acts before it are for."""
        verb = reading.verb
        if verb is None or state.fresh or clause.semicolon:
            return False
        if reading.subject or reading.modality or reading.condition:
            return False
        word = clause.masked[verb.start : verb.end]
        if clause.masked[reading.begin :].startswith("带头"):
            return False
        if word == "形成":
            return not self._words.products.ends(clause.masked) and not any(
                product in clause.masked[verb.end :] for product in self._words.products.all
            )
        return word in self._words.purpose and word != state.first_verb

    def _states_only(self, clause: Clause, verb: Found, state: State) -> bool:
        """Tell whether the clause says what something is, and binds nobody."""
        if state.binding is not None:
            return False
        word = clause.masked[verb.start : verb.end]
        passive = clause.masked[verb.start - 1 : verb.start] == "被"
        lasting = clause.masked[verb.end : verb.end + 1] in "着了过"
        return word in self._words.stating or passive or (lasting and verb.end < len(clause.text))

    def _is_sanction(self, rest: str, clause: Clause, verb: Found) -> bool:
        word = clause.masked[verb.start : verb.end]
        if word in self._words.sanction or _HARD.search(rest):
            return True
        return word in ("给予", "予以", "责令", "由") and bool(_MEASURES.search(rest))

    def _note_actor(self, clause: Clause, verb: Found, base: int, state: State) -> None:
        """Remember who acts inside an object: 健全甲同乙定期谈话机制."""
        begin = verb.end
        end = self._reader.subjects.known(clause.text, begin)
        if end > begin and _COMPANION.match(clause.masked, end):
            state.actor = (base + begin, base + end)

    def _split(self, clause: Clause, reading: Reading) -> Iterator[Reading]:
        """Yield the readings of a clause that states two acts: 向甲报告，并向乙通报."""
        verb = reading.verb
        if verb is None:
            yield reading
            return
        text, grammar = clause.masked, self._reader.grammar
        for joint in _AND.finditer(text, verb.end):
            at = joint.end()
            behind = grammar.skip_adverbs(text, at)
            phrase = grammar.preposition_at(text, behind) in _PHRASE_BEHIND_AND
            word = grammar.verb_at(text, behind)
            own = (
                joint[0] != "或者"
                and len(word) > 1
                and word not in self._words.light
                and len(text) - behind - len(word) >= 3
                and joint.start() - verb.end >= 2
            )
            if not (phrase or own) or "的" in text[joint.end() :][-8:-3]:
                continue
            found = grammar.find_verb(text, at, bound=False)
            if found is not None:
                yield replace(reading, end=joint.start())
                second = replace(reading, begin=at, verb=found, modality=None, condition=None)
                if text.startswith("由", at):
                    yield self._reader.subjects.agent(clause, at, replace(second, subject=None))
                else:
                    yield second if reading.agent else replace(second, subject=None)
                return
        yield reading


def _cross_semicolon(state: State) -> None:
    state.condition, state.fresh, state.case_subject = None, False, None
    state.binding = state.positive


def _name_subject(subject: Place | None, state: State) -> None:
    state.subject, state.inherited = subject, False
    state.named, state.acting, state.from_case = True, False, False
    state.binding = state.positive = None
    state.actor = state.case_subject = None
    if not state.fresh:
        state.condition = None


def _context(clause: Clause, reading: Reading, base: int) -> list[Place]:
    """Return the clause without its subject and its condition."""
    hidden = sorted(place for place in (reading.subject, reading.condition) if place is not None)
    parts: list[Place] = []
    at = 0
    first = 0 if reading.subject or reading.modality or reading.end else reading.begin
    for start, end in hidden:
        if start > at:
            parts.append((base + at, base + start))
        at = max(at, end)
    parts.append((base + max(at, first), base + (reading.end or len(clause.text))))
    return parts


def _object(verb: Found, base: int, end: int) -> Place | None:
    if verb.phrase is not None:
        return base + verb.phrase[0], base + verb.phrase[1]
    return (base + verb.end, end) if base + verb.end < end else None


def _shift(place: Place | None, base: int) -> Place | None:
    return None if place is None else (base + place[0], base + place[1])
