"""A room over real HTTP on loopback: forty members, all traffic read, a server killed."""

from __future__ import annotations

import io
import json
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import openpyxl
import pytest
from tests.quiz.serving import SAMPLES, free_port, serving_quiz, start_process, warm_up

from assistant.quiz.bank import load_bank
from assistant.quiz.items import Item, ItemType
from assistant.quiz.room import GAP_SECONDS

MEMBERS = 40
ROUNDS = 2
TLS = ssl.create_default_context()
ITEMS = {item.stem: item for item in load_bank(SAMPLES)}


class Client:
    """A browser without a window: keeps its cookie, and everything that it was sent."""

    def __init__(self, address: str) -> None:
        # The server drops lines that were idle for 5 s; a browser would simply ask again.
        limits = httpx.Limits(keepalive_expiry=2)
        # Without TLS settings of its own: forty of those take seconds to read.
        self.http = httpx.Client(base_url=address, timeout=30, limits=limits, verify=TLS)
        self.traffic: list[tuple[str, str]] = []
        # The page's own request brings the cookie.
        self.http.get("/quiz/room", headers={"accept": "text/html"}).raise_for_status()

    def get(self, path: str) -> httpx.Response:
        return self._note(self.http.get(f"/quiz/api/{path}"))

    def post(self, path: str, body: object) -> httpx.Response:
        return self._note(self.http.post(f"/quiz/api/{path}", json=body))

    def state(self, code: str) -> dict[str, object]:
        return dict(self.get(f"rooms/{code}").raise_for_status().json())

    def join(self, code: str, name: str) -> None:
        self.post(f"rooms/{code}/join", {"name": name}).raise_for_status()

    def command(self, code: str, action: str, **more: object) -> dict[str, object]:
        response = self.post(f"rooms/{code}/command", {"action": action, **more})
        return dict(response.raise_for_status().json())

    def _note(self, response: httpx.Response) -> httpx.Response:
        self.traffic.append((str(response.request.url), response.text))
        return response


def question(state: dict[str, object]) -> dict[str, object]:
    found = state["question"]
    assert isinstance(found, dict)
    return found


def right_answer(state: dict[str, object]) -> list[str]:
    """Return what a member who knows it all gives, in the letters of their own screen."""
    asked = question(state)
    item = ITEMS[str(asked["stem"])]
    if item.type is ItemType.FILL:
        return list(item.answer)
    if item.type is ItemType.JUDGE:
        return ["√" if item.answer == ("T",) else "×"]
    options = asked["options"]
    assert isinstance(options, list)
    return sorted(o["letter"] for o in options if o["text"] in item.right_texts)


def wrong_answer(state: dict[str, object]) -> list[str]:
    asked, right = question(state), right_answer(state)
    if asked["kind"] == "fill":
        return ["不知道"]
    options = asked["options"]
    assert isinstance(options, list)
    return [o["letter"] for o in options if o["letter"] not in right][:1]


def open_room(host: Client, **chosen: object) -> str:
    body = {"title": "第三党支部学习竞答", "number": 4, "seconds": 60, **chosen}
    return str(host.post("rooms", body).raise_for_status().json()["code"])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    warm_up()
    with serving_quiz(tmp_path_factory.mktemp("room")) as address:
        yield address


def secrets_of(item: Item) -> list[str]:
    """Return what would give a key away: reasons, sources, explanation, the key of a blank."""
    words = [item.explanation, item.correction, *(reason for _, reason in item.refute)]
    words += [basis.sentence for basis in item.basis]
    if item.type is ItemType.FILL:
        words += [word for word in item.answer if len(word) > 2 and word not in item.stem]
    return [word for word in words if len(word) > 3]


