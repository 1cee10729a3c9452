"""What the processes of the bot share: repeats, history, leases, cards, feedback, accounts.

Every method is one short transaction that begins by writing, which SQLite serialises without
failing; they block, so callers on an event loop run them in threads. Replies have ``answers``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError

from assistant.domain import Turn
from assistant.store.base import Base, now
from assistant.store.database import Database
from assistant.wecom.messages import Feedback, Incoming, VoteCard
from assistant.wecom.records import card_from_json, card_to_json
from assistant.wecom.tables import (
    AccountRow,
    AnswerRow,
    CardAnswerRow,
    CardRow,
    FeedbackRow,
    LeaseRow,
    SeenRow,
    TokenRow,
    TurnRow,
)

Clock = Callable[[], datetime]

ANSWERS_KEPT = timedelta(hours=25)
"""A repeated msgid is known for longer than the platform can answer to it (24 h)."""
CARDS_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SentCard:
    """A card that was sent, and to whom."""

    card: VoteCard
    conversation: str
    user_id: str
    """Whom the card was made for."""
    item_id: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What a user chose on a card: the first choice stands, whatever is clicked afterwards."""

    sent: SentCard
    chosen: tuple[str, ...]
    first: bool


class State:
    """The shared records. Thread safe."""

    def __init__(self, database: Database, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def first_time(self, scope: str, key: str, *, keep: timedelta) -> bool:
        """Say whether this is the first ``key`` in its scope; one caller alone is told so."""
        at = self._clock()
        with self._database.session() as session:
            session.execute(
                delete(SeenRow).where(
                    SeenRow.scope == scope, SeenRow.key == key, SeenRow.expires_at <= at
                )
            )
        return self._insert(SeenRow(scope=scope, key=key, expires_at=at + keep))

    def add_turn(self, incoming: Incoming, *, question: str, answer: str) -> None:
        """Keep a question and its answer for follow-ups; again with the same message: nothing."""
        self._insert(
            TurnRow(
                conversation=incoming.conversation,
                message_id=incoming.message_id,
                user_id=incoming.user_id,
                question=question,
                answer=answer,
                at=self._clock(),
            )
        )

    def recent_turns(self, incoming: Incoming, *, within: timedelta, most: int) -> tuple[Turn, ...]:
        """Return what was said before in this chat by this user, oldest first, two per question."""
        with self._database.session() as session:
            rows = session.scalars(
                select(TurnRow)
                .where(
                    TurnRow.conversation == incoming.conversation,
                    TurnRow.user_id == incoming.user_id,
                    TurnRow.message_id != incoming.message_id,
                    TurnRow.at > self._clock() - within,
                )
                .order_by(TurnRow.at.desc())
                .limit(most)
            ).all()
        turns: list[Turn] = []
        for row in reversed(rows):
            turns += [("user", row.question), ("assistant", row.answer)]
        return tuple(turns)

    def forget_turns(self, incoming: Incoming) -> None:
        """Drop what this user said in this chat."""
        with self._database.session() as session:
            session.execute(
                delete(TurnRow).where(
                    TurnRow.conversation == incoming.conversation,
                    TurnRow.user_id == incoming.user_id,
                )
            )

    def acquire_lease(self, name: str, *, holder: str, lasting: timedelta) -> bool:
        """Take or renew a lease; False while another holder's has not run out."""
        at = self._clock()
        with self._database.session() as session:
            taken = session.execute(
                update(LeaseRow)
                .where(LeaseRow.name == name, (LeaseRow.holder == holder) | (LeaseRow.until <= at))
                .values(holder=holder, until=at + lasting)
                .returning(LeaseRow.name)
            ).first()
        return taken is not None or self._insert(
            LeaseRow(name=name, holder=holder, until=at + lasting)
        )

    def release_lease(self, name: str, *, holder: str) -> None:
        """Give a lease back, if it is still this holder's."""
        with self._database.session() as session:
            session.execute(
                delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder)
            )

    def lease_holder(self, name: str) -> str:
        """Return who holds a lease now; empty for nobody."""
        with self._database.session() as session:
            holder = session.scalar(
                select(LeaseRow.holder).where(LeaseRow.name == name, LeaseRow.until > self._clock())
            )
        return holder or ""

    def find_token(self, name: str) -> str:
        """Return a sealed access token that is still valid; empty for none."""
        with self._database.session() as session:
            sealed = session.scalar(
                select(TokenRow.sealed).where(
                    TokenRow.name == name, TokenRow.expires_at > self._clock()
                )
            )
        return sealed or ""

    def keep_token(self, name: str, *, sealed: str, lasting: timedelta) -> None:
        """Share an access token with all processes."""
        self._put(TokenRow, {"name": name}, sealed=sealed, expires_at=self._clock() + lasting)

    def add_card(self, card: VoteCard, incoming: Incoming, *, item_id: str) -> None:
        """Keep what a card stands for before it is sent."""
        self._insert(
            CardRow(
                task_id=card.task_id,
                conversation=incoming.conversation,
                user_id=incoming.user_id,
                item_id=item_id,
                card=card_to_json(card),
                at=self._clock(),
            )
        )

    def find_card(self, task_id: str) -> SentCard | None:
        """Return what a ``task_id`` stands for; None for one that was never sent."""
        with self._database.session() as session:
            row = session.get(CardRow, task_id)
            if row is None:
                return None
            card = card_from_json(row.card)
            return SentCard(card, row.conversation, row.user_id, row.item_id)

    def choose(self, task_id: str, *, user_id: str, chosen: tuple[str, ...]) -> Choice | None:
        """Keep a user's choice on a card, unless it was made before; None for an unknown card."""
        sent = self.find_card(task_id)
        if sent is None:
            return None
        first = self._insert(
            CardAnswerRow(
                task_id=task_id, user_id=user_id, chosen=json.dumps(chosen), at=self._clock()
            )
        )
        if first:
            return Choice(sent, chosen, first=True)
        with self._database.session() as session:
            kept = session.scalars(
                select(CardAnswerRow.chosen).where(
                    CardAnswerRow.task_id == task_id, CardAnswerRow.user_id == user_id
                )
            ).one()
        return Choice(sent, tuple(json.loads(kept)), first=False)

    def keep_feedback(self, feedback: Feedback) -> None:
        """Keep what a user thinks of a reply, in place of what they thought before."""
        self._put(
            FeedbackRow,
            {"feedback_id": feedback.feedback_id, "user_id": feedback.user_id},
            bot_id=feedback.bot_id,
            chat_id=feedback.chat_id,
            kind=int(feedback.kind),
            content=feedback.content,
            reasons=",".join(map(str, feedback.reasons)),
            at=feedback.at,
        )

    def link_account(self, *, bot_id: str, user_id: str, account: str) -> None:
        """Say which account of the page a WeCom user is."""
        self._put(
            AccountRow,
            {"bot_id": bot_id, "user_id": user_id},
            account=account,
            at=self._clock(),
        )

    def account_of(self, *, bot_id: str, user_id: str) -> str:
        """Return the account of a WeCom user; empty when none was linked."""
        with self._database.session() as session:
            row = session.get(AccountRow, (bot_id, user_id))
            return row.account if row else ""

    def purge(self, *, turns_kept: timedelta) -> None:
        """Drop what has expired."""
        at = self._clock()
        conditions: tuple[tuple[type[Base], ColumnElement[bool]], ...] = (
            (SeenRow, SeenRow.expires_at <= at),
            (TurnRow, TurnRow.at <= at - turns_kept),
            (CardRow, CardRow.at <= at - CARDS_KEPT),
            (CardAnswerRow, CardAnswerRow.at <= at - CARDS_KEPT),
            (AnswerRow, AnswerRow.received_at <= at - ANSWERS_KEPT),
        )
        for table, expired in conditions:
            with self._database.session() as session:
                session.execute(delete(table).where(expired))

    def _put(self, table: type[Base], key: Mapping[str, str], **values: object) -> None:
        """Write a row, in place of the one with its key."""
        if not self._change(table, key, values) and not self._insert(table(**key, **values)):
            # Somebody else put it there between the two.
            self._change(table, key, values)

    def _change(
        self, table: type[Base], key: Mapping[str, str], values: Mapping[str, object]
    ) -> bool:
        with self._database.session() as session:
            changed = session.execute(
                update(table)
                .filter_by(**key)
                .values(**values)
                .returning(*(getattr(table, name) for name in key))
            ).first()
        return changed is not None

    def _insert(self, row: Base) -> bool:
        """Insert a row; False when its key is there already."""
        try:
            with self._database.session() as session:
                session.add(row)
        except IntegrityError:
            return False
        return True
