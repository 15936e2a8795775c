from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wargame.protocol import lines, messages
from wargame.protocol.lines import EXCERPT, Nonsense, excerpt, line, read_agent, read_host
from wargame.protocol.messages import Move, Ready

MOVE = '{"kind":"move","round":3,"action":%s}'
NONSENSE = {
    "nothing": (b"", "not JSON"),
    "words": (b"hello", "not JSON"),
    "two messages": (b'{"kind":"ready","version":1}{}', "not JSON"),
    "cut short": (b'{"kind":"ready","version":1', "not JSON"),
    "a byte order mark": (b'\xef\xbb\xbf{"kind":"ready","version":1}', "not JSON"),
    "UTF-16": ('{"kind":"ready","version":1}'.encode("utf-16"), "not UTF-8"),
    "Latin-1": (b'{"kind":"\xe9"}', "not UTF-8"),
    "NaN": ((MOVE % "NaN").encode(), "NaN is no number"),
    "infinity": ((MOVE % "-Infinity").encode(), "-Infinity is no number"),
    "a field twice": (b'{"kind":"move","round":3,"action":1,"action":2}', "stands twice"),
    "deep lists": (b"[" * 65536, "nested too deeply"),
    "deep objects": (b'{"a":' * 13000, "nested too deeply"),
    "thousands of digits": ((MOVE % ("9" * 60000)).encode(), "4300 digits"),
    "many digits": ((MOVE % ("9" * 400)).encode(), '"action": Input should be'),
    "true": ((MOVE % "true").encode(), '"action": Input should be a valid integer'),
    "a float": ((MOVE % "1.0").encode(), '"action": Input should be a valid integer'),
    "text": ((MOVE % '"1"').encode(), '"action": Input should be a valid integer'),
    "null": ((MOVE % "null").encode(), '"action": Input should be a valid integer'),
    "a list": ((MOVE % "[1]").encode(), '"action": Input should be a valid integer'),
    "a version that is true": (b'{"kind":"ready","version":true}', '"version": Input'),
    "one field more": (b'{"kind":"ready","version":1,"x\\u202e":1}', '"x\\u202e": Extra'),
    "one field less": (b'{"kind":"move","round":3}', '"action": Field required'),
    "a bare number": (b"1", "no object with a kind"),
    "a list of messages": (b'[{"kind":"ready","version":1}]', "no object with a kind"),
    "no kind": (b'{"round":3,"action":1}', "no object with a kind"),
    "the host's kind": (b'{"kind":"turn","round":1}', "no known kind"),
    "a kind that is a list": (b'{"kind":[]}', "no known kind"),
    "half a surrogate": (b'{"kind":"\\ud800"}', "no known kind"),
    "a field of half a surrogate": (b'{"kind":"ready","version":1,"\\ud800":1}', "field"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_told_so(name: str) -> None:
    raw, words = NONSENSE[name]
    with pytest.raises(Nonsense) as caught:
        read_agent(raw)
    text = str(caught.value)
    assert words in text
    assert text.isascii()
    assert text.isprintable()
    assert len(text) < 4 * EXCERPT


@given(st.integers(-(2**53), 2**53), st.integers(-(2**53), 2**53))
def test_what_is_said_is_heard(number: int, action: int) -> None:
    for message in (
        Ready(kind="ready", version=number),
        Move(kind="move", round=number, action=action),
    ):
        assert read_agent(line(message)) == message


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_a_message_or_nonsense(raw: bytes) -> None:
    _survives(raw)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = st.sampled_from(["kind", "round", "action", "version", "x"])
_VALUES = _ANY | st.sampled_from(["ready", "move", "turn", 1, True])


@given(st.dictionaries(_FIELDS, _VALUES, max_size=5), st.booleans())
def test_any_json_is_a_message_or_nonsense(data: dict[str, object], ascii_: bool) -> None:
    raw = json.dumps(data, ensure_ascii=ascii_).encode("utf-8", "surrogatepass")
    found = _survives(raw)
    if found is not None:
        assert {key: type(value) for key, value in data.items()} == {
            key: type(value) for key, value in found.model_dump().items()
        }
        assert found.model_dump() == data


def _survives(raw: bytes) -> Ready | Move | None:
    try:
        return read_agent(raw)
    except Nonsense as error:
        text = str(error)
    assert text.isascii()
    assert text.isprintable()
    return None


@given(st.binary(max_size=400), st.integers(10, 90))
def test_an_excerpt_is_short_and_harmless(raw: bytes, most: int) -> None:
    shown = excerpt(raw, most)
    assert len(shown) <= most
    assert shown.isascii()
    assert shown.isprintable() or not shown
    plain = raw.decode("latin-1")
    if plain.isascii() and plain.isprintable() and len(plain) <= most:
        assert shown == plain


def test_a_host_may_say_more_within_a_version_but_never_less() -> None:
    view = {"side": "defender", "round": 1, "rounds": 2, "budget": 3, "moves": [], "in_force": []}
    whole = {"access": [], "readings": [[]], "history": [], "later": [1]}
    turn = {"kind": "turn", "round": 1, "bank": 3, "view": view | whole, "news": None}
    read_host(line(turn))
    with pytest.raises(Nonsense, match=r'"view.access": Field required'):
        read_host(line(turn | {"view": view}))
    with pytest.raises(Nonsense, match="not JSON"):
        read_host(b"\xff{")


def test_the_schema_file_is_the_models_own() -> None:
    path = Path(messages.__file__).with_name("protocol.schema.json")
    assert json.loads(path.read_text()) == messages.schema()


def test_the_schema_leaves_room_on_the_hosts_side_alone() -> None:
    kinds = {
        name: part.get("additionalProperties", True)
        for name, part in messages.schema()["$defs"].items()
        if part["type"] == "object"
    }
    assert {name for name, open_ in kinds.items() if not open_} == {"Ready", "Move"}


@given(st.text())
def test_a_line_is_one_line_to_every_reader(text: str) -> None:
    told = lines.line({"text": text})
    assert told.isascii()
    assert len(told.decode().splitlines()) == 1
    assert json.loads(told) == {"text": text}


def test_what_is_no_number_of_json_is_never_said() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        lines.line({"value": float("nan")})
