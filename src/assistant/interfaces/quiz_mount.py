"""Quiz practice put into the app: the room's routes and the pages under /quiz."""

from __future__ import annotations

from fastapi import FastAPI

from assistant.interfaces.opening import Opening
from assistant.interfaces.quiz_desk import QuizDesk
from assistant.interfaces.quiz_page import PATH, build_page, mount_page
from assistant.interfaces.quiz_review_page import PATH as REVIEW_PATH
from assistant.interfaces.quiz_review_page import build_review_page
from assistant.interfaces.quiz_reviewing import Reviewing
from assistant.interfaces.quiz_room import room_routes
from assistant.settings import Settings
from assistant.store.database import Database


def mount_quiz(
    app: FastAPI, opening: Opening, *, database: Database, settings: Settings
) -> FastAPI:
    """Add quiz practice to ``app``; before the page at /, which takes whatever is left."""
    desk = QuizDesk(opening, database=database, bank=settings.quiz.bank)
    app.include_router(room_routes(desk, public_url=settings.web.public_url))
    reviewing = Reviewing(database, corpus=settings.corpus)
    # The longer path first: a mount takes everything below its own.
    mount_page(app, build_review_page(desk, reviewing), path=REVIEW_PATH)
    mount_page(app, build_page(desk), path=PATH)
    return app
