"""Messages and cards as the JSON in which the database keeps them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from assistant.wecom.messages import CardOption, Channel, Incoming, MessageKind, VoteCard


def incoming_to_json(incoming: Incoming) -> str:
    """Return a message as JSON."""
    record = asdict(incoming) | {"received_at": incoming.received_at.isoformat()}
    return json.dumps(record, ensure_ascii=False)


def incoming_from_json(text: str) -> Incoming:
    """Return the message that ``incoming_to_json`` wrote."""
    record = json.loads(text)
    record["channel"] = Channel(record["channel"])
    record["kind"] = MessageKind(record["kind"])
    record["received_at"] = datetime.fromisoformat(record["received_at"])
    return Incoming(**record)


def card_to_json(card: VoteCard | None) -> str:
    """Return a card as JSON; empty for none."""
    return json.dumps(asdict(card), ensure_ascii=False) if card else ""


def card_from_json(text: str) -> VoteCard:
    """Return the card that ``card_to_json`` wrote."""
    record = json.loads(text)
    record["options"] = tuple(CardOption(**option) for option in record["options"])
    return VoteCard(**record)
