"""Hostile entrants in real matches: each offends alone, and leaves no trace anywhere."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load as arrays_in
from safetensors.numpy import save as safetensors

from tests.tournament import offers
from tests.tournament.hostile_table import HOSTILE, REFUSED, Hostile
from wargame.data import synthetic
from wargame.errors import WargameError
from wargame.game import scenario
from wargame.sandbox.limits import Limits, Status
from wargame.sandbox.method import choose
from wargame.sandbox.warden import Warden
from wargame.stages import Side
from wargame.tournament.entrant import Submission
from wargame.tournament.intake import submit
from wargame.tournament.outcome import Fixture
from wargame.tournament.package import unpacked
from wargame.tournament.play import Finished, Ground, Job, ground_content, play
from wargame.tournament.rehearsal import quick
from wargame.tournament.seating import seat

SOURCES = Path(__file__).parent / "hostile"
LIMITS = Limits(start=3, move=0.5, bank=0.5, memory=160, processes=24, file=4, scratch=16)
INNOCENT = b"""\
from wargame.game.agent import Agent, legal


class Mine(Agent):
    title = "Innocent"
    character = "harmless"

    def act(self, view):
        return int(self.rng.choice(legal(view)))
"""
ABOUT = {
    "command_surrogate": b'{"command": ["sh", "\\ud800"]}',
    "command_long": json.dumps({"command": ["echo", *["\N{GRINNING FACE}" * 1000] * 63]}).encode(),
    "about_deep": b"[" * 100_000,
}


@dataclass(frozen=True)
class Court:
    """What all these matches share, and what no hostile entrant may touch."""

    ground: Ground
    innocent: Submission
    canary: Path
    words: dict[str, str]
    listeners: tuple[socket.socket, ...]

    def state(self) -> dict[str, tuple[int, bytes]]:
        """Every file that is to stay as it is."""
        files = [p for p in self.canary.rglob("*") if p.is_file()]
        folder = unpacked(self.innocent, Path(str(self.ground.cache)))
        files += [p for p in folder.rglob("*") if p.is_file()]
        return {str(p): (p.stat().st_mtime_ns, p.read_bytes()) for p in files}

    def source(self, file: str) -> bytes:
        """A hostile entrant's file, aimed at this machine."""
        text = (SOURCES / f"{file}.txt").read_text()
        for name, value in self.words.items():
            text = text.replace(f"@{name}@", value)
        return text.encode()


