"""What kind of answer a question asks for, and whether a text gives one of that kind.

A question for a number of days is not answered by a sentence without one, however near its topic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

_N = r"(?:[0-9０-９]+(?:\.[0-9]+)?|[一二三四五六七八九十百千万两半数]+)"
_HOW_MANY = r"(?:几|多少|多大|何)"


class Kind(Enum):
    """Kinds of answer that a text can be searched for."""

    MONEY = "金额"
    SHARE = "比例"
    DAYS = "天数"
    MONTHS = "月数"
    FREQUENCY = "频次"
    TIMES = "次数"
    DURATION = "期限"
    COUNT = "数量"
    PEOPLE = "人数"
    DEFINITION = "具体内容"
    CONSEQUENCE = "后果"


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: Kind
    question: re.Pattern[str]
    evidence: re.Pattern[str]


_EVERY = r"每(?:个)?(?:年|半年|季度|月|周|日|天|届|两年)|年度|月度|季度|定期|经常|常态化"
_TERM = r"(?:年|个月|天|日|小时|周|个工作日)"
_UNIT = "个(?!人)|项|条|种|类|部分|方面|块|篇|字|级|批|票|等次|份|层|句|家"

_RULES = tuple(
    _Rule(kind, re.compile(question), re.compile(evidence))
    for kind, question, evidence in (
        (
            Kind.MONEY,
            rf"{_HOW_MANY}(?:钱|元|万)|金额|罚款|花费",
            rf"{_N}\s*(?:万|亿)?元",
        ),
        (
            Kind.SHARE,
            rf"百分之{_HOW_MANY}|{_HOW_MANY}的?(?:比例|百分点)|几成|比例是|占比",
            rf"{_N}\s*[%％]|百分之{_N}|{_N}成|全覆盖",
        ),
        (
            Kind.DAYS,
            rf"(?<![这近头])(?<!(?<!提)前){_HOW_MANY}个?(?:天|日|工作日|小时|分钟|钟头)|几号",
            rf"{_N}\s*个?(?:天|日|工作日|小时|分钟)",
        ),
        (
            Kind.MONTHS,
            rf"(?<![前这近头]){_HOW_MANY}个月|(?<![前这近头])几月(?:份|底|初)",
            rf"{_N}\s*个?月(?!\d)",
        ),
        (
            Kind.FREQUENCY,
            rf"(?:多久|多长时间|{_HOW_MANY}(?:年|月|个月|天)|隔多久).{{0,14}}一[次回趟遍轮]|频次|频率|周期|多久一|"
            rf"隔(?:多久|多长)|间隔.{{0,8}}多[久长]",
            rf"{_EVERY}|{_N}\s*次",
        ),
        (
            Kind.TIMES,
            rf"(?<!第){_HOW_MANY}(?:次(?!全会)|回(?!事)|趟|遍|场(?!合))",
            rf"{_N}\s*(?:次(?!全会)|回|趟|遍|场(?!合))",
        ),
        (
            Kind.DURATION,
            rf"(?<![前这近头去]){_HOW_MANY}年|多长时间|多久|多长|期限|时限|任期(?!间)",
            rf"(?<!\d)(?!\d{{3,}}年){_N}\s*{_TERM}(?!\d)",
        ),
        (
            Kind.COUNT,
            rf"(?<![前这近哪第]){_HOW_MANY}大?(?:{_UNIT})",
            # 政治关、品行关、能力关 are counted by whoever reads them.
            rf"{_N}\s*(?:多|余)?大?(?:{_UNIT}|名|位)|“{_N}个|[“”][一二三四五六七八九十]"
            r"|(?P<end>[\u4e00-\u9fff])(?:、[^、，。；]{1,6}(?P=end)){2}",
        ),
        (
            Kind.PEOPLE,
            rf"(?<![前这近]){_HOW_MANY}(?:个?人(?!大)|名|位)",
            rf"{_N}\s*(?:多|余)?(?:个人|名|位|人(?!大))",
        ),
        (
            Kind.DEFINITION,
            r"(?:分别|具体)(?:是指|指|是|有)(?:什么|啥|哪)|是什么意思|什么含义|具体(?:是)?哪|具体列|具体名单|"
            r"包括哪些(?:人|方面|内容|单位)|细到哪|范围(?:是|包括)",
            r"是指|指的是|包括|即|分别|：|（[^）]{6,}）|[^、]+、[^、]+、[^、]+",
        ),
        (
            Kind.CONSEQUENCE,
            r"怎么(?:办|处理|处置|罚|处罚|追究|弄)|如何(?:处理|处置|追究)|后果|下场|会(?:怎么?|咋)样|咋(?:办|处理|整)|"
            r"(?:担|追究?|问)(?:到)?(?:什么|哪些|哪种|何种?|啥)?责|何责|(?:什么|啥)(?:处理|处罚)|"
            r"(?:受|被|挨|吃)(?:到|什么|啥)?(?:什么|哪些|啥)?(?:处分|处理|处罚|批评)|"
            r"what happens|consequence",
            r"(?:的|者)[，,]?[^，。；]{0,24}(?:责令|追究|问责|处[理分罚]|纠正|诫勉|约谈|通报|曝光|批评|提醒|指出|撤|罚|报告)",
        ),
    )
)
SOUGHT_ONLY = (Kind.CONSEQUENCE,)
"""Kinds that tell which sentence to quote; what has none is not refused for it."""
TAIL = 60
"""Characters at the end of a long question in which it asks; before them it tells a story."""


def kinds_asked(question: str) -> tuple[Kind, ...]:
    """Return the kinds of value that a question asks for, in the order of the rules."""
    return tuple(kind for kind in kinds_sought(question) if kind not in SOUGHT_ONLY)


def kinds_sought(question: str) -> tuple[Kind, ...]:
    """Return the kinds of value that the sentences to be quoted should give.

    How long something takes is asked in many ways (多长时间作一次): a frequency is no duration.
    """
    tail = question[-TAIL:]
    kinds = [rule.kind for rule in _RULES if rule.question.search(tail)]
    if Kind.FREQUENCY in kinds:
        kinds = [k for k in kinds if k not in (Kind.DURATION, Kind.TIMES, Kind.MONTHS, Kind.DAYS)]
    return tuple(kinds)


def gives(kind: Kind, text: str) -> bool:
    """Tell whether a text holds a value of this kind."""
    return any(rule.evidence.search(text) for rule in _RULES if rule.kind is kind)


_THINGS = r"\s*大?(?P<unit>个|项|条|种|类|张|份|句)(?P<noun>[\u4e00-\u9fff]{2})"
_COUNTED = re.compile(rf"(?<!第){_HOW_MANY}{_THINGS}")
_SUPPOSED = re.compile(rf"(?<!第){_N}{_THINGS}")


def counted_asked(question: str) -> re.Pattern[str] | None:
    """Return how a text would give the number of what a question counts, or None.

    几个部分, and 七个部分 too where that is to be confirmed: 五个部分.
    """
    tail = question[-TAIL:]
    found = _COUNTED.search(tail) or (_SUPPOSED.search(tail) if confirms(question) else None)
    if found is None:
        return None
    return re.compile(rf"{_N}\s*大?{found['unit']}{found['noun']}")


# What rules seldom settle and people often ask; each alternative is looked for as it stands.
_PARTICULARS = re.compile(
    r"格式|范本|样表|表格|登记表|模板|哪张表|字数|分数|打分|排名|名次|等次|票数|名单|地点|场所|文书|"
    r"签字|盖章|录音|录像|代替|代为|委托|申诉|复议|抗辩|异议|数额|金额|人均|顺序|理由|原因|案例|例子|奖励|奖金|罚款|"
    r"处分|撤职|免职|坐牢|判刑|证书|培训|学分|经费|编制|工资|电话|网址|邮箱|联系方式|表决权|"
    r"bonus|reward|fine|sanction|how many people"
)
_CONFIRMS = re.compile(
    r"对吧|对了吗|[记说数]错|是吧|没错吧|对不对|对吗|是吗|是不是|吧[？?]?$|我记得|应该是|听说|"
    r"right\?|isn't it"
)
_WHETHER = re.compile(
    r"能不能|可不可以|要不要|用不用|需不需要|有没有|是否|作不作数|算不算|行不行|可以.{0,8}吗|必须.{0,10}还是"
)
_INVENT = re.compile(
    r"(?:请|帮|给我|替我|你|来|就|^).{0,30}(?<!不要)(?<!不得)(?<!不能)(?<!别)(?<!禁止)(?<!严禁)(?<!整)(?<!改)"
    r"(?:杜撰|编造|虚构|伪造|瞎编|胡编|捏造|编(?:一|两|三|几|个|条|写(?:一|几)))|"
    r"改(?:松|得?温和)|仿照.{0,8}(?:写|拟)|以.{0,12}(?:口吻|名义).{0,4}(?:写|拟|编)|"
    r"(?:make up|invent|fabricate)\b"
)
_OF_THE_MACHINE = re.compile(r"系统提示|提示词|system prompt|(?:previous|prior) instructions", re.I)
_OF_INVENTING = re.compile(r"(?:怎么|如何|怎样|什么).{0,6}(?:处理|处罚|追究|后果|责任)|会怎")
_REAL = re.compile(r"到底|实际上|真实|原文(?:怎么|是|到底|究竟)|究竟|really")


_VAGUE = re.compile(r"一定(?:的)?(?:比例|范围|数量|程度|期限|时间)")
_EXACTLY = re.compile(
    r"具体|到底|究竟|是指|指的|百分之|多[少大长]|几[个场次人天]|哪些|怎么(?:算|定)|才算|包括"
)
_TO_WHOM = re.compile(
    r"(?:向|给|报给?|交给?|送给?|往|备到|报到|交到|送到)(?:谁|哪(?!怕)|什么(?:部门|单位|人))"
)
_TO_SOMEONE = re.compile(
    r"向[^，。；]{2,}|报[^，。、]{0,10}(?:党委|党组|机关|部门|组织|政府|委|备案|批准|审)|"
    r"交由|移[送交]|送[^，。；]{1,10}(?:机关|部门|党委|人)|告知|通知|书面"
)
_BODY_ASKED = r"(?:谁|什么人|哪(?:个|一个|些|家|几家)?(?:部门|单位|机关|机构|人|级|领导))"
_WHO_DOES = re.compile(
    rf"(?:(?:由|让|归|得|要|请){_BODY_ASKED}(?:先|亲自|具体|最后|最终)*+(?:来|去|要|负责|应该|应当|得|可以|有权|统一)*+"
    rf"|{_BODY_ASKED}(?:先|亲自|具体)*+(?:来|负责|应该|应当|有权|去)++)(?P<act>[\u4e00-\u9fff]{{2,4}})"
)
# What anybody responsible may be said to do: no text need have these words to say who it is. 做
# with a word behind it is that word (做记录).
_ANY_ACT = re.compile(
    r"管|盯|抓|负|处|收拾|拍板|说了算|统|牵头|推|建|做(?![\u4e00-\u9fff]{2})|干|办|审|定|出面|主管|分管|监督|执行|落实|"
    r"承担|完成|提|查|看|去|指|组织|开|发|批|同意|决定|把关|反映|报|通报|告|找|谈|问|受理|撤|的|呢|吗"
)

# Several articles may hold what is asked for: what has 哪些, or is to be gathered.
_PLURAL = re.compile(
    r"哪[些几类种]|[些了]什么|什么(?:样的?)?(?:情[形况]|问题|事|措施|要求|规矩|办法|手段)|几[件项种场类个]|都.{0,6}[什啥谁哪]|分别"
)
_GATHERS = re.compile(
    r"梳理|汇总|归[拢纳]|捋|清单|台账|全部|所有|一共|总共|凡是|不漏|遗漏|都|说全|列|逐|各|事|处|分别|到底"
)
_EVERYTHING = re.compile(
    r"都有(?:哪些|哪几|什么|啥)|[列说找讲写]全|全一点|全部|(?:不要|别|勿|不)(?:遗漏|漏|落)|梳理|汇总|归[拢纳]|捋|清单|台账"
)


def is_plural(question: str) -> bool:
    """Tell whether a question asks for things of a kind rather than for one."""
    return bool(_PLURAL.search(question))


def gathers(question: str) -> bool:
    """Tell whether a question has words of gathering: 都, 各, 一共, 归拢."""
    return bool(_GATHERS.search(question))


def wants_everything(question: str) -> bool:
    """Tell whether all that the texts say on a matter is to be gathered."""
    return bool(_EVERYTHING.search(question))


def asks_several(question: str) -> bool:
    """Tell whether a question asks for more than one thing of a kind."""
    return is_plural(question) or wants_everything(question)


def missing_slot(question: str, quoted: str, article: str) -> str:
    """Return what a question asks of a rule that the rule has no place for, or nothing.

    The measure of what is only called 一定比例, to whom something goes, who does what no word of
    the article speaks of: named in the words that a refusal uses.
    """
    tail = question[-TAIL:]
    vague = _VAGUE.search(question)
    if vague and vague[0] in quoted and _EXACTLY.search(tail):
        return f"“{vague[0]}”的具体内容"
    if _TO_WHOM.search(tail) and not _TO_SOMEONE.search(quoted):
        return "对象"
    act = _WHO_DOES.search(tail)
    if act and not _ANY_ACT.match(act["act"]):
        pairs = {act["act"][at : at + 2] for at in range(len(act["act"]) - 1)}
        if not any(pair in article or pair in quoted for pair in pairs):
            return "主体"
    return ""


def missing_particulars(question: str, text: str) -> tuple[str, ...]:
    """Return the particulars that a question asks after and a text does not mention."""
    return tuple(word for word in particulars_asked(question) if word not in text)


def particulars_asked(question: str) -> tuple[str, ...]:
    """Return the particulars that a question asks after."""
    if confirms(question):  # what is supposed is to be set right, not missed
        return ()
    return tuple(dict.fromkeys(_PARTICULARS.findall(question[-TAIL:])))


def confirms(question: str) -> bool:
    """Tell whether a question asks for something it supposes to be confirmed."""
    return bool(_CONFIRMS.search(question))


def asks_whether(question: str) -> bool:
    """Tell whether a question asks if something is so rather than what is so."""
    return bool(_WHETHER.search(question[-TAIL:]))


def asks_to_invent(question: str) -> bool:
    """Tell whether a text is to be made up or altered, and what it really says is not asked.

    Or what the machine was told is asked for, which no material says.
    """
    real = _REAL.search(question) or _OF_INVENTING.search(question)
    return bool(_INVENT.search(question) or _OF_THE_MACHINE.search(question)) and not real
