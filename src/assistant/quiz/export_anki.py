"""Questions as an Anki deck: a note keeps its id when its wording changes."""

from __future__ import annotations

import html
import tempfile
from collections.abc import Sequence
from pathlib import Path

from assistant.quiz.export_text import answer_line, basis_lines, option_lines, stem_line
from assistant.quiz.items import Item

# Made once at random and kept: Anki knows models and decks by their numbers.
MODEL_ID = 1_607_392_821
DECK_ID = 2_059_400_137
FIELDS = ("题干", "选项", "答案", "解析", "依据", "题号")
_FRONT = '<div class="type">{{Tags}}</div><div class="stem">{{题干}}</div><div>{{选项}}</div>'
_BACK = (
    '{{FrontSide}}<hr id="answer"><div class="key">{{答案}}</div>'
    '<div>{{解析}}</div><div class="basis">{{依据}}</div>'
)
_STYLE = (
    ".card{font-family:'Songti SC','SimSun',serif;font-size:20px;text-align:left;line-height:1.6}"
    ".type{color:#888;font-size:14px}.key{font-weight:bold}.basis{color:#555;font-size:16px}"
)


def anki_deck(items: Sequence[Item], *, title: str) -> bytes:
    """Return a deck as the bytes of an .apkg file."""
    import genanki

    model = genanki.Model(
        MODEL_ID,
        "法规学习题",
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "作答", "qfmt": _FRONT, "afmt": _BACK}],
        css=_STYLE,
    )
    deck = genanki.Deck(DECK_ID, title)
    for item in items:
        fields = [
            _escape(stem_line(item)),
            "<br>".join(map(_escape, option_lines(item))),
            _escape(answer_line(item)),
            _escape(item.explanation),
            "<br>".join(map(_escape, basis_lines(item))),
            _escape(item.id),
        ]
        # By default the guid is a hash of all fields: an edited note would become a new one.
        guid = genanki.guid_for(item.id)
        tags = [item.type.label, *item.document_ids]
        deck.add_note(genanki.Note(model=model, fields=fields, guid=guid, tags=tags))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deck.apkg"
        genanki.Package(deck).write_to_file(str(path))
        return path.read_bytes()


def _escape(text: str) -> str:
    return html.escape(text)
