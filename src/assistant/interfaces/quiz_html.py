"""Questions, verdicts and results → HTML for the pages of practice. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from assistant.interfaces.quiz_exams import ExamPage, ExamReview, PastExam, Reviewed
from assistant.interfaces.quiz_practice import Book, Card, Closing, Overview
from assistant.interfaces.reader import reading_link, unit_of
from assistant.quiz.items import Item, ItemType
from assistant.quiz.practice_explain import Explained, Source, explain_item
from assistant.quiz.practice_mistakes import MASTERED_AFTER, Mistake
from assistant.quiz.practice_order import ShownOption, arrange_options
from assistant.quiz.schedule import CHINA, EASY
from assistant.quiz.scoring import Verdict

_MARKS = {True: "✓", False: "✗"}


def overview_to_html(overview: Overview) -> str:
    """Return what there is to do, in figures."""
    figures = (
        (overview.due, "今日到期"),
        (overview.unseen, "尚未练过的要点"),
        (overview.mistakes, "错题待巩固"),
        (overview.items, "题库可用题目"),
    )
    cells = "".join(f"<div><b>{number}</b><span>{words}</span></div>" for number, words in figures)
    unfinished = (
        f'<p class="note">有一组没有做完：{escape(overview.unfinished)}。</p>'
        if overview.unfinished
        else ""
    )
    return f'<div class="figures">{cells}</div>{unfinished}'


def question_to_html(card: Card) -> str:
    """Return a question's head and stem."""
    place, item = card.place, card.item
    hint = ""
    if place.hinted and not place.judged:
        labels = "、".join(dict.fromkeys(_label(b.label, b.document) for b in item.basis))
        hint = f'<p class="hint">提示：请看{escape(labels)}。用过提示的题按“较难”安排复习。</p>'
    return _stem(
        f"{place.title}　第 {place.position + 1} / {place.total} 题",
        item,
        f"{item.score} 分",
        hint,
    )


def exam_question_to_html(page: ExamPage) -> str:
    """Return the head and stem of a question of an exam."""
    head = f"{page.title}　第 {page.position + 1} / {len(page.answered)} 题"
    rule = f'<p class="hint">{escape(page.rule.words(page.item.type))}</p>'
    return _stem(head, page.item, f"{page.points:g} 分", rule)


def clock_to_html(page: ExamPage) -> str:
    """Return the clock of an exam; the page's script lets it run."""
    answered = f"已答 {sum(page.answered)} / {len(page.answered)} 题"
    if page.paused:
        left = f"已暂停，余 {_minutes(page.left_seconds)}"
        return f'<p class="clock paused"><b>{left}</b><span>{answered}</span></p>'
    return (
        f'<p class="clock" data-left="{page.left_seconds:.0f}" role="timer">'
        f"<b>{_minutes(page.left_seconds)}</b><span>{answered}</span></p>"
    )


def verdict_to_html(card: Card) -> str:
    """Return why an answer is right and why each other option is not."""
    if card.verdict is None:
        return ""
    given = card.place.given or ()
    next_time = "，已按“太容易”安排，间隔会更长" if card.place.rating == EASY else ""
    return (
        f"{_verdict_line(card.item, card.verdict, next_time)}"
        f"{explained_to_html(card.item, card.shown, given, parts=card.verdict.parts)}"
    )


def explained_to_html(
    item: Item,
    shown: Sequence[ShownOption],
    given: Sequence[str] = (),
    *,
    parts: Sequence[bool] = (),
) -> str:
    """Return everything there is to say about a question."""
    said = explain_item(item, shown=shown, given=given)
    return (
        f'<div class="explained">{_key_to_html(item, said, given, parts)}'
        f"{_options_to_html(said)}"
        f"{_paragraph('更正', said.correction)}{_paragraph('解析', said.explanation)}"
        f"{''.join(map(source_to_html, said.sources))}</div>"
    )


def source_to_html(source: Source) -> str:
    """Return a source: its label opens the reader at the sentence, the decisive words marked."""
    basis = source.basis
    label = escape(_label(basis.label, basis.document))
    if basis.document_id:
        link = reading_link(
            basis.document_id, unit_of(basis.article_id), start=basis.start, end=basis.end
        )
        label = f'<a class="source" href="{escape(link)}">{label}</a>'
    words = "".join(
        f"<mark>{escape(piece)}</mark>" if decisive else escape(piece)
        for piece, decisive in source.pieces
    )
    return f'<blockquote><p class="cite">{label}</p><p>{words}</p></blockquote>'