def test_forty_members_answer_at_once_and_every_answer_counts_once(address: str) -> None:
    host, members = Client(address), [Client(address) for _ in range(MEMBERS)]
    code = open_room(host, number=ROUNDS, seconds=120)
    with ThreadPoolExecutor(MEMBERS) as pool:
        list(pool.map(lambda n: members[n].join(code, f"成员{n:02d}"), range(MEMBERS)))
        assert host.state(code)["members"] == MEMBERS
        for position in range(ROUNDS):
            host.command(code, "next", after=position - 1)

            def answer(number: int, position: int = position) -> None:
                state = members[number].state(code)
                given = right_answer(state) if number % 2 == 0 else wrong_answer(state)
                body = {"position": position, "given": given}
                # A slow line: the same answer is sent again, and then another one.
                for sent in (body, body, {**body, "given": wrong_answer(state)}):
                    response = members[number].post(f"rooms/{code}/answer", sent)
                    assert response.status_code in (200, 409), response.text

            before = [len(member.traffic) for member in members]
            list(pool.map(answer, range(MEMBERS)))
            state = host.state(code)
            assert state["phase"] == "locked", "the last answer locks the question"
            result = state["result"]
            assert isinstance(result, dict)
            assert (result["answered"], result["right"]) == (MEMBERS, MEMBERS // 2)
            assert all(len(m.traffic) > b for m, b in zip(members, before, strict=True))
        final = host.command(code, "end")
    board = final["board"]
    assert isinstance(board, list)
    assert len(board) == MEMBERS
    expected = {f"成员{n:02d}": (ROUNDS if n % 2 == 0 else 0) for n in range(MEMBERS)}
    assert {line["name"]: line["right"] for line in board} == expected
    assert {line["points"] for line in board} == {10.0 * ROUNDS, 0.0}
    assert {line["rank"] for line in board} == {1, 21}


@pytest.mark.parametrize("kind", ["single", "multi", "judge", "fill"])
def test_no_key_reaches_anyone_before_the_lock_in_all_that_was_sent(
    address: str, kind: str
) -> None:
    host, members = Client(address), [Client(address) for _ in range(3)]
    stranger = Client(address)
    code = open_room(host, number=4, types=[kind])
    for number, member in enumerate(members):
        member.join(code, f"学员{number}")
    everyone = [host, *members, stranger]
    right_so_far = 0
    for position in range(4):
        for client in everyone:
            client.traffic.clear()
        state = host.command(code, "next", after=position - 1)
        for member in members[:-1]:
            own = member.state(code)
            # What a member wrote comes back to them: that must not be the key of a blank.
            guess = wrong_answer if question(own)["kind"] == "fill" else right_answer
            member.post(f"rooms/{code}/answer", {"position": position, "given": guess(own)})
            member.state(code)
        stranger.state(code)
        assert stranger.get(f"rooms/{code}/results.xlsx").status_code == 403
        host.get(f"rooms/{code}")
        item = ITEMS[str(question(state)["stem"])]
        assert item.type == kind
        for client in everyone:
            for url, text in client.traffic:
                assert [word for word in secrets_of(item) if word in text] == [], url
                fields = set(read_keys(text))
                forbidden = {"result", "right", "points", "answer", "key", "refute", "reason"}
                # The scoreboard's own figures are of the questions before.
                assert fields & forbidden <= {"right", "points"}, url
        for member in members[:-1]:
            answered = member.state(code).get("own")
            assert isinstance(answered, dict)
            assert set(answered) == {"words"}
        board = members[0].state(code)["board"]
        assert isinstance(board, list)
        assert {line["right"] for line in board} == {right_so_far, 0}, "not before the lock"
        right_so_far += item.type is not ItemType.FILL
        locked = host.command(code, "lock")
        assert "result" in locked
        assert isinstance(members[0].state(code)["result"], dict)
        assert "result" not in stranger.state(code)


def read_keys(text: str) -> Iterator[str]:
    """Yield the names of all fields of a JSON text."""

    def walk(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            for name, inner in value.items():
                yield str(name)
                yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    if text.startswith("{"):
        yield from walk(json.loads(text))


def test_members_see_the_options_in_orders_of_their_own_and_are_scored_alike(address: str) -> None:
    host, members = Client(address), [Client(address) for _ in range(8)]
    code = open_room(host, number=1, types=["single"])
    for number, member in enumerate(members):
        member.join(code, f"组员{number}")
    host.command(code, "next", after=-1)
    states = [member.state(code) for member in members]
    orders = {json.dumps(question(state)["options"], ensure_ascii=False) for state in states}
    item = ITEMS[str(question(states[0])["stem"])]
    for member, state in zip(members, states, strict=True):
        body = {"position": 0, "given": right_answer(state)}
        member.post(f"rooms/{code}/answer", body).raise_for_status()
    assert all(member.state(code)["own"]["right"] for member in members)  # type: ignore[index]
    options = question(host.state(code))["options"]
    assert isinstance(options, list)
    letters = {option["letter"] for option in options}
    if len(orders) > 1:
        assert letters == {""}, "the host cannot speak of letters that differ"
    else:
        assert item.type is ItemType.SINGLE


def test_an_answer_after_the_lock_is_turned_away_and_changes_nothing(address: str) -> None:
    host, one, other = Client(address), Client(address), Client(address)
    code = open_room(host, types=["judge"])
    one.join(code, "甲")
    other.join(code, "乙")
    host.command(code, "next", after=-1)
    given = right_answer(one.state(code))
    one.post(f"rooms/{code}/answer", {"position": 0, "given": given}).raise_for_status()
    host.command(code, "lock")
    late = other.post(f"rooms/{code}/answer", {"position": 0, "given": given})
    assert (late.status_code, late.json()) == (409, {"error": "本题已经锁定，这次作答没有计入。"})
    again = one.post(
        f"rooms/{code}/answer", {"position": 0, "given": wrong_answer(one.state(code))}
    )
    assert again.status_code == 200, "what was taken before the lock stands"
    result = host.state(code)["result"]
    assert isinstance(result, dict)
    assert (result["answered"], result["right"]) == (1, 1)


def test_a_member_who_lost_the_connection_comes_back_as_the_same(address: str) -> None:
    host, member = Client(address), Client(address)
    code = open_room(host, types=["judge"])
    member.join(code, "丙")
    host.command(code, "next", after=-1)
    given = right_answer(member.state(code))
    member.post(f"rooms/{code}/answer", {"position": 0, "given": given}).raise_for_status()
    cookies = member.http.cookies
    member.http.close()
    back = httpx.Client(base_url=address, cookies=cookies, verify=TLS)
    state = back.get(f"/quiz/api/rooms/{code}").json()
    assert state["you"] == "丙"
    assert state["own"]["words"] == given[0]
    assert [line["name"] for line in state["board"]] == ["丙"]


def test_only_the_host_commands_and_a_double_click_opens_one_question(address: str) -> None:
    host, member = Client(address), Client(address)
    code = open_room(host)
    member.join(code, "丁")
    for action in ("next", "lock", "extend", "end"):
        assert member.post(f"rooms/{code}/command", {"action": action}).status_code == 409
    host.command(code, "next", after=-1)
    host.command(code, "lock")
    host.command(code, "next", after=0)
    host.command(code, "lock")
    again = host.post(f"rooms/{code}/command", {"action": "next", "after": 0})
    assert again.status_code in (200, 409)
    assert host.state(code)["position"] == 1
    assert member.get(f"rooms/{code}/results.xlsx").status_code == 403


@pytest.mark.parametrize("name", ["", "   ", "很长" * 10])
def test_a_name_has_to_be_one(address: str, name: str) -> None:
    host, member = Client(address), Client(address)
    code = open_room(host)
    assert member.post(f"rooms/{code}/join", {"name": name}).status_code == 409


def test_a_name_is_taken_once_and_free_again_when_the_host_says_so(address: str) -> None:
    host, one, other = Client(address), Client(address), Client(address)
    code = open_room(host)
    one.join(code, "张三")
    taken = other.post(f"rooms/{code}/join", {"name": "张三"})
    assert "已有人使用" in taken.json()["error"]
    people = host.state(code)["people"]
    assert isinstance(people, list)
    host.command(code, "remove", member=people[0]["id"])
    other.join(code, "张三")
    assert other.state(code)["you"] == "张三"


def test_a_room_that_does_not_exist_is_a_sentence(address: str) -> None:
    response = Client(address).get("rooms/000000")
    assert response.status_code == 404
    assert response.json() == {"error": "没有这个房间，请核对房间号。"}


def test_results_are_a_workbook_in_which_a_name_is_never_a_formula(address: str) -> None:
    host, member = Client(address), Client(address)
    code = open_room(host, number=2, types=["single"], teams=True)
    body = {"name": "=1+1", "team": "第一支部"}
    member.post(f"rooms/{code}/join", body).raise_for_status()
    for position in range(2):
        host.command(code, "next", after=position - 1)
        given = right_answer(member.state(code))
        member.post(f"rooms/{code}/answer", {"position": position, "given": given})
    host.command(code, "end")
    book = openpyxl.load_workbook(io.BytesIO(host.get(f"rooms/{code}/results.xlsx").content))
    assert book.sheetnames == ["成绩", "各队成绩", "作答明细", "题目与依据", "说明"]
    rows = list(book["成绩"].iter_rows(values_only=True))
    assert rows[1] == (1, "=1+1", "第一支部", 20, 2, 2, 2)
    assert book["成绩"]["B2"].data_type == "s"
    questions = list(book["题目与依据"].iter_rows(min_row=2, values_only=True))
    assert len(questions) == 2
    for row in questions:
        item = ITEMS[str(row[3])]
        assert item.basis[0].sentence in str(row[7])
        assert row[4:7] == (1, 1, "100%")
    assert book["各队成绩"]["C2"].value == 20


def test_a_killed_server_resumes_the_room_with_its_answers_and_its_time(tmp_path: Path) -> None:
    port = free_port()
    process = start_process(tmp_path, port)
    address = f"http://127.0.0.1:{port}"
    try:
        host, one, other = Client(address), Client(address), Client(address)
        code = open_room(host, number=3, seconds=20, types=["judge"])
        one.join(code, "戊")
        other.join(code, "己")
        host.command(code, "next", after=-1)
        given = right_answer(one.state(code))
        one.post(f"rooms/{code}/answer", {"position": 0, "given": given}).raise_for_status()
        left_before = int(str(host.state(code)["left_ms"]))
        process.kill()
        process.join()
        # The outage itself: what is shorter counts as a hiccup, and runs off the clock.
        time.sleep(GAP_SECONDS)
        process = start_process(tmp_path, port)
        state = host.state(code)
        assert (state["phase"], state["position"], state["answered"]) == ("asking", 0, 1)
        left = int(str(state["left_ms"]))
        assert left_before - left < 2500, "the time it was away is given back"
        assert one.state(code)["own"] == {"words": given[0]}
        answer = {"position": 0, "given": wrong_answer(other.state(code))}
        other.post(f"rooms/{code}/answer", answer).raise_for_status()
        result = host.state(code)["result"]
        assert isinstance(result, dict)
        assert (result["answered"], result["right"]) == (2, 1)
        board = host.command(code, "next", after=0)["board"]
        assert isinstance(board, list)
        assert [(line["name"], line["points"]) for line in board] == [("戊", 10.0), ("己", 0.0)]
    finally:
        process.kill()
        process.join()
