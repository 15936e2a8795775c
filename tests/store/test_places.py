"""One contract for a folder, for a URL of one, and for what many machines share."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.store.conftest import Machine
from tests.store.makers import facts, numbers
from wargame.store import Gone, open_store


def test_what_one_machine_makes_another_finds(place: str, machine: Machine) -> None:
    made = machine("one", place).get_or_make("abcd", "test", numbers)
    other = machine("two", place)
    found = other.get_or_make("abcd", "test", pytest.fail)
    assert (other.made, other.found) == (0, 1)
    assert found.content == made.content
    assert found.facts == {"n": 6}
    assert found.arrays["a"].tobytes() == made.arrays["a"].tobytes()
    assert np.array_equal(found.arrays["a"], np.arange(6).reshape(2, 3))


def test_what_is_not_there_is_not_found(place: str, machine: Machine) -> None:
    store = machine("one", place)
    assert store.get("abcd") is None
    assert store.meta("abcd") is None
    assert list(store.keys()) == []
    with pytest.raises(Gone, match="abcd"):
        store.need("abcd")


def test_keys_and_metas_tell_all_there_is(place: str, machine: Machine) -> None:
    store = machine("one", place)
    for key, make in (("bb2", facts), ("ab1", numbers), ("bb1", facts)):
        store.get_or_make(key, f"kind-{key}", make)
    other = machine("two", place)
    assert list(other.keys()) == ["ab1", "bb1", "bb2"]
    assert [(key, meta and meta.kind) for key, meta in other.metas()] == [
        ("ab1", "kind-ab1"),
        ("bb1", "kind-bb1"),
        ("bb2", "kind-bb2"),
    ]
    assert other.meta("bb1") == store.meta("bb1")


def test_all_is_whole_until_it_is_damaged(place: str, machine: Machine) -> None:
    store = machine("one", place)
    store.get_or_make("aa", "test", numbers)
    store.get_or_make("bb", "test", facts)
    check = machine("two", place).verify()
    assert (check.whole, check.damaged) == (2, ())


def test_collecting_frees_what_is_old(place: str, machine: Machine) -> None:
    store = machine("one", place)
    store.get_or_make("old", "test", numbers)
    edge = time.time()
    store.get_or_make("new", "test", numbers)
    count, freed = machine("two", place).collect(older_than=edge)
    assert count == 1
    assert freed > 0
    assert list(store.keys()) == ["new"]
    assert machine("three", place).get("old") is None


def test_the_address_opens_the_same_store(place: str, machine: Machine) -> None:
    store = machine("one", place)
    store.get_or_make("abcd", "test", facts)
    again = open_store(store.address)
    assert again.root.absolute() == store.root.absolute()
    assert again.need("abcd").facts == {"words": "plain"}


def test_a_failing_maker_leaves_nothing(place: str, machine: Machine) -> None:
    store = machine("one", place)
    with pytest.raises(ZeroDivisionError):
        store.get_or_make("abcd", "test", lambda: ({}, {"n": 1 // 0}))
    assert list(store.keys()) == []
    assert store.get_or_make("abcd", "test", numbers).facts == {"n": 6}
