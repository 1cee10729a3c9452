"""加解密: every vector opens and seals byte for byte, and nothing else opens."""

from __future__ import annotations

import json
import string
import struct
from base64 import b64decode, b64encode
from dataclasses import replace
from pathlib import Path
from typing import TypedDict
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fake_wecom.sealing import Seal

from assistant.errors import SettingsError
from assistant.wecom.crypto import Crypto, Fault, Packet, PacketRefused

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
POSITIVE = {vector["name"]: vector for vector in (*VECTORS["vectors"], *VECTORS["official"])}
NEGATIVE = {vector["name"]: vector for vector in VECTORS["negative"]}
KEY = "t2GgDfafbpF8mZzDRSGmPsknqD63o4zTGRTioaCiMv4"
TOKEN = "wcTokenOfTheTests"  # noqa: S105
AT = 1_764_000_000


class Vector(TypedDict):
    """A vector of the specification."""

    token: str
    encoding_aes_key: str
    receive_id: str
    timestamp: str
    nonce: str
    random16_hex: str
    plaintext: str
    encrypt: str
    msg_signature: str


def crypto_of(vector: Vector, **changes: str) -> Crypto:
    return Crypto(
        token=vector["token"],
        encoding_aes_key=vector["encoding_aes_key"],
        receive_id=changes.get("receive_id", vector["receive_id"]),
    )


def packet_of(vector: Vector) -> Packet:
    return Packet(vector["encrypt"], vector["msg_signature"], vector["timestamp"], vector["nonce"])


def refusal(crypto: Crypto, packet: Packet, *, at: float | None = None) -> Fault:
    with pytest.raises(PacketRefused) as caught:
        crypto.open(packet, at=float(packet.timestamp) if at is None else at)
    assert str(caught.value) == "packet refused"
    return caught.value.fault


@pytest.mark.parametrize("name", POSITIVE)
def test_a_packet_of_the_specification_opens_to_its_text(name: str) -> None:
    vector: Vector = POSITIVE[name]
    opened = crypto_of(vector).open(packet_of(vector), at=float(vector["timestamp"]))
    assert opened == vector["plaintext"]


@pytest.mark.parametrize("name", [name for name in POSITIVE if name.startswith("v")])
def test_the_same_random_bytes_seal_to_the_same_packet(name: str) -> None:
    vector: Vector = POSITIVE[name]
    sealed = crypto_of(vector).seal(
        vector["plaintext"],
        timestamp=vector["timestamp"],
        nonce=vector["nonce"],
        prefix=bytes.fromhex(vector["random16_hex"]),
    )
    assert sealed == packet_of(vector)


def test_a_downloaded_file_opens_without_a_head() -> None:
    media = VECTORS["media"][0]
    crypto = Crypto(token=TOKEN, encoding_aes_key=media["encoding_aes_key"], receive_id="")
    opened = crypto.open_media(b64decode(media["ciphertext_base64"]))
    assert opened == bytes.fromhex(media["plaintext_hex"])


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("n1_bad_signature", Fault.SIGNATURE),
        ("n2_wrong_receiveid", Fault.RECEIVER),
        ("n3_pad_zero", Fault.DECRYPTION),
        ("n4_length_overrun", Fault.CONTENT),
        ("n5_nonce_tampered", Fault.SIGNATURE),
    ],
)
def test_a_broken_packet_is_refused_with_one_message(name: str, fault: Fault) -> None:
    negative = NEGATIVE[name]
    vector: Vector = POSITIVE[negative["based_on"]]
    crypto = crypto_of(vector, **{k: negative[k] for k in ("receive_id",) if k in negative})
    packet = packet_of(vector)
    names = {"msg_signature": "signature", "encrypt": "encrypt", "nonce": "nonce"}
    changed = {field: negative[key] for key, field in names.items() if key in negative}
    assert refusal(crypto, replace(packet, **changed)) is fault


def test_the_query_of_a_verification_decodes_once_to_a_packet_that_opens() -> None:
    vector = POSITIVE["v5_get_echostr_aibot"]
    query = {name: values[0] for name, values in parse_qs(vector["query"]).items()}
    assert "+" in query["echostr"]
    packet = Packet(query["echostr"], query["msg_signature"], query["timestamp"], query["nonce"])
    assert crypto_of(vector).open(packet, at=1_764_000_300) == vector["expected_response_body"]


def test_an_old_packet_is_refused_before_its_signature_is_looked_at() -> None:
    vector: Vector = POSITIVE["v1_aibot_json_empty_receiveid"]
    crypto, packet = crypto_of(vector), packet_of(vector)
    assert crypto.open(packet, at=AT + 300)
    assert crypto.open(packet, at=AT - 300)
    forged = replace(packet, signature="0" * 40)
    assert refusal(crypto, forged, at=AT + 301) is Fault.STALE
    assert refusal(crypto, packet, at=AT - 301) is Fault.STALE


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"signature": ""}, id="no signature"),
        pytest.param({"signature": "C5F0A32FA29E5A613C4D18BF51317F0C4222DAD5"}, id="upper case"),
        pytest.param({"signature": "c5f0"}, id="short signature"),
        pytest.param({"signature": "名" * 40}, id="signature beyond ASCII"),
        pytest.param({"timestamp": ""}, id="no timestamp"),
        pytest.param({"timestamp": "-1764000000"}, id="negative"),
        pytest.param({"timestamp": "１７６４００００００"}, id="full-width digits"),
        pytest.param({"timestamp": "9" * 400}, id="huge timestamp"),
        pytest.param({"nonce": ""}, id="no nonce"),
        pytest.param({"nonce": "1" * 513}, id="huge nonce"),
        pytest.param({"nonce": "一"}, id="nonce beyond ASCII"),
        pytest.param({"encrypt": ""}, id="no message"),
        pytest.param({"encrypt": "\ud800"}, id="half a surrogate pair"),
    ],
)
def test_a_request_with_odd_values_is_refused_without_any_work(changes: dict[str, str]) -> None:
    vector: Vector = POSITIVE["v1_aibot_json_empty_receiveid"]
    packet = replace(packet_of(vector), **changes)
    assert refusal(crypto_of(vector), packet, at=AT) is Fault.PARAMETER