def closing_to_html(closing: Closing) -> str:
    """Return what came of a practice run."""
    share = f"，正确率{closing.right / closing.answered:.0%}" if closing.answered else ""
    wrong = "".join(_folded_question(item) for item in closing.wrong)
    rest = f'<h3>本组错题</h3><div class="list">{wrong}</div>' if wrong else ""
    skipped = closing.total - closing.answered
    left = f"，{skipped}题没有作答" if skipped else ""
    return (
        f"<h2>{escape(closing.title)}：本组结束</h2>"
        f"<p>作答{closing.answered}题，答对{closing.right}题{share}{left}。"
        f"到期时间已按记忆规律安排。</p>{rest}"
    )


def book_to_html(entries: Iterable[tuple[Mistake, Item]]) -> str:
    """Return entries of the book of wrong answers."""
    html = "".join(_mistake_to_html(mistake, item) for mistake, item in entries)
    return f'<div class="list">{html}</div>' if html else '<p class="soft">没有符合条件的错题。</p>'


def stars_to_html(book: Book) -> str:
    """Return what a person keeps at hand."""
    html = "".join(map(_folded_question, book.starred))
    return f'<div class="list">{html}</div>' if html else '<p class="soft">还没有收藏题目。</p>'


def review_to_html(review: ExamReview) -> str:
    """Return the result of an exam and every question of it."""
    result = review.result
    rows = "".join(
        f"<tr><td>{s.type.label}</td><td>{s.number}</td><td>{s.right}</td>"
        f"<td>{s.points:g} / {s.best:g}</td></tr>"
        for s in result.sections
    )
    rules = "；".join(f"{s.type.label}{review.rule.words(s.type)}" for s in result.sections)
    questions = "".join(
        _reviewed_to_html(number, question)
        for number, question in enumerate(review.questions, start=1)
    )
    passed = "合格" if result.passed else "不合格"
    return (
        f'<h2 class="{"passed" if result.passed else "failed"}">{escape(result.title)}：'
        f"{result.points:g} 分，{passed}</h2>"
        f"<p>满分 {result.best:g} 分，合格线 {result.pass_mark:g} 分，"
        f"用时 {_minutes(result.seconds)}。</p>"
        f'<table class="sections"><thead><tr><th>题型</th><th>题数</th><th>答对</th>'
        f"<th>得分</th></tr></thead><tbody>{rows}</tbody></table>"
        f'<p class="soft">计分规则：{escape(rules)}。</p>'
        f'<h3>逐题回看</h3><div class="list">{questions}</div>'
    )


