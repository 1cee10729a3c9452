"""练习题 in a single chat, over the real quiz room: dealt, judged once, remembered for the page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.fakes import OPINIONS, FakeAssistant
from tests.wecom.bots import BOT_ID, running_bot

from assistant.quiz.items import Basis, Item, ItemType, Option, Status
from assistant.quiz.practice import due_facts, open_sitting, read_past
from assistant.quiz.review import Sources, sync_bank
from assistant.store.base import now
from assistant.store.database import Database, open_database
from assistant.wecom import quiz_cards
from assistant.wecom.messages import Channel, Incoming
from assistant.wecom.quiz_cards import QuizTable
from assistant.wecom.quiz_dealer import RegisterDealer
from assistant.wecom.state import State

ARTICLE = next(a for a in OPINIONS.articles if a.number == 3)
SENTENCE = next(s for s in ARTICLE.sentences if "任职谈话" in s.text)
BASIS = Basis(
    document=OPINIONS.document.title,
    article="三",
    quote=SENTENCE.text,
    sentence=SENTENCE.text,
    document_id=OPINIONS.document.id,
    article_id=ARTICLE.id,
    label="《意见》（三）",
    start=SENTENCE.start,
    end=SENTENCE.end,
)
SINGLE = Item(
    id="talk-single",
    type=ItemType.SINGLE,
    stem="上级“一把手”对下级新任职“一把手”应当开展（ ）。",
    options=(
        Option("A", "任职谈话"),
        Option("B", "离任审计"),
        Option("C", "民主评议"),
        Option("D", "专题述职"),
    ),
    answer=("A",),
    basis=(BASIS,),
    explanation="《意见》（三）规定对下级新任职“一把手”应当开展任职谈话。",
    key_evidence=(("A", "任职谈话"),),
    refute=(("B", "本条没有规定离任审计。"), ("C", "本条没有规定民主评议。")),
    difficulty=1,
    pattern="what",
    score=2,
    fact_id="talk",
    status=Status.ACTIVE,
)
JUDGE = replace(
    SINGLE,
    id="talk-judge",
    type=ItemType.JUDGE,
    stem="对下级新任职“一把手”可以不开展任职谈话。",
    options=(),
    answer=("F",),
    correction="对下级新任职“一把手”应当开展任职谈话。",
    fact_id="talk-judge",
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    yield opened
    opened.close()


def fill(database: Database, *items: Item) -> None:
    with database.session() as session:
        sync_bank(session, items, sources=Sources((OPINIONS,)), at=now())


def table(database: Database) -> QuizTable:
    return QuizTable(RegisterDealer(database), State(database), database)


def wish(number: int = 1, user: str = "zhangsan") -> Incoming:
    return Incoming(
        message_id=f"M{number}",
        channel=Channel.CONNECTION,
        bot_id=BOT_ID,
        chat_type="single",
        chat_id="",
        user_id=user,
        received_at=datetime.now(UTC),
        text="题",
    )


def test_a_wish_is_dealt_a_question_with_options_and_without_its_key(database: Database) -> None:
    fill(database, SINGLE)
    said, card = table(database).deal(wish())
    assert "**单项选择题**" in said
    assert "> A. 任职谈话" in said
    assert card is not None
    assert card.description == SINGLE.stem
    assert [option.id for option in card.options] == ["A", "B", "C", "D"]
    assert not any(option.checked for option in card.options)


def test_the_same_message_is_dealt_the_same_question_again(database: Database) -> None:
    fill(database, SINGLE, JUDGE)
    quiz = table(database)
    assert quiz.deal(wish(7)) == quiz.deal(wish(7))
    first, second = quiz.deal(wish(8))[1], quiz.deal(wish(9))[1]
    assert first is not None
    assert second is not None
    assert first.task_id != second.task_id


def test_a_right_answer_is_praised_with_its_source_and_locks_the_card(database: Database) -> None:
    fill(database, SINGLE)
    quiz = table(database)
    _, card = quiz.deal(wish())
    assert card is not None
    said, locked = quiz.choose(card.task_id, bot_id=BOT_ID, user_id="zhangsan", chosen=("A",))
    assert said.startswith("**回答正确。**")
    assert f"> 《意见》（三）：“{SENTENCE.text}”" in said
    assert locked is not None
    assert locked.locked
    assert locked.task_id == card.task_id
    assert locked.options[0].text == "✓ A. 任职谈话"


def test_a_wrong_answer_is_explained(database: Database) -> None:
    fill(database, SINGLE)
    quiz = table(database)
    _, card = quiz.deal(wish())
    assert card is not None
    said, locked = quiz.choose(card.task_id, bot_id=BOT_ID, user_id="zhangsan", chosen=("B",))
    assert "**回答错误。**" in said
    assert "您选的是B，正确答案是A。" in said
    assert "本条没有规定离任审计。" in said
    assert "本条没有规定民主评议。" not in said
    assert locked is not None
    assert locked.options[1].text == "✗ B. 离任审计"


def test_the_first_choice_stands_and_is_counted_once(database: Database) -> None:
    fill(database, SINGLE)
    quiz = table(database)
    _, card = quiz.deal(wish())
    assert card is not None
    for chosen in ("B", "A", "A"):
        said, _ = quiz.choose(card.task_id, bot_id=BOT_ID, user_id="zhangsan", chosen=(chosen,))
    assert "以第一次的选择为准" in said
    assert "**回答错误。**" in said
    with database.session() as session:
        past = read_past(session, "wecom:zhangsan")
    assert [(one.item_id, one.right) for one in past] == [("talk-single", False)]


def test_nobody_answers_for_somebody_else_and_no_card_is_invented(database: Database) -> None:
    fill(database, SINGLE)
    quiz = table(database)
    _, card = quiz.deal(wish())
    assert card is not None

    def choose(task_id: str, user: str, *chosen: str) -> str:
        return quiz.choose(task_id, bot_id=BOT_ID, user_id=user, chosen=chosen)[0]

    assert choose(card.task_id, "lisi", "A") == quiz_cards.NOT_YOURS
    assert choose("quiz_invented", "zhangsan", "A") == quiz_cards.UNKNOWN_CARD
    assert choose(card.task_id, "zhangsan", "Z") == quiz_cards.NOTHING_CHOSEN
    assert choose(card.task_id, "zhangsan") == quiz_cards.NOTHING_CHOSEN


def test_letters_answer_the_question_that_was_sent_last(database: Database) -> None:
    fill(database, SINGLE)
    quiz = table(database)
    assert quiz.choose_open(wish(), ("A",)) == quiz_cards.NO_OPEN_QUESTION
    quiz.deal(wish())
    assert quiz.choose_open(wish(2), ("A",)).startswith("**回答正确。**")
    assert quiz.choose_open(wish(3), ("A",)) == quiz_cards.NO_OPEN_QUESTION


def test_a_statement_is_judged_right_or_wrong(database: Database) -> None:
    fill(database, JUDGE)
    quiz = table(database)
    said, card = quiz.deal(wish())
    assert "例如：对" in said
    assert card is not None
    assert [option.text for option in card.options] == ["对", "错"]
    verdict = quiz.choose_open(wish(2), ("T",))
    assert "您选的是对，正确答案是错。" in verdict
    assert "应为：对下级新任职“一把手”应当开展任职谈话。" in verdict


def test_practice_in_the_chat_and_on_the_page_share_one_memory(database: Database) -> None:
    fill(database, SINGLE)
    state = State(database)
    state.link_account(bot_id=BOT_ID, user_id="zhangsan", account="account-1")
    quiz = table(database)
    quiz.deal(wish())
    quiz.choose_open(wish(2), ("A",))
    with database.session() as session:
        assert [one.fact_id for one in read_past(session, "account-1")] == ["talk"]
        assert read_past(session, "wecom:zhangsan") == ()
        far = datetime(2036, 1, 1, tzinfo=UTC)
        assert due_facts(session, "account-1", at=far) == ("talk",)
        # An unfinished practice on the page is not disturbed.
        assert open_sitting(session, "account-1") is None


def test_an_empty_bank_is_explained(database: Database) -> None:
    assert table(database).deal(wish()) == (quiz_cards.NO_QUESTIONS, None)


def test_a_vote_in_a_chat_gets_its_verdict_and_a_second_one_changes_nothing(
    tmp_path: Path, database: Database
) -> None:
    fill(database, SINGLE)

    async def scenario() -> None:
        dealer = RegisterDealer(database)
        async with running_bot(tmp_path, FakeAssistant(), dealer=dealer) as (link, _):
            card = await link.reply_to(await link.say("zhangsan", "题"))
            assert card.kind == "template_card"
            await link.vote("zhangsan", card, "A")
            await link.changes.until(
                lambda: len(link.bubbles) == 2 and len(link.desk.updated_cards) == 1
            )
            assert "**回答正确。**" in link.bubbles[1].text
            assert link.desk.updated_cards[0]["task_id"] == (card.card or {})["task_id"]
            await link.vote("zhangsan", card, "B")
            await link.changes.until(lambda: len(link.bubbles) == 3)
            assert "以第一次的选择为准" in link.bubbles[2].text
            group = await link.reply_to(await link.say("zhangsan", "@助手 题", chat="CHAT-1"))
            assert group.text == quiz_cards.SINGLE_CHAT_ONLY
            assert link.violations == []

    asyncio.run(scenario())


def test_a_question_too_long_for_a_card_is_said_in_words_first(
    tmp_path: Path, database: Database
) -> None:
    long = replace(SINGLE, stem=f"{SENTENCE.text}{SENTENCE.text}以上表述中，应当开展（ ）。")
    fill(database, long)

    async def scenario() -> None:
        dealer = RegisterDealer(database)
        async with running_bot(tmp_path, FakeAssistant(), dealer=dealer) as (link, _):
            await link.say("zhangsan", "题")
            await link.changes.until(lambda: len(link.bubbles) == 2)
            assert [bubble.kind for bubble in link.bubbles] == ["stream", "template_card"]
            assert long.stem in link.bubbles[0].text
            await link.vote("zhangsan", link.bubbles[1], "A")
            await link.changes.until(lambda: len(link.bubbles) == 3)
            assert link.violations == []

    asyncio.run(scenario())
