"""A thousand damaged scenario files: each is valid, or an error that names its line."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from wargame import catalog
from wargame.errors import WargameError
from wargame.game import scenario

SCRAPS = [
    b"\t", b"\x00", b"\xff", b"\xc3", b"\xf0\x9f", b": ", b"- ", b"{", b"}", b"[", b"]", b"&a ",
    b"*a", b"!!python/object:os.system ", b"!!set ", b"!!binary ", b"|\n", b">\n", b"'", b'"',
    b"\\", b"%YAML 9.9\n", b"---\n", b"...\n", b"? ", b"<<: ", b"#", b"\r", b"\xe2\x80\xa8",
    b"9" * 4400, b".nan", b"-.inf", b"1e999", b"0x" + b"f" * 30, b"1:2:3:4", b"2001-99-99", b"~",
    b"null", b"true", b"[" * 200, b"{a: " * 60, b"\\U99999999", b"\xef\xbb\xbf", b"@", b"`",
    b"=", b"!<", b"\x1b[2J", b"\xed\xa0\x80", b"0o17", b"1_000", b"--- --- ---",
]  # fmt: skip


def mutated(raw: bytes, rng: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(rng.choice([1, 1, 1, 2, 4, 12])):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(7)
        if kind == 0:
            data[at : at + rng.choice([1, 1, 5, 40])] = b""
        elif kind == 1:
            data[at:at] = rng.choice(SCRAPS)
        elif kind == 2:
            data[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 3:
            lines = data.split(b"\n")
            rng.shuffle(lines)
            data = bytearray(b"\n".join(lines)) if rng.random() < 0.2 else data[:at]
        elif kind == 4:
            start = rng.randrange(len(data) + 1)
            data[at:at] = data[start : start + rng.randrange(60)]
        elif kind == 5:
            words = data.split(b" ")
            words[rng.randrange(len(words))] = bytearray(rng.choice(SCRAPS))
            data = bytearray(b" ".join(words))
        else:
            digits = [i for i, byte in enumerate(data) if chr(byte).isdigit()]
            if digits:
                data[rng.choice(digits)] = rng.choice(b"0123456789-.e")
    return bytes(data)


@pytest.mark.parametrize("block", range(10))
def test_mutations_are_valid_or_name_a_line(tmp_path: Path, block: int) -> None:
    raw = catalog.scenario_files()["mapengine"].read_bytes()
    path = tmp_path / "mutant.yaml"
    refused = 0
    for number in range(block * 100, block * 100 + 100):
        path.write_bytes(mutated(raw, random.Random(number)))
        try:
            scenario.load(path)
        except WargameError as error:
            refused += 1
            first = str(error).splitlines()[0]
            place = first.removeprefix(f"{path}:").split(":")
            assert place[0].isdigit(), first
            assert 1 <= int(place[0]) <= path.read_bytes().count(b"\n") + 2
            assert place[1].isdigit(), first
    assert refused > 50
