"""What stands near is copied as gladly as the answer: only what bears on the question is shown."""

from __future__ import annotations

from tests.fake_model.minds import Prompt, answering, claims
from tests.fake_model.server import Server

from assistant.domain import Citation, Hit, ParsedDocument, Sentence
from assistant.models.bearing import Bearing, best_quoted
from assistant.models.quotes import Quotation
from assistant.pipeline import Assistant

QUESTION = "市委组织部每年对“一把手”个人有关事项报告抽查的比例是多少？"


def hits_of(parsed: ParsedDocument, scores: dict[int, float]) -> list[Hit]:
    """Return articles by number as search would rank them, with one score for all sentences."""
    return [
        Hit(article, score, rank, tuple((s, score) for s in article.sentences))
        for rank, (number, score) in enumerate(scores.items(), start=1)
        for article in parsed.numbered
        if article.number == number
    ]


def quotation(hit: Hit) -> Quotation:
    sentence = hit.article.sentences[0]
    return Quotation(hit.article, sentence.start, sentence.end, (sentence,))


def citation(hit: Hit, sentence: Sentence) -> Citation:
    article = hit.article
    start, end = sentence.start, sentence.end
    return Citation(
        1, article.document_id, article.id, article.number, "", sentence.text, start, end
    )


def test_what_search_finds_nearly_as_near_bears_on_it_and_what_was_chosen_always(
    documents: dict[str, ParsedDocument],
) -> None:
    first, second, far = hits_of(documents["opinions-2021"], {4: 1.0, 5: 0.95, 6: 0.3})
    nothing = Bearing([[first, second, far]], [])
    assert nothing.bears([quotation(first)])
    assert nothing.bears([quotation(second)])
    assert not nothing.bears([quotation(far)])
    assert nothing.bears([quotation(far), quotation(first)])
    chosen = Bearing([[first, second, far]], [citation(far, far.article.sentences[-1])])
    assert chosen.bears([quotation(far)])
    assert Bearing([[first, second], [far]], []).bears([quotation(far)])


def test_the_best_that_is_quoted_is_what_an_answer_must_hold(
    documents: dict[str, ParsedDocument],
) -> None:
    first, second = hits_of(documents["opinions-2021"], {4: 0.5, 5: 0.9})
    quoted = [citation(hit, hit.article.sentences[0]) for hit in (first, second)]
    found = best_quoted([first, second], quoted)
    assert found is not None
    assert found[1] == second.article.sentences[0]
    assert best_quoted([second], quoted[:1]) is None


def test_a_sentence_beside_the_question_is_left_out_of_an_answer_that_else_holds(
    server: Server, assistant: Assistant, model_assistant: Assistant
) -> None:
    (answered,) = assistant.ask(QUESTION).citations[:1]
    others: list[str] = []

    def mind(prompt: Prompt) -> str:
        number, _, text = prompt.passages[-1]
        others[:] = [text.split("。")[0] + "。"]
        return claims((answered.quote, [1], answered.quote), (others[0], [number], others[0]))

    server.behave(answering(mind))
    answer = model_assistant.ask(QUESTION)
    assert answer.mode == "model"
    assert answer.drafting is not None
    assert "beside" in answer.drafting.faults
    assert others[0] not in answer.text
    assert {c.article_id for c in answer.citations} == {answered.article_id}


def test_an_answer_without_the_document_that_was_asked_for_gives_way(
    server: Server, assistant: Assistant, model_assistant: Assistant
) -> None:
    # Two normative texts would be set side by side, and no model asked.
    question = "邹开红文章的五大监督主体是谁？答记者问说“一把手”出现多少次？"
    shown = assistant.ask(question)
    assert {c.document_id for c in shown.citations} == {"zou-essay-2021", "beijing-qa-2021"}
    only = [c for c in shown.citations if c.document_id == shown.citations[-1].document_id]
    server.behave(answering(lambda _: claims(*((c.quote, [1], c.quote) for c in only))))
    answer = model_assistant.ask(question)
    assert answer.text == shown.text
    assert answer.drafting is not None
    assert answer.drafting.fallback == "document_left_out"


def test_what_the_extractive_answer_needs_is_quoted_where_the_model_left_it_out(
    server: Server, assistant: Assistant, model_assistant: Assistant
) -> None:
    question = "现场述责述廉以后，评议里指出的问题改完了还要做什么？"
    (shown,) = assistant.ask(question).citations
    said, _, left_out = shown.quote.partition("。")
    server.behave(answering(lambda _: claims((said, [1], f"{said}。"))))
    answer = model_assistant.ask(question)
    assert answer.mode == "model"
    assert answer.drafting is not None
    assert (answer.drafting.kept, answer.drafting.quoted) == (1, 1)
    assert "completed" in answer.drafting.faults
    first, second = answer.text.split("\n")
    assert first == f"{said}。[1]"
    assert left_out in second
    assert second.endswith("[2]")
