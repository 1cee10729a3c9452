"""In which order a sentence takes its words from its evidence, and what it steps over.

A sentence is laid along its evidence letter by letter with as few leaps as can be. Every leap is
looked at: one may leave out a member, an aside or a reason and may put a time or an agent in
front; it may not put another noun before a verb, another phrase in a place, or step over what
limits a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from assistant.models.along import STRONG, Run, lay_along
from assistant.models.clauses import STOPS, Text
from assistant.models.facts import Token, vocabulary

_FUNCTION = frozenset(
    "的地得了着过也都还再又就各其该此这那等和与及或并且而则应要须当"
    "以在对向由于把将被从自到为至内后时按据所之用做作有进行是来先已经仍但"
)
_JOINTS = ("、", "和", "与", "及", "以及", "或", "或者", "并", "等")
_MOVED_BY = frozenset("由被经是为把将对给")
"""Before what stands in front of its verb in the evidence and is said behind, or the other way."""
_EITHER = re.compile("或者?")
_BOTH = re.compile("[并和及与且]|同时")
_TOGETHER = re.compile("会同|配合|协助|协同|联合")
_TO = ("向", "给", "与", "同", "从")
_GOES_ON = re.compile("[，；](?:并|同时|又|也)")
_OBJECT_MARKS = ("对", "将", "把")
_SINCE = re.compile("[自从]([^，。；]{2,30}?)(?:之日)?起")
_EXCEPTED = re.compile("但[^。；]{2,60}除外")
_SOURCE = re.compile("(?:根据|按照|依据|依照)?([^，]{2,60}?)(?:规定|要求|明确|指出|提出)?，")
_AGENT = re.compile("由[^，；。]{2,12}$")
_CONTENT = 1
_SEAM = 4
_HEAD = 4
"""Letters of a clause's opening that say whom or what the clause is about."""
_AGENTS = frozenset("人方者员商院局部委队构位业司关织府会子记手长官师")
"""Last letters of those who can do something."""
_ADVERBS = frozenset({"frequency", "date", "times", "modality", "urgency", "rhythm", "negation"})
_MANNERS = frozenset({"urgency", "rhythm"})
_LIMITS = frozenset({"negation", "bound", "hedge"})


def find_leaps(claim: Text, text: Text, names: str = "") -> Iterator[str]:
    """Yield what a sentence's leaps over its evidence do to what it says.

    ``names``: plain names of the document, which a sentence may open with.
    """
    runs = _lay(claim, text, names)
    yield from _looked_at_whole(runs, claim, text, names)
    for number, run in enumerate(runs):
        before = runs[number - 1].end if number else 0
        opens = not number or _breaks(claim.plain[before : run.start])
        if opens and _puts_instead(before, run, _clause_start(run.at, text), claim, text):
            yield "replaced"
        if opens and _opens_within(run, claim, text):
            yield "opening"
    for one, other in pairwise(runs):
        yield from _leap(one, other, runs, claim, text)


def _looked_at_whole(runs: Sequence[Run], claim: Text, text: Text, names: str) -> Iterator[str]:
    said = [run for run in runs if claim.plain[run.start : run.end] not in names]
    if any(_overlap(one, other) >= _HEAD for one, other in combinations(said, 2)):
        yield "repeated"
    if _undergoes(claim, text):
        yield "role"
    if _counts_from_elsewhere(claim, text):
        yield "date"
    if _takes_exception_for_rule(runs, claim, text):
        yield "exception"
    if _is_displaced(runs, claim, text):
        yield "order"


def _leap(one: Run, other: Run, runs: Sequence[Run], claim: Text, text: Text) -> Iterator[str]:
    between = claim.plain[one.end : other.start]
    if _alters_choice(one, other, claim, text):
        yield "choice"
    if _breaks(between):
        if _joins(one, other, runs, text) and not _returns(other, one, runs, text):
            yield "joined"
    elif other.at < one.to or _is_phrase(one, other, claim, text):
        if not _may_move(one, other, between, claim, text):
            yield "order"
    else:
        yield from _over(one, other, claim, text)


