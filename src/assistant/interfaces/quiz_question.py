"""The inputs of one question, whatever its type: letters, judgement, blanks, text."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from assistant.interfaces.identity import person_of
from assistant.quiz.items import Item, ItemType
from assistant.quiz.practice_order import ShownOption
from assistant.quiz.scoring import Given

MOST_BLANKS = 8


class QuestionInputs:
    """Components for an answer; those that a question has no use for are out of sight."""

    def __init__(self) -> None:
        self.radio = gr.Radio([], show_label=False, elem_classes="options", visible=False)
        self.boxes = gr.CheckboxGroup([], show_label=False, elem_classes="options", visible=False)
        self.blanks = [
            gr.Textbox(label=f"第{number}空", visible=False, max_length=60)
            for number in range(1, MOST_BLANKS + 1)
        ]
        self.text = gr.Textbox(
            label="作答", lines=6, max_lines=16, visible=False, placeholder="写出要点即可"
        )

    @property
    def components(self) -> list[gr.components.Component]:
        """All of them, in the order in which ``read`` takes their values."""
        return [self.radio, self.boxes, *self.blanks, self.text]

    def show(
        self, item: Item, shown: Sequence[ShownOption], given: Sequence[str] = ()
    ) -> dict[gr.components.Component, object]:
        """Return updates that show a question's inputs, filled with ``given``."""
        mark = "　" if item.type is ItemType.JUDGE else "．"
        choices = [(f"{o.letter}{mark}{o.text}", o.key) for o in shown]
        one = item.type in (ItemType.SINGLE, ItemType.JUDGE)
        many = item.type is ItemType.MULTIPLE
        blanks = len(item.answer) if item.type is ItemType.FILL else 0
        filled = [*given, *[""] * MOST_BLANKS]
        short = item.type is ItemType.SHORT
        # A value that is not among the new choices would be refused, so both go together.
        return {
            self.radio: gr.Radio(
                choices=choices if one else [],
                value=given[0] if one and given else None,
                visible=one,
            ),
            self.boxes: gr.CheckboxGroup(
                choices=choices if many else [], value=list(given) if many else [], visible=many
            ),
            self.text: gr.Textbox(value=given[0] if short and given else "", visible=short),
        } | {
            blank: gr.Textbox(value=filled[index] if index < blanks else "", visible=index < blanks)
            for index, blank in enumerate(self.blanks)
        }

    def hide(self) -> dict[gr.components.Component, object]:
        """Return updates that take the inputs out of sight."""
        return {component: gr.update(visible=False) for component in self.components}

    def read(self, item: Item, values: Sequence[object]) -> Given:
        """Return the answer in the values of the components."""
        radio, boxes, *texts = values
        if item.type in (ItemType.SINGLE, ItemType.JUDGE):
            return (str(radio),) if radio else ()
        if item.type is ItemType.MULTIPLE:
            return tuple(sorted(map(str, boxes))) if isinstance(boxes, list) else ()
        words = [str(text or "") for text in texts]
        if item.type is ItemType.SHORT:
            return (words[-1],) if words[-1].strip() else ()
        written = tuple(words[: min(len(item.answer), MOST_BLANKS)])
        return written if any(word.strip() for word in written) else ()


def visitor(request: gr.Request) -> str:
    """Return the id under which practice is kept for whoever makes a request."""
    # Gradio's own request copies what it hands out; the one inside is the real one.
    return person_of(request.request).id
