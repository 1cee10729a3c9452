"""Quiz practice put into the app: the room's routes and the pages under /quiz."""

from __future__ import annotations

from fastapi import FastAPI

from assistant.interfaces.late_pages import LatePages
from assistant.interfaces.opening import Opening
from assistant.interfaces.quiz_desk import QuizDesk
from assistant.interfaces.quiz_reviewing import Reviewing
from assistant.interfaces.quiz_room import room_routes
from assistant.settings import Settings
from assistant.store.database import Database

PATH = "/quiz"
REVIEW_PATH = "/quiz/review"


def mount_quiz(
    app: FastAPI, opening: Opening, *, database: Database, settings: Settings
) -> LatePages:
    """Add quiz practice to ``app``, before the page at / which takes whatever is left.

    The pages returned stand once they are asked for, and end with their ``beside``.
    """
    desk = QuizDesk(opening, database=database, bank=settings.quiz.bank)
    app.include_router(room_routes(desk, public_url=settings.web.public_url))

    def mount(holder: FastAPI) -> None:
        from assistant.interfaces.quiz_page import build_page, mount_page
        from assistant.interfaces.quiz_review_page import build_review_page

        reviewing = Reviewing(database, corpus=settings.corpus)
        mount_page(holder, build_review_page(desk, reviewing), path=REVIEW_PATH)
        mount_page(holder, build_page(desk), path=PATH)

    pages = LatePages(mount)
    # The longer path first: a mount takes everything below its own.
    for path in (REVIEW_PATH, PATH):
        app.mount(path, pages.at(path))
    return pages
