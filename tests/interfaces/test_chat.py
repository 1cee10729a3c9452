"""What stands behind the chat: answers as they come, questions to go on with, stopping."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import replace

import httpx
import pytest
from tests.fakes import FakeAssistant, Gate

from assistant.domain import Answer
from assistant.interfaces.chat_stream import iterate_in
from assistant.interfaces.chat_suggest import OFFERED, Suggester, candidates
from assistant.pipeline import Assistant

from .regulations import ALL
from .serving import serving, wait_until_ready

QUESTION = "对下级新任职的“一把手”怎么谈话？"
REFUSED = "违反规定罚款多少？"


def suggest(assistant: FakeAssistant | Assistant, question: str, answer: Answer) -> list[str]:
    async def run() -> list[str]:
        quiet = asyncio.Event()
        quiet.set()
        return await Suggester(quiet).suggest(assistant, question=question, answer=answer)

    return asyncio.run(run())


def test_an_answer_leads_on_to_the_other_document_first_then_to_its_neighbours() -> None:
    assistant = FakeAssistant(ALL)
    offered = [c.question for c in candidates(assistant.ask(QUESTION), ALL) if c.question]
    assert offered[:2] == [
        "《意见》和《若干措施》对加强党组织自上而下的监督的规定有什么不同？",
        "《意见》和《若干措施》对严格执行全面从严治党责任制度的规定有什么不同？",
    ]
    assert "关于“一把手”要以身作则，《意见》有哪些规定？" in offered


def test_a_refusal_leads_to_the_articles_it_offers() -> None:
    assistant = FakeAssistant(ALL)
    assert suggest(assistant, REFUSED, assistant.ask(REFUSED)) == [
        "关于严格执行全面从严治党责任制度，《意见》有哪些规定？",
        "《意见》（四）怎么规定？",
    ]


def test_nothing_is_offered_that_is_not_answered() -> None:
    class Mute(FakeAssistant):
        def ask(
            self,
            question: str,
            *,
            history: object = (),
            person: str = "",
        ) -> Answer:
            return Answer("refused", "材料中没有。")

    answer = FakeAssistant(ALL).ask(QUESTION)
    assert suggest(Mute(ALL), QUESTION, answer) == []


def test_with_a_language_model_candidates_are_looked_up_and_not_asked() -> None:
    assistant = FakeAssistant(ALL)
    assistant.prompts_hash = "1f"
    answer = assistant.ask(QUESTION)
    asked = len(assistant.asked)
    suggest(assistant, QUESTION, answer)
    assert len(assistant.asked) == asked


def test_what_is_offered_for_the_shipped_corpus_is_answered(assistant: Assistant) -> None:
    for question in (
        "谁来找新任的一把手谈话？",
        "违反规定的罚款是多少元？",
        "《意见》（五）怎么规定？",
    ):
        offered = suggest(assistant, question, assistant.ask(question))
        assert 1 <= len(offered) <= OFFERED, question
        assert {assistant.ask(one).status for one in offered} == {"answered"}


def test_candidates_wait_while_people_ask() -> None:
    async def run() -> list[str]:
        assistant, quiet = FakeAssistant(ALL), asyncio.Event()
        answer = assistant.ask(QUESTION)
        asked = len(assistant.asked)
        task = asyncio.create_task(
            Suggester(quiet).suggest(assistant, question=QUESTION, answer=answer)
        )
        await asyncio.wait({task}, timeout=0.2)
        assert len(assistant.asked) == asked
        quiet.set()
        return await task

    assert asyncio.run(run())


def test_an_iterator_in_a_thread_yields_in_order_and_raises_what_it_raises() -> None:
    def begin() -> Iterator[int]:
        yield 1
        yield 2
        raise LookupError("gone")

    found: list[int] = []

    async def run() -> None:
        with ThreadPoolExecutor(1) as threads:
            async for item in iterate_in(threads, begin):
                found.append(item)

    with pytest.raises(LookupError, match="gone"):
        asyncio.run(run())
    assert found == [1, 2]


def test_an_iterator_that_nobody_reads_on_is_closed() -> None:
    closed = threading.Event()

    def begin() -> Iterator[int]:
        try:
            yield from range(1_000_000)
        finally:
            closed.set()

    async def run() -> None:
        with ThreadPoolExecutor(1) as threads:
            async with aclosing(iterate_in(threads, begin)) as items:
                assert await anext(items) == 0

    asyncio.run(run())
    assert closed.wait(timeout=10)


def test_one_that_waits_for_a_thread_never_begins_when_it_is_given_up() -> None:
    begun: list[str] = []
    release = threading.Event()

    def hold() -> Iterator[str]:
        release.wait(timeout=30)
        yield "held"

    def late() -> Iterator[str]:
        begun.append("late")
        yield "late"

    async def run() -> None:
        with ThreadPoolExecutor(1) as threads:
            first = asyncio.create_task(anext(iterate_in(threads, hold)))
            await asyncio.sleep(0)
            second = asyncio.create_task(anext(iterate_in(threads, late)))
            await asyncio.sleep(0)
            second.cancel()
            await asyncio.wait({second})
            release.set()
            assert await first == "held"

    asyncio.run(run())
    assert begun == []


def test_whoever_stops_waiting_is_not_answered_and_the_others_are() -> None:
    gate = Gate(FakeAssistant())
    with serving(lambda: gate) as address:
        wait_until_ready(address)
        headers = {"Accept": "text/event-stream"}
        body = {"question": QUESTION, "conversation": ""}
        with httpx.stream("POST", f"{address}/api/ask", json=body, headers=headers) as response:
            first = next(line for line in response.iter_lines() if line.startswith("data:"))
            assert json.loads(first[5:]) == {"text": "正在起草。", "checked": 0}
        gate.release()
        assert httpx.post(f"{address}/api/ask", json={"question": QUESTION}).is_success
        kept = httpx.get(f"{address}/api/conversations").json()
    assert kept == []


def events(address: str, body: dict[str, object]) -> list[tuple[str, object]]:
    response = httpx.post(
        f"{address}/api/ask", json=body, headers={"Accept": "text/event-stream"}, timeout=60
    )
    found: list[tuple[str, object]] = []
    for block in response.text.replace("\r\n", "\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_beside_the_answer_come_where_it_was_kept_and_what_to_ask_next() -> None:
    with serving(lambda: FakeAssistant(ALL)) as address:
        body = {"question": QUESTION, "conversation": "", "suggestions": True}
        found = dict(events(address, body))
    assert list(found) == ["citations", "text", "answer", "kept", "suggestions"]
    kept, offered = found["kept"], found["suggestions"]
    assert isinstance(kept, dict)
    assert set(kept) == {"conversation", "turn"}
    assert isinstance(offered, list)
    assert 1 <= len(offered) <= OFFERED


def test_an_answer_for_somebody_elses_conversation_is_given_and_not_kept() -> None:
    with serving(FakeAssistant) as address:
        found = dict(events(address, {"question": QUESTION, "conversation": "f" * 32}))
    assert "answer" in found
    assert "kept" not in found


def test_the_first_answer_is_replaced_by_the_second() -> None:
    with serving(FakeAssistant) as address, httpx.Client(base_url=address) as client:
        client.get("/", headers={"Accept": "text/html"})
        headers = {"Accept": "text/event-stream"}

        def ask(**more: str) -> dict[str, str]:
            text = client.post(
                "/api/ask", json={"question": QUESTION, "conversation": "", **more}, headers=headers
            ).text
            line = text.replace("\r\n", "\n").split("event: kept\ndata: ")[1].split("\n")[0]
            kept: dict[str, str] = json.loads(line)
            return kept

        first = ask()
        second = ask(conversation=first["conversation"], replaces=first["turn"])
        turns = client.get(f"/api/conversations/{first['conversation']}").json()["turns"]
    assert [turn["id"] for turn in turns] == [second["turn"]]


def test_the_citations_of_another_answer_are_not_shared() -> None:
    answer = FakeAssistant(ALL).ask(QUESTION)
    assert list(candidates(replace(answer, citations=(), related=()), ALL)) == []