def _lay(claim: Text, text: Text, names: str) -> list[Run]:
    """Return the runs of a sentence without the words that say whose rule it is."""
    opening = _SOURCE.match(claim.plain)
    if opening is None or opening[1] not in names:
        return lay_along(claim.plain, text.plain)
    runs = lay_along(claim.plain[opening.end() :], text.plain)
    end = opening.end()
    return [Run(run.start + end, run.end + end, run.at, run.to) for run in runs]


def _overlap(one: Run, other: Run) -> int:
    return min(one.to, other.to) - max(one.at, other.at)


def _undergoes(claim: Text, text: Text) -> bool:
    """Tell whether something is said to undergo what it does in the evidence: 被投诉者."""
    return any(
        claim.plain[m.start() : m.end() + 2] not in text.plain
        and claim.plain[m.end() : m.end() + 2] in text.plain
        for m in re.finditer("被", claim.plain)
    )


def _counts_from_elsewhere(claim: Text, text: Text) -> bool:
    """Tell whether a term begins with something else: 自汇款之日起 for 自收到汇款通知之日起."""
    begun = {match[1][:2] for match in _SINCE.finditer(text.plain)}
    return bool(begun) and any(m[1][:2] not in begun for m in _SINCE.finditer(claim.plain))


def _takes_exception_for_rule(runs: Sequence[Run], claim: Text, text: Text) -> bool:
    """Tell whether what is excepted is said without that it is."""
    return "除" not in claim.plain and any(
        run.end - run.start >= _HEAD and match.start() <= run.at and run.to <= match.end()
        for match in _EXCEPTED.finditer(text.plain)
        for run in runs
    )


def _breaks(words: str) -> bool:
    return any(c in STOPS and c != "、" for c in words)


def _clause_start(at: int, text: Text) -> int:
    return max(text.plain.rfind(stop, 0, at) for stop in STOPS - {"、"}) + 1


def _is_phrase(one: Run, other: Run, claim: Text, text: Text) -> bool:
    """Tell whether two runs that touch are a phrase of the evidence's, further behind."""
    if one.end != other.start:
        return False
    seam = claim.plain[max(one.start, one.end - 2) : other.start + 2]
    return len(seam) >= _SEAM and text.plain.find(seam, other.at) >= 0


def _may_move(one: Run, other: Run, between: str, claim: Text, text: Text) -> bool:
    """Tell whether what stands behind in the evidence may stand in front here."""
    before = claim.plain[: other.start].rstrip("、")[-1:]
    start = _clause_start(other.at, text)
    if before in _MOVED_BY or any(mark in between for mark in _MOVED_BY):
        return True
    # 采购人员与供应商有利害关系的 → 与供应商有利害关系的采购人员
    if before == "的" and start == _clause_start(one.at, text):
        return True
    # 对违法行为，有权举报 → 有权举报违法行为
    if text.plain[other.at - 1 : other.at] in _OBJECT_MARKS:
        return True
    # 其 → whom it stands for
    if text.plain.startswith("其", one.to):
        return True
    # 经采购人同意，供应商可以 → 供应商经采购人同意，可以
    if other.at == start and text.plain[other.to : other.to + 1] in STOPS:
        return True
    # 专职消防队的建立 → 建立专职消防队; 不到位的党组织 → 党组织不到位
    if text.plain[other.to : one.at] == "的":
        return True
    if text.plain[one.at - 1] == "的" and start == _clause_start(one.at, text):
        return True
    # 报告参加情况 → 参加情况要报告: what nobody could take for the one who acts
    if text.plain[other.to : one.at].strip("、") == "" and not _ends_with_agent(one, claim):
        return True
    return _is_adverb(other, claim)


