"""模板卡片: a question to choose an answer to, as the platform's JSON.

Source: https://developer.work.weixin.qq.com/document/path/101032. Lengths that the platform only
advises are kept to, so that nothing is shown cut off by a client.
"""

from __future__ import annotations

from assistant.wecom.messages import CardOption, VoteCard

TITLE_CHARACTERS = 26
DESCRIPTION_CHARACTERS = 112
OPTION_CHARACTERS = 60
BUTTON_CHARACTERS = 10
MOST_OPTIONS = 20


def card_to_dict(card: VoteCard) -> dict[str, object]:
    """Return the ``template_card`` of a vote card."""
    return {
        "card_type": "vote_interaction",
        "task_id": card.task_id,
        "main_title": {
            "title": _short(card.title, TITLE_CHARACTERS),
            "desc": _short(card.description, DESCRIPTION_CHARACTERS),
        },
        "checkbox": {
            "question_key": card.question_key,
            "mode": int(card.multiple),
            "disable": card.locked,
            "option_list": [_option_to_dict(each) for each in card.options[:MOST_OPTIONS]],
        },
        "submit_button": {
            "text": _short(card.submit_text, BUTTON_CHARACTERS),
            "key": card.submit_key,
        },
    }


def update_to_dict(card: VoteCard, *, user_id: str = "") -> dict[str, object]:
    """Return the reply to a click that replaces the card, for one user or for all."""
    update: dict[str, object] = {
        "response_type": "update_template_card",
        "template_card": card_to_dict(card),
    }
    if user_id:
        update["userids"] = [user_id]
    return update


def _option_to_dict(option: CardOption) -> dict[str, object]:
    return {
        "id": option.id,
        "text": _short(option.text, OPTION_CHARACTERS),
        "is_checked": option.checked,
    }


def _short(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[: characters - 1]}…"