def past_exams_to_html(exams: Sequence[PastExam]) -> str:
    """Return the list of exams that a person took."""
    if not exams:
        return ""
    rows = "".join(
        f"<tr><td>{e.ended_at.astimezone(CHINA):%Y-%m-%d %H:%M}</td>"
        f"<td>{escape(e.result.title)}</td><td>{e.result.points:g} / {e.result.best:g}</td>"
        f"<td>{'合格' if e.result.passed else '不合格'}</td></tr>"
        for e in exams
    )
    return (
        '<h3>考过的卷子</h3><table class="sections"><thead><tr><th>交卷时间</th><th>名称</th>'
        f"<th>得分</th><th>结果</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def notice_to_html(words: str) -> str:
    """Return a sentence for the reader."""
    return f'<p class="note">{escape(words)}</p>'


def _stem(head: str, item: Item, points: str, below: str) -> str:
    return (
        f'<p class="meta"><span>{escape(head)}</span><span>{item.type.label} · {points}</span></p>'
        f'<p class="stem">{escape(item.stem)}</p>{below}'
    )


def _verdict_line(item: Item, verdict: Verdict, note: str) -> str:
    if item.type is ItemType.SHORT:
        return (
            f'<p class="verdict">对照要点自评：{verdict.points:g} / {verdict.best:g} 分{note}</p>'
        )
    if verdict.right:
        return f'<p class="verdict right">回答正确{note}</p>'
    part = f"，得 {verdict.points:g} / {verdict.best:g} 分" if verdict.points > 0 else ""
    return f'<p class="verdict wrong">回答错误{part}</p>'


def _key_to_html(item: Item, said: Explained, given: Sequence[str], parts: Sequence[bool]) -> str:
    if item.type is ItemType.FILL:
        filled = [*given, *[""] * len(said.blanks)]
        rows = "".join(
            f"<li>第{number}空：{_filling(filled[number - 1], parts, number)}"
            f"<b>{escape(forms[0])}</b>{_others(forms)}</li>"
            for number, forms in enumerate(said.blanks, start=1)
        )
        return f'<ul class="blanks">{rows}</ul>'
    if item.type is ItemType.SHORT:
        rows = "".join(f"<li>{escape(point)}（{score}分）</li>" for point, score in said.points)
        return f'<p>参考要点：</p><ul class="blanks">{rows}</ul>'
    own = "；".join(o.letter for o in said.options if o.chosen) or "未作答"
    chosen = f"，您的答案：{escape(own)}" if given else ""
    return f'<p class="key">正确答案：<b>{escape(said.key)}</b>{chosen}</p>'


def _filling(words: str, parts: Sequence[bool], number: int) -> str:
    if not words:
        return ""
    right = number <= len(parts) and parts[number - 1]
    return f'<span class="{"right" if right else "wrong"}">{escape(words)}</span>　答案：'


def _others(forms: Sequence[str]) -> str:
    others = "、".join(forms[1:])
    return f'<span class="soft">（也可：{escape(others)}）</span>' if others else ""


def _options_to_html(said: Explained) -> str:
    if not any(option.reason for option in said.options):
        return ""
    rows = ""
    for option in said.options:
        style = "right" if option.right else "wrong" if option.chosen else ""
        mark = f'<i aria-hidden="true">{_MARKS[option.right]}</i>'
        own = "<em>您选了此项</em>" if option.chosen else ""
        reason = f'<p class="soft">{escape(option.reason)}</p>' if option.reason else ""
        rows += (
            f'<li class="{style}"><p>{mark}<b>{option.letter}</b> {escape(option.text)}{own}</p>'
            f"{reason}</li>"
        )
    return f'<ul class="reasons">{rows}</ul>'


def _paragraph(name: str, words: str) -> str:
    return f"<p>{name}：{escape(words)}</p>" if words else ""


def _folded_question(item: Item, note: str = "") -> str:
    shown = arrange_options(item, seed="book")
    listed = "".join(f"<li>{o.letter}．{escape(o.text)}</li>" for o in shown if item.options)
    options = f'<ul class="blanks">{listed}</ul>' if listed else ""
    return (
        f"<details><summary>{escape(item.stem)}"
        f'<span class="soft">{item.type.label}{note}</span></summary>'
        f"{options}{explained_to_html(item, shown)}</details>"
    )


def _mistake_to_html(mistake: Mistake, item: Item) -> str:
    state = (
        "已掌握"
        if mistake.mastered
        else f"连续答对 {min(mistake.streak, MASTERED_AFTER)} / {MASTERED_AFTER}"
    )
    when = mistake.last_wrong_at.astimezone(CHINA)
    note = f" · 错 {mistake.wrong} 次 · 最近 {when:%m-%d} · {state}"
    return _folded_question(item, note)


def _reviewed_to_html(number: int, question: Reviewed) -> str:
    item = question.item
    style = "right" if question.right else "wrong"
    own = _own_words(question)
    return (
        f'<details><summary><b class="{style}">{_MARKS[question.right]} {number}</b> '
        f'{escape(item.stem)}<span class="soft">{item.type.label} · '
        f"{question.points:g} / {question.best:g} 分 · 您的答案：{escape(own)}</span></summary>"
        f"{explained_to_html(item, question.shown, question.given)}</details>"
    )


def _own_words(question: Reviewed) -> str:
    if not question.given:
        return "未作答"
    if question.item.type in (ItemType.FILL, ItemType.SHORT):
        return "；".join(question.given)
    return "、".join(o.letter for o in question.shown if o.key in question.given)


def _label(label: str, document: str) -> str:
    return label or f"《{document}》"


def _minutes(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole // 60}分{whole % 60:02d}秒"