def _ends_with_agent(run: Run, claim: Text) -> bool:
    return claim.plain[run.end - 1] in _AGENTS or run.end - run.start < _HEAD


def _is_adverb(run: Run, claim: Text) -> bool:
    """Tell whether a run is no more than a time or a modal word."""
    letters = {at for t in claim.tokens if t.sort in _ADVERBS for at in range(t.start, t.end)}
    return all(at in letters for at in range(run.start, run.end))


def _puts_instead(after: int, other: Run, since: int, claim: Text, text: Text) -> bool:
    """Tell whether words stand in the place of others, before what stands behind both."""
    end = other.start
    start = max([after, *(at + 1 for at in range(after, end) if _breaks(claim.plain[at]))])
    meant = text.plain[since : other.at]
    if len(_content(meant)) < _CONTENT:
        return False
    if _manners(claim, start, end) ^ _manners(text, since, other.at) and (
        _manners(claim, start, end) and _manners(text, since, other.at)
    ):
        return True
    # Values and modal words are compared elsewhere.
    known = [t for t in claim.tokens if t.sort not in ("body", "rank")]
    passed = [(t.start, t.end) for t in known]
    passed += [match.span() for match in vocabulary().glue.finditer(claim.plain)]
    said = "".join(
        claim.plain[at] for at in range(start, end) if not any(a <= at < b for a, b in passed)
    )
    if "在" in claim.plain[claim.clauses[claim.clause_of(start)][0] : end]:
        said = said.replace("中", "")
    return not set(_content(re.sub("或者|以及", "", said))) <= set(meant)


def _manners(text: Text, start: int, end: int) -> frozenset[str]:
    return frozenset(
        t.key for t in text.tokens if t.sort in _MANNERS and start <= t.start and t.end <= end
    )


def _alters_choice(one: Run, other: Run, claim: Text, text: Text) -> bool:
    """Tell whether one of two is said to be both, or two measures to be one of them."""
    between = claim.plain[one.end : other.start]
    skipped = text.plain[one.to : other.at]
    if _EITHER.fullmatch(skipped) and _BOTH.search(between):
        return True
    numbers = {claim.clause_of(one.start), claim.clause_of(other.start)}
    measures = any(claim.tokens_in(n, sort) for n in numbers for sort in ("measure", "money"))
    return bool(measures and _EITHER.search(between) and not _EITHER.search(skipped))


def _over(one: Run, other: Run, claim: Text, text: Text) -> Iterator[str]:
    """Find what a leap ahead leaves out or puts in its place."""
    between = claim.plain[one.end : other.start]
    skipped = text.plain[one.to : other.at]
    start = max(one.to, _clause_start(other.at, text))
    if start > one.to:
        yield from _across(one, other, claim, text)
    if _puts_instead(one.end, other, start, claim, text):
        yield "replaced"
    if not between and not skipped.startswith(_JOINTS):
        if _leaves_agent_out(one, other, skipped, text):
            yield "subject"
        elif len(skipped) == 1 and _content(skipped):
            yield "narrowed"
    if skipped.startswith(_JOINTS) or skipped.rstrip("、").endswith(_JOINTS):
        return  # a member of a row
    number = claim.clause_of(other.start)
    for token in text.tokens:
        if start <= token.start and token.end <= other.at and _limits(token):
            said = claim.tokens_in(number, token.sort)
            if not any(t.key == token.key or token.sort == "negation" for t in said):
                yield f"dropped_{token.sort}"


def _leaves_agent_out(one: Run, other: Run, skipped: str, text: Text) -> bool:
    """Tell whether a leap goes over the one who acts, or over the first of those who do."""
    if _AGENT.search(skipped) or _TOGETHER.search(skipped):
        return True
    if text.plain[one.to - 1] == "由":
        return not skipped.endswith((*_JOINTS, "的"))
    agent = _body_ending(other.at, text)
    return bool(agent and agent.start >= one.to and _body_ending(one.to, text))