def _listening(kind: socket.SocketKind, family: int, address: object) -> socket.socket:
    made = socket.socket(family, kind)
    made.bind(address)  # type: ignore[arg-type]
    if kind is socket.SOCK_STREAM:
        made.listen()
    made.setblocking(False)
    return made


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    root = tmp_path_factory.mktemp("court")
    canary, cache, secret = root / "canary", root / "cache", f"secret-{secrets.token_hex(8)}"
    offers.lay(canary, {"results.db": b"the results", "other/agent.py": INNOCENT})
    offers.lay(root / "innocent", {"agent.py": INNOCENT, "secret.txt": secret.encode()})
    innocent = submit("innocent", base=root)
    rules = quick(scenario.load("mapengine")).model_copy(update={"rounds": 2})
    ground = Ground(
        content=ground_content(rules),
        fidelity="sketch",
        data=None,
        digest=synthetic.load().digest,
        store=str(root / "store"),
        limits=LIMITS,
        method=choose(unsafe=False),
        cache=str(cache),
    )
    stream, packet = socket.SOCK_STREAM, socket.SOCK_DGRAM
    tcp = _listening(stream, socket.AF_INET, ("127.0.0.1", 0))
    port = tcp.getsockname()[1]
    abstract = f"wargame-{secrets.token_hex(4)}"
    listeners = (
        tcp,
        _listening(packet, socket.AF_INET, ("127.0.0.1", port)),
        _listening(stream, socket.AF_UNIX, str(canary / "socket")),
        _listening(stream, socket.AF_UNIX, f"\0{abstract}"),
    )
    words = {
        "CANARY": str(canary),
        "CACHE": str(cache),
        "INNOCENT": str(unpacked(innocent, cache)),
        "SECRET": secret,
        "PORT": str(port),
        "ABSTRACT": abstract,
        "PID": str(os.getpid()),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("WARGAME_DATA", raising=False)
        patch.setenv("TEACHERS_PASSWORD", secret)
        yield Court(ground, innocent, canary, words, listeners)
    for listener in listeners:
        listener.close()


def entered(court: Court, case: Hostile, folder: Path) -> Submission:
    offers.lay(folder, {case.file: court.source(case.file)})
    if case.command:
        return submit(".", base=folder, command=case.command)
    return submit(case.file, base=folder)


def met(court: Court, hostile: Submission, side: Side) -> Finished:
    names = {side: "hostile", side.other: "innocent"}
    fixture = Fixture(1, "mapengine", names[Side.ATTACKER], names[Side.DEFENDER], 1)
    return play(Job(fixture, court.ground, {side: hostile, side.other: court.innocent}))


def seen(digest: str) -> list[int]:
    """Processes that see the folder of a submission: on this machine nobody else does."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            shows = digest in (process / "mountinfo").read_text()
            here = digest in str((process / "cwd").readlink())
        except OSError:
            continue
        if shows or here:
            found.append(int(process.name))
    return found


def gone(digest: str) -> bool:
    until = time.monotonic() + 1.0
    while left := seen(digest):
        if time.monotonic() > until:
            print("left over:", left)
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize(
    ("case", "side"),
    [
        pytest.param(case, tuple(Side)[number % 2], id=f"{case.file}-{number}")
        for number, case in enumerate(HOSTILE)
    ],
)
def test_a_hostile_entrant_offends_alone(
    court: Court, tmp_path: Path, case: Hostile, side: Side
) -> None:
    hostile = entered(court, case, tmp_path / "sent")
    before = court.state()
    done = met(court, hostile, side)
    result, output = done.result, done.kept.output.get(side, "")
    assert result.status[side.other] is Status.OK
    assert side.other not in result.faults
    assert result.status[side] is case.status, (result.faults.get(side), output[-2000:])
    words = case.words.replace("@CANARY@", court.words["CANARY"])
    if case.status is Status.OK:
        assert len(result.plays) == 2
        assert result.winner is not None
        assert words in output
    else:
        assert result.winner is side.other
        assert words in result.faults[side]
        assert len(result.faults[side]) < 500
    assert "GOT THROUGH" not in output
    assert court.words["SECRET"] not in output.replace("blocked", "")
    assert len(output.encode()) <= 1024 * LIMITS.output + 200
    assert gone(hostile.digest)
    assert gone(court.innocent.digest)
    assert court.state() == before
    assert {p.name for p in court.canary.iterdir()} == {"results.db", "other", "socket"}
    for listener in court.listeners:
        with pytest.raises(BlockingIOError):
            listener.recv(10) if listener.type == socket.SOCK_DGRAM else listener.accept()


def test_the_watch_for_processes_would_see_one(court: Court, tmp_path: Path) -> None:
    case = next(each for each in HOSTILE if each.file == "says_nothing.py")
    hostile = entered(court, case, tmp_path / "sent")
    with Warden(court.ground.method) as warden:
        made = seat("x", hostile, Side.ATTACKER, warden, LIMITS, Path(str(court.ground.cache)))
        rules = scenario.from_content(json.loads(court.ground.content))
        made.begin(Side.ATTACKER, rules, np.random.default_rng(0))
        assert seen(hostile.digest)
        made.close()  # type: ignore[attr-defined]
        assert gone(hostile.digest)


def test_the_same_offence_is_told_the_same_each_time(court: Court, tmp_path: Path) -> None:
    for file in ("raises_act.py", "spins.py", "memory_hog.py", "answers_illegal.py"):
        case = next(each for each in HOSTILE if each.file == file)
        hostile = entered(court, case, tmp_path / file)
        first, second = (met(court, hostile, Side.ATTACKER) for _ in range(2))
        assert first.result.to_json() == second.result.to_json()
        assert first.kept.record == second.kept.record
        assert first.kept.output == second.kept.output


def test_the_offence_of_both_in_one_round_is_seen(court: Court, tmp_path: Path) -> None:
    one, two = (
        entered(court, next(e for e in HOSTILE if e.file == f), tmp_path / f)
        for f in ("raises_act.py", "answers_minus.py")
    )
    fixture = Fixture(1, "mapengine", "one", "two", 1)
    job = Job(fixture, court.ground, {Side.ATTACKER: one, Side.DEFENDER: two})
    result = play(job).result
    assert result.status == {Side.ATTACKER: Status.ERROR, Side.DEFENDER: Status.ILLEGAL}
    assert result.winner is None


def test_a_policy_of_another_deck_offends_at_its_turn(court: Court, tmp_path: Path) -> None:
    offers.policy(tmp_path / "trained")
    mine = submit("trained", base=tmp_path)
    rules = quick(scenario.load("mapengine"))
    deck = rules.deck.model_copy(update={"attacker": rules.deck.attacker[1:]})
    other = rules.model_copy(update={"rounds": 2, "deck": deck})
    elsewhere = replace(court, ground=replace(court.ground, content=ground_content(other)))
    result = met(elsewhere, mine, Side.ATTACKER).result
    assert result.status[Side.ATTACKER] is Status.ERROR
    assert "label_flip missing" in result.faults[Side.ATTACKER]
    assert result.winner is Side.DEFENDER
    assert met(court, mine, Side.ATTACKER).result.status[Side.ATTACKER] is Status.OK


def refused_folder(name: str, base: Path, source: bytes) -> None:
    """Lays out what is not let in."""
    folders = {"holds_link": "link", "holds_loop": "loop", "holds_pipe": "pipe"}
    makers = {known: make for known, _, make in offers.FOLDERS}
    writers = {known: make for known, _, make in offers.ARCHIVES}
    if name in folders or name == "holds_huge":
        offers.lay(base / name, {"agent.py": INNOCENT})
        makers[folders.get(name, "huge")](base / name)
    elif name in writers:
        writers[name](base)
    elif name in ABOUT:
        offers.lay(base / name, {"agent.json": ABOUT[name]})
    elif name.startswith("policy_"):
        _bad_policy(name, base / name)
    elif name == "linked.py":
        (base / name).symlink_to("/etc/passwd")
    else:
        made = {
            "latin.py": b"x = 1\ny = '\xe9'\n",
            "long.py": b"#" * 500_001,
            "dots.py": b"x = 1\nimport " + b"a.\\\n" * 120_000 + b"a\n",
            "dots_wide.py": ("import " + "\N{GREEK SMALL LETTER ALPHA} . " * 70_000 + "a").encode(),
        }
        (base / name).write_bytes(made.get(name, source))


def _bad_policy(name: str, folder: Path) -> None:
    files = offers.policy(folder)
    facts = json.loads(files["policy.json"])
    arrays = {n: a.copy() for n, a in arrays_in(files["weights.safetensors"]).items()}
    if name == "policy_shapes":
        arrays["action.weight"] = np.zeros((3, 3), np.float32)
    elif name == "policy_nan":
        arrays["action.bias"][0] = np.nan
    elif name == "policy_huge":
        arrays["action.weight"] = np.zeros((2**22 + 1, 1), np.float32)
    elif name == "policy_command":
        facts["made"] = facts["made"] | {"command": "\x1b[2J"}
    blob = pickle.dumps(arrays) if name == "policy_pickle" else safetensors(arrays)
    facts["weights"] = hashlib.sha256(blob).hexdigest()
    (folder / "weights.safetensors").write_bytes(blob)
    (folder / "policy.json").write_text(json.dumps(facts))


@pytest.mark.parametrize(("name", "words"), REFUSED)
def test_a_hostile_entrant_is_not_let_in(tmp_path: Path, name: str, words: str) -> None:
    source = SOURCES / f"{name}.txt"
    refused_folder(name, tmp_path, source.read_bytes() if source.exists() else b"")
    with pytest.raises(WargameError) as caught:
        submit(name, base=tmp_path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "/wargame-" not in str(caught.value)
    shutil.rmtree(tmp_path / name, ignore_errors=True)


def test_every_hostile_file_is_used() -> None:
    named = {f"{case.file}.txt" for case in HOSTILE} | {f"{name}.txt" for name, _ in REFUSED}
    assert {path.name for path in SOURCES.iterdir()} <= named
    assert len(HOSTILE) + len(REFUSED) >= 35
