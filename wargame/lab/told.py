"""A matrix in words: the symbol of each pair, and the pairs that agree with the sources or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from wargame.lab.matrix import LEAST, SEEDS, SURE, Matrix, Pair, Row, Verdict, Yard
from wargame.lab.statistics import Series
from wargame.lab.sweep import Terms
from wargame.lab.yardstick import in_words

SYMBOLS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.WORKS: ("●", "+"),
    Verdict.NONE: ("○", "·"),
    Verdict.WORSE: ("⊖", "−"),
    Verdict.HOLLOW: ("⊘", "~"),
    Verdict.UNDECIDED: ("◐", "?"),
    Verdict.NOTHING: ("◌", " "),
    Verdict.UNMEASURED: ("…", "…"),
}
"""Verdict to its symbol where a source claims it, and where none does; read without colour too."""

LEGEND: tuple[tuple[str, str, str], ...] = (
    ("●", "+", "works: takes from what the attack gains"),
    ("○", "·", f"no effect: the whole interval within {LEAST:.0%} of harm"),
    ("⊖", "−", "makes it worse: the attack gains more"),
    ("⊘", "~", "costs as much as it saves: no better off with it"),
    ("◐", "?", "undecided: the interval is too wide"),
    ("◌", " ", "the attack gains nothing here, defended or not"),
)
"""Claimed, not claimed, meaning."""


def symbol(pair: Pair) -> str:
    """One character."""
    return SYMBOLS[pair.verdict][0 if pair.claimed else 1]


class Section(NamedTuple):
    """Pairs of one kind."""

    title: str
    note: str
    pairs: tuple[Pair, ...]


def sections(found: Matrix) -> tuple[Section, ...]:
    """The pairs worth a line, in groups, the greatest effect first."""

    def those(claimed: bool, *verdicts: Verdict) -> tuple[Pair, ...]:
        kept = [p for p in found.pairs if p.claimed is claimed and p.verdict in verdicts]
        return tuple(sorted(kept, key=lambda p: (-_size(p), p.attack, p.defence)))

    unclear = (Verdict.UNDECIDED, Verdict.NOTHING)
    return (
        Section("Agreements", "Claimed, and seen.", those(True, Verdict.WORKS)),
        Section(
            "Contradictions: claimed, and not seen",
            "A source says that the defence helps; measured, it does not.",
            those(True, Verdict.NONE, Verdict.WORSE, Verdict.HOLLOW),
        ),
        Section(
            "Contradictions: not claimed, and works",
            "No source names the defence against this attack; measured, it helps.",
            those(False, Verdict.WORKS),
        ),
        Section(
            "Contradictions: not claimed, and makes it worse",
            "With the defence in force, the attack gains more.",
            those(False, Verdict.WORSE),
        ),
        Section(
            "Claimed, and undecided",
            "The interval is too wide, or the attack gains nothing here; more seeds may tell.",
            those(True, *unclear),
        ),
    )


def _size(pair: Pair) -> float:
    return abs(pair.aim.effect.mean) if pair.aim else 0.0


def counts(found: Matrix) -> str:
    """One sentence of numbers."""
    claimed = [pair for pair in found.pairs if pair.claimed]
    works = sum(pair.verdict is Verdict.WORKS for pair in claimed)
    not_seen = sum(
        pair.verdict in (Verdict.NONE, Verdict.WORSE, Verdict.HOLLOW) for pair in claimed
    )
    other = [pair for pair in found.pairs if not pair.claimed]
    more = sum(pair.verdict is Verdict.WORKS for pair in other)
    worse = sum(pair.verdict is Verdict.WORSE for pair in other)
    return (
        f"Of {len(claimed)} claimed pairs {works} work, {not_seen} do not, and "
        f"{len(claimed) - works - not_seen} are undecided; of {len(other)} that no source claims, "
        f"{more} work and {worse} make it worse."
    )


def line(pair: Pair) -> str:
    """A pair with its numbers, e.g. for a list."""
    head = f"{pair.defence} against {pair.attack}"
    if pair.aim is None:
        return f"{head}: {pair.verdict.value}"
    gain, left, effect = pair.aim.undefended, pair.aim.defended, pair.aim.effect
    told = f"{head}: gain {number(gain.mean)} → {number(left.mean)}, takes {interval(effect)}"
    if pair.removed is not None and pair.verdict is Verdict.WORKS:
        told += f" ({pair.removed:.0%})"
    return told if pair.verdict is Verdict.WORKS else f"{told}; {pair.verdict.value}"


def number(value: float) -> str:
    """A share, signed where it is below zero, never "-0.00"."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def interval(values: Series) -> str:
    """A mean with its interval, where it has one."""
    if values.low is None or values.high is None:
        return number(values.mean)
    return f"{number(values.mean)} [{number(values.low)}, {number(values.high)}]"


