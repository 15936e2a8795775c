"""A class's evening: what is told, who comes and goes, what is refused."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import numpy as np

from tests.worlds import environment

from .conftest import Run, command, events


def test_everybody_is_ranked_and_offenders_lose(wargame: Run, class_room: Path) -> None:
    (class_room / "bo.py").write_text("def bo(:\n")
    done = wargame("run", "evening.yaml", "--json")
    assert done.returncode == 0, done.stderr
    told = events(done.stdout)
    assert told[0]["event"] == "opened"
    assert told[1]["event"] == "changed"
    assert "bo was not let in" in told[1]["words"][0]
    assert "bo.py:1" in told[1]["words"][0]
    assert told[-1]["event"] == "over"
    played = [each["result"] for each in told if each["event"] == "played"]
    assert len(played) == told[0]["expected"] == 5 * 5
    for result in played:
        names = {side: result["fixture"][side] for side in ("attacker", "defender")}
        # Bo fails at once, so that cy, who fails in the second round, does not come so far.
        failing = {"bo"} if "bo" in names.values() else {"cy"}
        assert result["status"] == {
            side: "ERROR" if name in failing else "OK" for side, name in names.items()
        }
        if set(names.values()) <= {"bo"} or set(names.values()) <= {"cy"}:
            assert result["winner"] is None
    faults = {
        each["fixture"]["attacker"]: each["faults"]["attacker"]
        for each in played
        if "attacker" in each["faults"]
    }
    assert "bo.py:1: SyntaxError" in faults["bo"]
    assert "what now?" in faults["cy"]
    rows = {row["name"]: row for row in told[-1]["standings"]["rows"]}
    assert rows["bo"]["wins"] == 0
    assert rows["cy"]["wins"] == 2
    assert rows["bo"]["forfeits"] == {"ERROR": 8}
    assert rows["pair"]["matches"] == 8
    page = (class_room / "evening" / "index.html").read_text()
    assert "An evening" in page
    again = wargame("standings", "evening.yaml", "--json")
    assert json.loads(again.stdout) == told[-1]["standings"]


def test_what_an_entrant_prints_is_kept_and_its_file_may_change_later(
    wargame: Run, morning_after: Path
) -> None:
    (morning_after / "ada.py").write_text("raise SystemExit")
    again = wargame("run", "evening.yaml", "--json")
    assert again.returncode == 0, again.stderr
    assert [each["event"] for each in events(again.stdout)] == ["opened", "over"]

    from wargame.tournament.results import Results

    with Results(f"sqlite:///{morning_after / 'evening' / 'results.db'}", "evening") as results:
        keys = [each.fixture.key for each in results.results() if each.fixture.attacker == "ada"]
        outputs = [results.kept(key).output for key in keys]
    assert all("round 1\n" in " ".join(each.values()) for each in outputs)


def test_other_terms_are_refused(wargame: Run, morning_after: Path) -> None:
    file = morning_after / "evening.yaml"
    file.write_text(file.read_text().replace("seed: 5", "seed: 6"))
    done = wargame("run", "evening.yaml", "--headless")
    assert done.returncode == 2
    assert "seed" in done.stderr


def test_entrants_come_and_go_while_it_runs(
    wargame: Run, class_room: Path, home: Path, leaves: Path
) -> None:
    ada = class_room / "ada.py"
    (class_room / "dee.py").write_text(ada.read_text())
    # Slow enough that there are rounds left to be drawn when the others have come and gone.
    ada.write_text(
        ada.read_text().replace("print(", "__import__('time').sleep(0.35)\n        print(")
    )
    process = subprocess.Popen(
        command("run", "evening.yaml", "--json", "--workers", "1"),
        cwd=class_room,
        env=environment(home, WARGAME_DATA=str(leaves)),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(3)]
    joined = wargame("add", "evening.yaml", "dee.py", "--title", "Dee")
    assert joined.returncode == 0, joined.stderr
    left = wargame("remove", "evening.yaml", "cy")
    assert left.returncode == 0, left.stderr
    twice = wargame("add", "evening.yaml", "dee.py")
    assert twice.returncode == 2
    rest, _ = process.communicate(timeout=200)
    assert process.returncode == 0
    told = events("".join(lines) + rest)
    changes = [each for each in told if each["event"] == "changed"]
    assert any("dee" in " ".join(each["words"]) for each in changes)
    played = [each["result"]["fixture"] for each in told if each["event"] == "played"]
    met = {each["defender"] for each in played if each["attacker"] == "dee"}
    assert met >= {"random", "ada", "bo", "pair", "dee"}
    change = next(told.index(each) for each in changes if "cy" in " ".join(each["words"]))
    later = [each for each in told[change:] if each["event"] == "planned"]
    names = {
        f[side] for each in later for f in each["fixtures"] for side in ("attacker", "defender")
    }
    assert "cy" not in names
    assert "dee" in names


def test_ctrl_c_stops_it_and_the_same_command_goes_on(
    wargame: Run, class_room: Path, home: Path, leaves: Path
) -> None:
    process = subprocess.Popen(
        command("run", "evening.yaml", "--json", "--workers", "2"),
        cwd=class_room,
        env=environment(home, WARGAME_DATA=str(leaves)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while '"played"' not in process.stdout.readline():
        assert process.poll() is None
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "the same command goes on" in errors
    assert time.monotonic() - begun < 10
    assert "Traceback" not in errors
    page = wargame("page", "evening.yaml")
    assert page.returncode == 0, page.stderr
    done = wargame("run", "evening.yaml", "--json")
    assert done.returncode == 0, done.stderr
    assert events(done.stdout)[0]["results"]


def test_two_processes_do_not_play_the_same_tournament(
    wargame: Run, class_room: Path, home: Path, leaves: Path
) -> None:
    process = subprocess.Popen(
        command("run", "evening.yaml", "--json", "--workers", "1"),
        cwd=class_room,
        env=environment(home, WARGAME_DATA=str(leaves)),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    second = wargame("run", "evening.yaml", "--headless")
    process.kill()
    process.communicate()
    assert second.returncode == 2
    assert "process" in second.stderr


def test_a_knock_out_says_who_won_it(wargame: Run, class_room: Path) -> None:
    file = class_room / "evening.yaml"
    text = file.read_text().replace("  - random\n", "").replace("  - cy.py\n", "")
    file.write_text(f"{text}format: knock-out\n")
    done = wargame("run", "evening.yaml", "--headless")
    assert done.returncode == 0, done.stderr
    results = json.loads((class_room / "evening" / "results.json").read_text())
    placing = results["standings"]["placing"]
    assert sorted(placing) == ["ada", "bo", "pair"]
    # Ada is seeded first, has a bye, and plays the final against who won the other meeting.
    last = max(match["fixture"]["round"] for match in results["matches"])
    final = {
        match["fixture"]["attacker"]
        for match in results["matches"]
        if match["fixture"]["round"] == last
    }
    assert final == {"ada", placing[0], placing[1]}
    assert f"Placing: 1 {placing[0]}, 2 {placing[1]}, 3 {placing[2]}." in done.stdout
    page = class_room / "evening" / "index.html"
    assert f"1 {placing[0]}, 2 {placing[1]}" in page.read_text()
    tiles = 'id="tiles-0"'
    assert tiles in page.read_text()
    # Where the tiles are is the user's to say: in a store without them the page does without.
    again = wargame("page", "evening.yaml", "--store", class_room / "another")
    assert again.returncode == 0, again.stderr
    assert tiles not in page.read_text()
    assert f"1 {placing[0]}, 2 {placing[1]}" in page.read_text()


def test_other_data_than_before_are_refused(
    wargame: Run, morning_after: Path, leaves: Path
) -> None:
    with np.load(leaves) as arrays:
        others = dict(arrays)
    others["x_train"] = others["x_train"][::-1].copy()
    np.savez(morning_after / "others.npz", **others)
    (morning_after / "late.py").write_text((morning_after / "ada.py").read_text())
    assert wargame("add", "evening.yaml", "late.py").returncode == 0
    done = wargame("run", "evening.yaml", "--headless", "--data", "others.npz")
    assert done.returncode == 2
    assert "other data" in done.stderr
