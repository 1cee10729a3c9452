"""What a question asks of the duty register: whose duties, how often, what is forbidden, and so on.

A question is read so when little is left of it once these and the words of asking are taken away:
the name of a body, and a word or two that every duty in the list must then say.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, replace

from assistant.duties.bodies import Bodies
from assistant.duties.records import Duty, FrequencyKind, ModalityKind, Period
from assistant.duties.register import Often
from assistant.duties.table import PERIODS
from assistant.text import fold

_ASKS_DUTIES = re.compile(
    r"(?:有|承担|负有|履行|担负|肩负|尽|担|是|分别|都|各|具体|主要|些|什么|啥|哪|的){0,8}(?:职责|责任|任务|义务|分工)"
    r"|[担负](?:些|了)?(?:什么|哪些|啥)责"
    r"|(?:要|该|应当|应该|必须|需要|得|负责)(?:自己|亲自)?(?:做|干|管|办|抓)的(?:事情?|工作|活)?(?:都|一共)?(?:有|是)(?:什么|哪些|啥)"
    r"|(?:都|到底|究竟|具体|主要){0,3}(?:要|该|应当|应该|必须|需要|得|负责)(?:做|干|负责|履行|承担|管|抓)?(?:好)?"
    r"(?:些|了)?(?:什么|哪些|啥|哪几)(?:事情?|工作|方面|职责|责任)?"
    r"|(?:压|派|交|布置|安排|规定|赋予)(?:给|了|些|过)*(?:什么|哪些|哪几[项件个]|啥)"
    r"(?:担子|任务|活儿?|事情?|工作|职责|责任|动作)|(?:什么|哪些|啥|哪几副)担子"
)
_DUTIES = "(?:监督|具体|主要)?(?:事情?|工作|任务|职责|责任|担子|活儿?|动作|义务)"
_DO = "(?:做|干|办|抓|尽|负|承担|履行|完成)"
_ASKS_ALL_DUTIES = re.compile(
    rf"(?:{_DO}|压|派|交|安排|布置)(?:好|到|成|给|了|过|的)*(?:(?:哪些|什么|啥)(?:样的)?{_DUTIES}|哪几?[件项个副])"
    rf"|{_DO}的{_DUTIES}(?:一共|总共|都)?(?:有|是)(?:哪些|什么|哪几)|有(?:哪些|哪几项|什么){_DUTIES}"
)
_BEFORE_BODY = re.compile(
    r"(?:请问|请|帮我?|我们?|咱们?|本人|单位|这里|这边|作为|身为|一名|一个|一位|新|刚刚?|才|已经|就|到|在|被|调|接|提|选|任命?|担任|当|做|是|"
    r"为|了|的|里|上|下|区|市|县|局|各|级|地|某|给|对|要求|规定|明确|按照?|根据|照|两份|这两份|文件|材料|里面|中|[，,、\s])*"
)
"""What may stand before whoever a question is about: 我刚到区里任…."""
MOST_TAKEN = 2
"""Characters of a body that may be taken for what stands before it: 区 of 区纪委."""
_ASKS_LIST = re.compile(
    r"哪些|哪几|哪类|哪种|什么|啥|有没有|有无|列[出举个一]|清单|所有|全部|几[件项种条类个]"
)
_LITTLE = re.compile(
    r"请问|麻烦|帮我|给我|列出来?|列举|列个|说说|介绍|梳理|整理|汇总|归纳|总结|清单|注明|标明|标出|"
    r"查一?下|找一?下|看一?下|一下|看看|全部|所有|完整|一共|总共|合计|分别|分开|各自|一起|一并|都算上|算上|"
    r"(?:不要|不能|别|勿)(?:遗漏|漏掉?|落下?|丢)|一[条个项处]|"
    r"有没有|有无|哪几[个项条种类件]|哪[类种]|哪些|哪里|什么时候|什么|几[件项种条类个]|多少|"
    r"各(?:地区?|部门|单位|级)|自己|自身|各?是?怎么(?:规定|写|说|讲|要求|定)的?|安排|布置|[这那][两三几]?[份个部篇条种类]|[两三几][份个部篇]|各条|"
    r"全文|通篇|当前|目前|现在|究竟|到底|"
    r"材料|文件|条款|条文|规定|要求|制度|内容|措施|事情|事项|工作|任务|职责|责任|行为|做法|"
    r"(?:情形|情况|问题|场合|条件|前提)(?:之?下|时)?|方面|时候|一些|具体|主要|特别|"
    r"启动|发起|采取|只看|单看|光看|明确|写明|提到|涉及|属于|作为|开展|进行|落实|完成|执行|办理|做到|出现|发生|存在|"
    r"绝对|一定|千万|固定|凡是|写了|一份|平时|通常|必须|应当|应该|需要|可能|可以|一旦|如果|的话|其中|当中|之中|里面|或者?|以及|还有|另外|"
    r"点名|帮忙|(?:规定)?动作|发现了?问题(?:以?后|之后)?|一年(?:里|内|到头|下来|一次)|我们?|咱们?|对?下级单位|下面|往上|"
    r"(?<!领)搞的?|(?:跟|和|与|同)(?=[^，。]{2,6}有关)|有关|归拢|出处|本人|(?:这|那)件|（(?:包括|比如|例如)[^（）]*）?|"
    r"[、，,。；;：:？?！!\s“”\"‘’《》（）()]"
)
_BEFORE = (
    "请在对里中上的了过吗呢都也还就是有要应须得会被受由来按和与及或并把将给地些这那各两几谁能可该"
    "做干办啥哪"
)
_BEHIND = "的了过吗呢都也还就是有要应须得被由来按和与及或并把将给地些谁里中上下做干办啥哪事活"
"""Characters that mean nothing where words begin, and where they end."""
_IS_SUBJECT = re.compile(
    r"[”\"]?[，,]?(?:及其?|的|自己)*(?:\s|要|应|该|须|需|得|必须|每|按|定期|经常|不|严禁|禁止|决|有|承担|负|在|对|都|"
    r"分别|可以|能|主要|具体|一年|到底|究竟|怎|做|干|管|担|履行|作为|向|哪|什么|年度|季度|及时|本人|被|（)"
)
_IS_OBJECT = re.compile(
    r"[^，。？?]{0,10}?(?<!不)(?:会|要|将|可能|得)?(?:被(?!点名|赋予|要求|\s|$)|受到|挨)"
)
"""Behind somebody to whom it is done: 领导干部在哪些情形下会被约谈."""
_MARKS_AGENT = ("由", "属于", "归")
_MARKS_CHARGED = re.compile(r"(?:(?<![报交送抄发转告])给|让|要求|对)$")
"""Before somebody who is given tasks, where tasks are asked for: 给组织部门派了哪些任务."""
_QUOTED = re.compile(r"[“\"‘「]([^“”\"‘’「」]{2,12})[”\"’」]")
_SPEAKER = re.compile(
    r"(?:我们?|本人|咱们?|领导|单位|上面|支部|最近|今年|明年|下周|下个?月)"
    r"(?:是|在|想|要|让|叫|正|刚|准备|需要|单位|这边|安排|打算|负责)"
    r"|刚(?:刚|被)?(?:当上|接任|上任|到任|调到|提拔|任命)"
)
"""How a clause begins that says something of the asker: 我是办公室的, 领导让梳理一下."""
_CLAUSES = re.compile(r"[，。；：？！,;:?!\n]+")
_EXCEPT = re.compile(r"（[^（）]*(?:不用|不要|不算|不含|不管|除外)[^（）]*）")
_ASKS_ON = re.compile(r"怎么|怎样|如何|哪|什么|啥|多久|多少|几|吗$|呢$")
MOST_WORDS = 2
"""Words of a matter that a list may be narrowed by; more make it a question of its own."""
_REPORTED = re.compile(
    r"(?:[向给跟往](?P<to>[^，。？?！]{1,14}?))?(?:进行|作出|做出|书面|如实|主动|及时|专题|直接)*"
    r"(?:请示|报告|汇报|上报|反映|报备|报送|呈报|(?<!通)报给)+"
)
_ON_REPORTING = re.compile(r"(?:请示|报告|报备)(?:这[块项件]|方面|制度|机制|清单)")
"""Where the reporting itself is the matter, and nothing that is to be reported: 请示报告制度."""
_REPORTED_TO = re.compile(
    r"(?:报到|报至|报给|报送给?|上报给?|汇报给|报告给|送到)"
    r"(?P<to>[^，。？?！\s]{2,14}?)(?:那[儿里边])?去?(?=[，。？?！\s]|$)"
)
_NOBODY = re.compile(r"谁|哪|什么|何")
_FORBIDDEN = re.compile(
    r"不得|严禁|禁止(?:性)?|不准|不许|不能|不可以|[决绝]不(?:能|允许)|不允许|不应当?|不应该|不该|红线|禁区"
)
_SANCTIONED = re.compile(
    r"(?:会|将|要)?(?:被|受到?|面临|承担|产生|带来|有)?(?:什么|哪些|怎样的?|啥)?样?的?(?:依规依纪|依纪依规|依纪依法|严肃|坚决|连带|从严)*"
    r"(?:(?:追究|承担)(?:什么|哪些|相应)?的?责任|追责|问责|追究|处分|处理|惩处|惩罚|查处|曝光|后果)"
)
_COUNT = re.compile(
    r"(?:至少|不少于|最少|起码)?(?:做|要|得|应当|搞|开)*(?:\d+|[一二两三四五])[次回遍]以?上?"
)
_OFTEN: tuple[tuple[re.Pattern[str], Often], ...] = (
    (re.compile(r"每一?天|每日|按日"), Period.DAY),
    (re.compile(r"每一?个?(?:星期|礼拜)|每一?周|按周"), Period.WEEK),
    (re.compile(r"每一?个?月度?|按月度?|月度"), Period.MONTH),
    (re.compile(r"每一?个?季度?|按季度?|季度"), Period.QUARTER),
    (re.compile(r"每?半年"), Period.HALF_YEAR),
    (
        re.compile(r"每一?年度?|按年度?|一年(?:要|得|做|搞|开|办|查|谈)*(?=至少|[一1两2]次)|年度"),
        Period.YEAR,
    ),
    (
        re.compile(r"(?:固定|明确)的?(?:周期|频次|频率)|有?周期性?|频次|频率"),
        FrequencyKind.PERIOD,
    ),
    (re.compile(r"不?定期|经常性?|常态化"), FrequencyKind.REPEATED),
    (re.compile(r"及时|立即|马上|第一时间|尽快"), FrequencyKind.PROMPT),
)
_BY_YEAR = re.compile(r"按年度")
_YEARLY = "年度"
_ASKS_UPON = re.compile(
    r"[，,]?(?:的话|时候?|以后|之后|后|了)?[，,]?(?:我们|单位|组织|上级)?(?:应该?|应当|该|要|得|会|可以|将)?(?:是|被)?"
    r"(?:(?:怎么?样?|如何)(?:去|来|进行)?(?:办|处理|处置|应对|解决|追责|问责|追究责任|追究|做|样)?(?:才对|才好)?"
    r"|(?:受到?|承担|面临|有)(?:些|了)?(?:什么|哪些|怎样的?|啥)样?的?"
    r"(?:处理|处置|处分|处罚|惩处|责任|后果|追究|追责|问责|结果)"
    r"|(?:的?后果|的?责任)(?:是什么|有哪些|如何|怎样)"
    r"|(?:做|采取)(?:些|了)?(?:什么|哪些|啥)(?:措施|工作|事情?|行动)?)(?:呢|吗|啊)?$"
)
_OPENS = re.compile(r"^(?:请问|如果|假如|要是|一旦|万一|当|对于?|遇到|碰到)+")
_QUOTES = re.compile(r"[“”\"‘’「」]")
# 请示报告要列清单不 asks for yes or no, and no list.
_WHETHER = re.compile(r"(?:要|该|得|会|能|可以|用|须)[^，,。；;？?]{0,8}(?:不|吗|么|没有?)[？?]?$")
_WHAT = re.compile(r"哪|什么|啥|几|多少|所有|全部|列出")
_ASKS_WHEN = re.compile(
    r"(?:在|对|对于)?(?:哪些|哪种|哪几种|什么样?的?|啥)(?:情形|情况|问题|条件|场合)(?:之?下|时)?"
    r"|(?:出|发生|碰到|遇到|遇上)了?(?:哪些|什么|啥)样?的?(?:事情?|情况|问题)(?:以?后|之后)?(?:就|才)?"
)
_LIGHT = re.compile(
    r"^(?:另外|专门|单独|额外|临时|再|还|就|得|得上|被|会|加|召?开(?!展)|搞|来|一?[次场回])+"
)
"""What begins a deed without saying which: 得专门开一次民主生活会."""
_SAID = 0.7
"""Share of the pairs of characters of a matter that a sentence must hold to be on it."""
_SHORT = 4
"""Characters below which a condition is too little to be looked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the duties asked for have in common; an empty part is no condition."""

    body: str = ""
    """Id of a body of the ontology."""
    often: Often | None = None
    often_words: str = ""
    by_year: bool = False
    """Whether what is called after the year counts as well: 年度计划."""
    forbidden: bool = False
    reported: bool = False
    report_to: str = ""
    """Words for who is to be told."""
    sanctioned: bool = False
    upon: bool = False
    """Whether it is asked what must have happened: 什么情况下要召开…."""
    matter: tuple[str, ...] = ()
    """Words that say what is to be done, or what about: 约谈, 通报."""

    @property
    def only_body(self) -> bool:
        """Whether all duties of a body are asked for."""
        return self == Asked(body=self.body)

    def fits(self, duty: Duty, bodies: Bodies) -> bool:
        """Return whether a duty is one of those asked for."""
        return (
            self._fits_body(duty, bodies)
            and (self.often is None or self._fits_often(duty))
            and (not self.forbidden or duty.modality.kind is ModalityKind.MUST_NOT)
            and (not self.reported or self._fits_report(duty, bodies))
            and (not self.sanctioned or duty.sanction)
            and (not self.upon or duty.condition is not None)
            and all(_says(duty, word, done=self.upon) for word in self.matter)
        )

    def _fits_body(self, duty: Duty, bodies: Bodies) -> bool:
        if not self.body:
            return True
        own = duty.subject.bodies if duty.subject is not None else ()
        if self.only_body:
            return self.body in own and duty.modality.kind is not ModalityKind.MAY
        # What 纪检监察机关 must report 纪检机关 must.
        as_part = bodies.broader(self.body) if self.reported or self.often else frozenset()
        return bool((bodies.narrower(self.body) | as_part) & set(own))

    def _fits_often(self, duty: Duty) -> bool:
        if isinstance(self.often, Period):
            named = self.by_year and _YEARLY in duty.action.text
            return named or any(f.period is self.often for f in duty.frequencies)
        of_kind = [f for f in duty.frequencies if f.kind is self.often]
        # 定期 is not 经常; any stated interval is 有周期的.
        any_words = self.often is FrequencyKind.PERIOD
        words, not_so = self.often_words, f"不{self.often_words}"
        return any(
            any_words or (words in f.span.text and not_so not in f.span.text) for f in of_kind
        )

    def _fits_report(self, duty: Duty, bodies: Bodies) -> bool:
        if not _REPORTED.search(duty.verb.text if duty.report_to is None else duty.action.text):
            return False
        if not self.report_to:
            return True
        if duty.report_to is None:
            return False
        told = duty.report_to
        same = bodies.akin(bodies.identify(self.report_to), told.bodies)
        return same or fold(self.report_to) in fold(told.span.text)


def may_ask(topic: str) -> bool:
    """Return whether it is worth a look: the register is not read in for other questions."""
    if _WHETHER.search(topic.strip()) and not _WHAT.search(topic):
        return False
    patterns = (_ASKS_LIST, _ASKS_DUTIES, _ASKS_UPON)
    return any(p.search(clause) for clause in _CLAUSES.split(topic) for p in patterns)


def read_duty_question(topic: str, bodies: Bodies, verbs: Container[str]) -> Asked | None:
    """Return what a question asks of the register, or None when it asks for something else."""
    topic = _core(topic)
    lists = _ASKS_LIST.search(topic) is not None
    quoted = _QUOTED.search(topic) if lists else None
    if quoted and not bodies.mentioned(quoted[1]):
        # Whoever puts words between quotation marks means these and no others.
        asked, rest = Asked(matter=(quoted[1],)), topic.replace(quoted[1], " ")
    else:
        asked, rest = _read_facets(topic)
    charged = _ASKS_DUTIES.search(topic) is not None
    if asked == Asked() and charged:
        lists, rest = True, _ASKS_DUTIES.sub(" ", topic)
    named, rest = _take_bodies(rest, bodies, charged=charged)
    when = _ASKS_WHEN.search(topic) is not None
    words = _words(_ASKS_WHEN.sub(" ", rest) if when else rest)
    words = list(filter(None, (_LIGHT.sub("", word) for word in words))) if when else words
    if not lists or len(named) > 1 or len(words) > MOST_WORDS:
        return None
    if words and asked == Asked() and not named and not (len(words) == 1 and words[0] in verbs):
        if not when:
            return None
        asked = Asked(upon=True)
    asked = replace(asked, body="".join(named), matter=(*asked.matter, *dict.fromkeys(words)))
    return asked if asked != Asked() else None


def read_charged(topic: str, bodies: Bodies) -> str:
    """Return the id of the body all of whose duties are wanted, however much is said of them.

    刚到区里任纪委书记，对同级班子里的书记，让我做哪几件事: the body that the question begins with.
    """
    if not _ASKS_ALL_DUTIES.search(topic):
        return ""
    begin = _BEFORE_BODY.match(topic)
    at = begin.end() if begin else 0
    for start in range(max(at - MOST_TAKEN, 0), at + 1):
        end = bodies.at(topic, start)
        found = bodies.identify(topic[start:end]) if end > start else ()
        if found:
            return found[0] if len(found) == 1 else ""
    return ""


def read_condition(topic: str) -> str:
    """Return what has happened, of a question for what is to be done then: 发现…怎么办, or ''."""
    topic = _core(topic, _ASKS_UPON)
    asks = _ASKS_UPON.search(topic)
    if asks is None:
        return ""
    words = _OPENS.sub("", topic[: asks.start()])
    return words if len(words) >= _SHORT else ""


def _core(topic: str, asks: re.Pattern[str] | None = None) -> str:
    """Return a question up to the clause that asks, without what askers say of themselves.

    What follows may say how they want it (列个清单, 分别由谁负责, 一条别落); '' when it asks on.
    """
    clauses = [
        c
        for c in _CLAUSES.split(_EXCEPT.sub("", topic))
        if c.strip() and not _SPEAKER.match(c.strip())
    ]
    for number, clause in enumerate(clauses, start=1):
        found = asks.search(clause) if asks else _ASKS_LIST.search(clause)
        if found or (asks is None and _ASKS_DUTIES.search(clause)):
            on = [c for c in clauses[number:] if _ASKS_ON.search(c) and _words(c)]
            return "" if on else "，".join(clauses[:number])
    return ""


def _words(rest: str) -> list[str]:
    """Return what is left when the words of asking are taken away."""
    parts = (part.lstrip(_BEFORE).rstrip(_BEHIND) for part in _LITTLE.sub(" ", rest).split())
    return [part for part in parts if len(part) > 1]


def _take_bodies(text: str, bodies: Bodies, *, charged: bool) -> tuple[tuple[str, ...], str]:
    """Return the bodies that a text says something of, and what is left of it.

    ``charged``: whether tasks are asked for, which somebody is given.
    """
    named: list[str] = []
    rest = ""
    at = 0
    while at < len(text):
        end = bodies.at(text, at)
        found = end > at
        done_to = found and _IS_OBJECT.match(text, end) is not None
        acts = found and (
            _IS_SUBJECT.match(text, end)
            or text[:at].endswith(_MARKS_AGENT)
            or (charged and _MARKS_CHARGED.search(text[:at]))
        )
        named += bodies.identify(text[at:end]) if acts and not done_to else ()
        rest += "" if acts else text[at : max(end, at + 1)]
        at = max(end, at + 1)
    return tuple(dict.fromkeys(named)), rest


def _read_facets(topic: str) -> tuple[Asked, str]:
    """Return what a question asks for beside bodies and deeds, and what else it says."""
    rest, often, words, by_year = topic, None, "", False
    for pattern, kind in _OFTEN:
        found = pattern.search(rest)
        if found is not None:
            often, words = kind, PERIODS[kind] if isinstance(kind, Period) else found[0]
            by_year = _BY_YEAR.search(rest) is not None
            rest = _COUNT.sub("", pattern.sub(" ", rest))
            break
    forbidden, rest = _take(_FORBIDDEN, rest)
    pattern = _REPORTED_TO if _REPORTED_TO.search(rest) else _REPORTED
    report = None if _ON_REPORTING.search(rest) else pattern.search(rest)
    to = _QUOTES.sub("", report["to"] or "") if report else ""
    rest = pattern.sub(" ", rest) if report else rest
    sanctioned, rest = _take(_SANCTIONED, rest)
    asked = Asked(
        often=often,
        often_words=words,
        by_year=by_year,
        forbidden=forbidden,
        reported=report is not None,
        report_to="" if _NOBODY.search(to) else to,
        sanctioned=sanctioned,
    )
    return asked, rest


def _says(duty: Duty, words: str, *, done: bool) -> bool:
    """Return whether a duty's sentence says words, or the duty itself most of a longer phrase.

    ``done``: whether it must be said of what is to be done.
    """
    sought = _QUOTES.sub("", words)
    place = duty.action if done else duty.sentence
    if sought in _QUOTES.sub("", place.text):
        return True
    if len(sought) <= _SHORT:
        return False
    slots = (duty.condition, duty.subject.span if duty.subject else None, duty.action)
    said = _QUOTES.sub("", "，".join(slot.text for slot in slots if slot is not None))
    pairs = {sought[at : at + 2] for at in range(len(sought) - 1)}
    return sum(pair in said for pair in pairs) >= _SAID * len(pairs)


def _take(pattern: re.Pattern[str], words: str) -> tuple[bool, str]:
    rest = pattern.sub(" ", words)
    return rest != words, rest