def _across(one: Run, other: Run, claim: Text, text: Text) -> Iterator[str]:
    """Find what a leap from a clause of the evidence into another puts together."""
    between = claim.plain[one.end : other.start]
    whole = text.plain[one.to] in STOPS
    skipped = text.plain[one.to : other.at]
    shared = any(t.sort == "modality" and t.end == one.end for t in claim.tokens)
    if not whole and not between and not shared and _GOES_ON.search(skipped):
        yield "joined"
    elif not between and any(c in STRONG for c in skipped):
        head = re.split("[；。！？\n]", skipped)[-1]
        if len(_content(head)) >= _HEAD:
            yield "joined"
    # 向档案馆移交的，可以 → 档案馆可以; 旅行社未报告的，对人员处罚款 → 对旅行社处罚款
    here = claim.plain[max(0, one.start - 1) : one.start]
    there = text.plain[max(0, one.at - 1) : one.at]
    if (there in _TO and here not in _TO) or (here in (*_TO, "对") and _is_clause_start(one, text)):
        yield "role"


def _is_clause_start(run: Run, text: Text) -> bool:
    return run.at == _clause_start(run.at, text)


def _opens_within(run: Run, claim: Text, text: Text) -> bool:
    """Tell whether what somebody has another do is said without who has it done."""
    before = text.plain[max(0, run.at - 2) : run.at]
    had_done = before in vocabulary().causatives or _TOGETHER.fullmatch(before)
    return bool(had_done) and before not in claim.plain


def _is_displaced(runs: Sequence[Run], claim: Text, text: Text) -> bool:
    """Tell whether the last words of a clause stand where its evidence has others.

    由国务院制定 of 由主管部门制定，报国务院批准: what is behind the agent is before it there.
    利用档案的义务 of 利用档案的权利.
    """
    for run in runs:
        start, end = claim.clauses[claim.clause_of(run.start)]
        done = _content(claim.plain[run.end : end])[:_SEAM]
        if not done or any(run.end <= other.start < end for other in runs):
            continue
        if claim.plain[run.end - 1] == "的" and len(done) > 1 and text.plain[run.to] not in STOPS:
            return done in text.plain
        if "由" in claim.plain[start : run.end]:
            return done in text.plain and text.plain.find(done, run.to) < 0
    return False


def _limits(token: Token) -> bool:
    if token.sort == "modality":
        return token.key in ("ban", "leave")
    if token.sort == "hedge":
        return token.key not in vocabulary().droppable
    return token.sort in _LIMITS


def _body_ending(at: int, text: Text) -> Token | None:
    return next((t for t in text.tokens if t.sort == "body" and t.end == at), None)


def _content(words: str) -> str:
    """Return the letters of some words that say something of their own."""
    return "".join(c for c in words if c not in _FUNCTION and c not in STOPS)


def _returns(run: Run, home: Run, runs: Sequence[Run], text: Text) -> bool:
    """Tell whether what follows a run is where another stands: it lent no more than a name."""
    following = next((other for other in runs if other.start >= run.end), None)
    start, end = next((a, b) for a, b in text.sentences if a <= home.at < b)
    return following is not None and start <= following.at < end


def _joins(one: Run, other: Run, runs: Sequence[Run], text: Text) -> bool:
    """Tell whether a clause goes on with what the evidence says of something else.

    What a sentence of the evidence begins with is what the rest of it is about.
    """
    start, end = next((a, b) for a, b in text.sentences if a <= other.at < b)
    if start <= one.at < end or start == other.at:
        return False
    used = {at for run in runs for at in range(run.at, run.to)}
    head = "".join(text.plain[at] for at in range(start, other.at) if at not in used)
    bodies = any(t.sort == "body" and start <= t.start < other.at for t in text.tokens)
    return len(_content(head)) >= _HEAD and (bodies or "，" in head)