def method(terms: Terms) -> tuple[str, ...]:
    """How it was measured, one sentence or two a paragraph."""
    attack, defence = (each.value for each in terms.strengths)
    first, last = terms.seeds[0], terms.seeds[-1]
    seeds = f"seeds {first} to {last}" if last > first else f"seed {first}"
    return (
        f"Scenario {terms.rules.name} at {terms.fidelity} fidelity, data: {terms.origin}; {seeds}. "
        f"Attacks play at {attack}, defences at {defence}, in force from round 1 to round "
        f"{terms.rounds}; budgets are left aside; the last round is measured.",
        "Each pair is measured four times on every seed: with both, with the attack alone, with "
        "the defence alone, with neither. An attack's gain is its harm with the attack less the "
        "harm without it; a defence's effect is the gain undefended less the gain defended, seed "
        "by seed, with Student's 95 % interval over the seeds.",
        "The verdict goes by what the attack is after: the first harmful measure on its card, "
        "else the clean accuracy lost, as a share of harm; evasion goes by the share of tiles, of "
        "those read right, that it makes wrong. The gain in mission value stands beside it.",
        f"A defence works where its effect is at least {LEAST:.0%} of harm and stands at a false "
        f"discovery rate of {SURE:.0%} (Benjamini and Hochberg, over the claimed pairs and over "
        f"the others separately); it has no effect where the whole interval lies within "
        f"{LEAST:.0%} of zero; else it is undecided, as is everything on fewer than {SEEDS} seeds. "
        "Where the attacked system is no better off with the defence, since the defence itself "
        "does the damage, it costs as much as it saves.",
        "Claims are those on the cards: what the sources say a defence counters (S0 Fig. 6 and "
        "section 6, S2 Table 1 and section 3), each at the family of attacks it names. A silence "
        "counts as no claim. S0 is a survey of machine-learning security under big data with the "
        "case study MapEngine; S2 is Li et al., Progress and Future Challenges of Security "
        "Attacks and Defense Mechanisms in Machine Learning, Journal of Software 32(2), 2021.",
        *terms.granted(),
    )


def command(terms: Terms) -> str:
    """The command that measures this matrix; where and on how many processes is left open."""
    attack, defence = (each.value for each in terms.strengths)
    words = [
        "wargame matrix",
        terms.rules.name,
        f"--seeds {terms.seeds[0]}:{terms.seeds[-1] + 1}",
        f"--fidelity {terms.fidelity}",
        f"--rounds {terms.rounds}",
        f"--strength {attack}" if attack == defence else f"--strength {attack}:{defence}",
    ]
    decks = terms.rules.deck.attacker, terms.rules.deck.defender
    for what, names, deck in zip(
        ("attacks", "defences"), (terms.attacks, terms.defences), decks, strict=True
    ):
        if len(names) < len(deck):
            words.append(f"--{what} {','.join(names)}")
    return " ".join(words)


def to_json(terms: Terms, found: Matrix) -> dict[str, Any]:
    """The matrix with its terms, as plain JSON data."""
    return {
        **terms.header(),
        "command": command(terms),
        "seeds": list(found.seeds),
        "granted": list(terms.granted()),
        "attacks": [_row(row) for row in found.rows],
        "defences": [
            {"defence": each.defence, "price": {k: v.to_json() for k, v in each.price.items()}}
            for each in found.columns
        ],
        "pairs": [_pair(pair) for pair in found.pairs],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "attack": row.attack,
        "measure": row.measure,
        "success": in_words(row.measure),
        "gains": row.gains,
        "gain": row.gain.to_json() if row.gain else None,
        "mission": row.mission.to_json() if row.mission else None,
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "attack": pair.attack,
        "defence": pair.defence,
        "claimed": pair.claimed,
        "verdict": pair.verdict.value,
        "relation": pair.relation.value,
        "seeds": list(pair.seeds),
        "removed": pair.removed,
        "p": pair.p,
        "q": pair.q,
        "aim": _yard(pair.aim),
        "mission": _yard(pair.mission),
    }


def _yard(yard: Yard | None) -> dict[str, Any] | None:
    return None if yard is None else {k: v.to_json() for k, v in yard._asdict().items()}