def signed(encrypt: str, *, receive_id: str = "") -> tuple[Crypto, Packet]:
    """Return a packet with a right signature, whatever is in it."""
    crypto = Crypto(token=TOKEN, encoding_aes_key=KEY, receive_id=receive_id)
    return crypto, Packet(encrypt, crypto._sign(str(AT), "1", encrypt).decode(), str(AT), "1")


def encrypted(plain: bytes) -> str:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = b64decode(KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def framed(message: bytes, *, length: int | None = None, padding: bytes | None = None) -> bytes:
    body = b"r" * 16 + struct.pack(">I", len(message) if length is None else length) + message
    size = 32 - len(body) % 32
    return body + (bytes([size]) * size if padding is None else padding)


@pytest.mark.parametrize(
    ("encrypt", "fault"),
    [
        pytest.param("AAAA\n" * 16, Fault.BASE64, id="line breaks"),
        pytest.param("AAA", Fault.BASE64, id="no padding"),
        pytest.param("A-_A" * 16, Fault.BASE64, id="alphabet of addresses"),
        pytest.param("QUJD", Fault.DECRYPTION, id="three bytes"),
        pytest.param(encrypted(b"\x01" * 16), Fault.CONTENT, id="no room for a head"),
        pytest.param(
            encrypted(framed(b"x" * 12, padding=b"\x21" * 32)), Fault.DECRYPTION, id="pad of 33"
        ),
        pytest.param(
            encrypted(framed(b"y" * 21, padding=b"\x00" * 22 + b"\x17")),
            Fault.DECRYPTION,
            id="pad of different bytes",
        ),
        pytest.param(encrypted(framed(b"{}", length=3)), Fault.CONTENT, id="length by one"),
        pytest.param(encrypted(framed(b"{}", length=1)), Fault.RECEIVER, id="length too short"),
        pytest.param(encrypted(framed(b"\xff\xfe")), Fault.CONTENT, id="not UTF-8"),
    ],
)
def test_a_signed_packet_with_a_broken_inside_is_refused(encrypt: str, fault: Fault) -> None:
    crypto, packet = signed(encrypt)
    assert refusal(crypto, packet) is fault


def test_a_message_of_no_length_is_one() -> None:
    crypto, packet = signed(encrypted(framed(b"", padding=b"\x0c" * 12)))
    assert crypto.open(packet, at=AT) == ""


@pytest.mark.parametrize("key", ["", KEY[:-1], KEY + "A", KEY[:-1] + "!", "键" * 43])
def test_a_key_that_cannot_be_one_is_said_to_be_copied_again(key: str) -> None:
    with pytest.raises(SettingsError, match="43 位"):
        Crypto(token=TOKEN, encoding_aes_key=key, receive_id="")


def test_nothing_of_the_keys_is_in_what_is_printed_of_them() -> None:
    crypto = Crypto(token=TOKEN, encoding_aes_key=KEY, receive_id="")
    assert TOKEN not in repr(crypto)
    assert KEY not in repr(crypto)


texts = st.text(max_size=300).filter(lambda text: "\ud800" not in text)
keys = st.text(alphabet=string.ascii_letters + string.digits, min_size=43, max_size=43)
nonces = st.text(alphabet=string.ascii_letters + string.digits, min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(text=texts, key=keys, token=nonces, nonce=nonces, receive_id=nonces | st.just(""))
def test_what_is_sealed_opens_again_here_and_elsewhere(
    text: str, key: str, token: str, nonce: str, receive_id: str
) -> None:
    crypto = Crypto(token=token, encoding_aes_key=key, receive_id=receive_id)
    sealed = crypto.seal(text, timestamp=str(AT), nonce=nonce)
    assert crypto.open(sealed, at=AT) == text
    other = Seal(token=token, encoding_aes_key=key, receive_id=receive_id)
    assert other._open(sealed.encrypt, sealed.signature, AT, nonce) == text
    query, encrypt = other.seal(text, timestamp=AT)
    packet = Packet(encrypt, query["msg_signature"], query["timestamp"], query["nonce"])
    assert crypto.open(packet, at=AT) == text


@settings(max_examples=60, deadline=None)
@given(text=texts, at=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
def test_a_packet_with_one_bit_changed_does_not_open(text: str, at: int, bit: int) -> None:
    crypto = Crypto(token=TOKEN, encoding_aes_key=KEY, receive_id="")
    sealed = crypto.seal(text, timestamp=str(AT), nonce="1")
    content = bytearray(b64decode(sealed.encrypt))
    content[at % len(content)] ^= 1 << bit
    forged = replace(sealed, encrypt=b64encode(bytes(content)).decode())
    assert refusal(crypto, forged) is Fault.SIGNATURE


@settings(max_examples=100, deadline=None)
@given(plain=st.binary(min_size=1, max_size=12).map(lambda seed: (seed * 16)[:64].ljust(64)))
def test_whatever_is_inside_a_signed_packet_ends_in_text_or_in_a_refusal(plain: bytes) -> None:
    crypto, packet = signed(encrypted(plain))
    faults = []
    try:
        assert isinstance(crypto.open(packet, at=AT), str)
    except PacketRefused as refused:
        faults.append(refused.fault)
    assert set(faults) <= {Fault.DECRYPTION, Fault.CONTENT, Fault.RECEIVER}
