"""What the routes of people share, opened once for an app."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.interfaces.recognize import Recognizer
from assistant.settings import Settings
from assistant.store.database import Database, open_database
from assistant.users.accounts import Accounts
from assistant.users.asked import AskedLog
from assistant.users.audit import Audit
from assistant.users.conversations import Conversations
from assistant.users.feedback import FeedbackBox
from assistant.users.sign_on import SignOn
from assistant.users.throttle import PasswordThrottle, QuestionThrottle


@dataclass(frozen=True, slots=True)
class Services:
    """The database and what keeps people's things in it. ``app.state.services`` holds them."""

    database: Database
    accounts: Accounts
    sign_on: SignOn
    recognizer: Recognizer
    audit: Audit
    conversations: Conversations
    asked: AskedLog
    feedback: FeedbackBox
    questions: QuestionThrottle


def open_services(settings: Settings) -> Services:
    """Open the database, migrated. Raises ``DatabaseError``."""
    web = settings.web
    database = open_database(settings.database)
    accounts = Accounts(database, session_hours=web.session_hours)
    audit = Audit(database)
    throttle = PasswordThrottle(
        database, allowed=web.wrong_passwords, minutes=web.wrong_password_minutes
    )
    return Services(
        database=database,
        accounts=accounts,
        sign_on=SignOn(accounts, throttle, audit),
        recognizer=Recognizer(accounts, web),
        audit=audit,
        conversations=Conversations(database),
        asked=AskedLog(database),
        feedback=FeedbackBox(database),
        questions=QuestionThrottle(
            per_minute=web.questions_per_minute, per_day=web.questions_per_day
        ),
    )
