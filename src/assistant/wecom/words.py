"""What the bot says: answers with their sources, refusals, help, and everything that goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from assistant.domain import Answer, Citation, Related
from assistant.text import fold
from assistant.wecom.format import neutralise, quoted, shorten

EXCERPT_CHARACTERS = 60
MOST_RELATED = 3
MOST_OPTIONS = 9

SEARCHING = "正在查询……"
WAITING = "正在排队，前面还有 {number} 个问题……"
STILL_SEARCHING = "正在查询，已用 {seconds} 秒，请稍候……"
DRAFTING = "（正在继续，出处稍后列出……）"
TAKES_LONG = "这个问题查得比较久，查到后我会另发一条消息给您。"
GIVEN_UP = "很抱歉，这次没能得出答复。请稍后再问，或把问题问得更具体一些。"
FAILED = "很抱歉，服务出了点问题，这次没能得出答复。请稍后再问；如果一再出现，请告诉管理员。"
RESTARTING = "服务正在重新启动，答复随后送到，不用再问一遍。"
UNREADABLE = "我只能看文字。请把要问的内容打成文字发给我；发语音也可以。"
NOT_ALLOWED = "您目前不在这个助手的使用范围内。如需使用，请联系管理员。"
FRESH = "好的，前面的对话我不再参考，请问新的问题。"
NO_OPTIONS = "前面没有可以选择的内容。请直接写出要问的问题。"
UNWANTED = "这条答复没能通过平台的内容检查，请到网页上查看。"
HELP = """我根据已经收入的文件材料回答问题，每句话都注明出处；材料里没有的，我不回答。

**可以这样用**
> 直接问：巡视巡察谈话应当将什么作为必谈内容？
> 看条文：《意见》第六条怎么规定？
> 接着问：那北京呢？
> 发“题”：来一道练习题（限单聊）
> 发“新话题”：前面的对话不再参考
> 发“帮助”：看这段说明

群里提问请先 @ 我。"""
WELCOME = "您好，我是学习材料问答助手。"


def answer_to_markdown(answer: Answer, *, public_url: str = "") -> str:
    """Return an answer, a refusal or a question back as a chat shows it."""
    parts = [_safe(answer.text, public_url)]
    if answer.citations:
        parts.append(_sources(answer, public_url))
    if answer.status == "clarify":
        parts.append(_options(answer.options))
    elif answer.status == "refused" and answer.related:
        parts.append(_related(answer.related, public_url))
    return "\n\n".join(parts)


def draft_to_markdown(text: str) -> str:
    """Return the beginning of an answer that is still being written; all of it is checked."""
    return f"{_safe(text, '')}\n\n{DRAFTING}"


def article_link(public_url: str, article_id: str, *, start: int = 0, end: int = 0) -> str:
    """Return the address of an article on the page; empty when the page has no address."""
    if not public_url:
        return ""
    place: dict[str, str | int] = {"article": article_id}
    if end > start:
        place |= {"start": start, "end": end}
    return f"{public_url.rstrip('/')}/#read?{urlencode(place)}"


def linked(label: str, link: str) -> str:
    """Return a label that leads somewhere, if there is somewhere to lead to."""
    return f"[{label}]({link})" if link else label


def _sources(answer: Answer, public_url: str) -> str:
    said = fold(answer.text)
    lines = ["**出处**"]
    for citation in answer.citations:
        lines.append(_source(citation, public_url, said))
    return "\n".join(lines)


def _source(citation: Citation, public_url: str, said: str) -> str:
    link = article_link(public_url, citation.article_id, start=citation.start, end=citation.end)
    line = f"> [{citation.marker}] {linked(_safe(citation.label, public_url), link)}"
    # An answer in the words of the text has said the quotation already.
    if fold(citation.quote) in said:
        return line
    return f"{line}\n{quoted(f'“{_safe(citation.quote.strip(), public_url)}”')}"


def _related(related: Sequence[Related], public_url: str) -> str:
    lines = ["**相近条文**（仅供参考，不是对所问问题的回答）"]
    for near in related[:MOST_RELATED]:
        label = linked(_safe(near.label, public_url), article_link(public_url, near.article_id))
        excerpt = _safe(_excerpt(near, characters=EXCERPT_CHARACTERS), public_url)
        lines.append(f"> {label}：{excerpt}")
    return "\n".join(lines)


def _options(options: Sequence[Related]) -> str:
    lines = [
        f"> {number}　{_safe(option.label, '')}：{_safe(_excerpt(option, characters=40), '')}"
        for number, option in enumerate(options[:MOST_OPTIONS], start=1)
    ]
    return "\n".join([*lines, "回复序号即可，例如：1"])


def _excerpt(near: Related, *, characters: int) -> str:
    """Return how an article begins, without the number that its label says already."""
    text = near.text.strip()
    for length in range(len(near.label), 1, -1):
        if text.startswith(near.label[-length:]):
            text = text[length:]
            break
    return shorten(text, characters=characters)


def _safe(text: str, public_url: str) -> str:
    return neutralise(text, own_host=urlsplit(public_url).hostname or "" if public_url else "")
