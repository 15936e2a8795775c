"""Release: whether a foreign file was loaded, and whether a thief could read the weights."""

from __future__ import annotations

from wargame.kernels.intervals import from_scalar
from wargame.pipeline.attack_roles import CheckpointAttack, ReleaseAttack
from wargame.pipeline.defence_roles import ReleaseCheck
from wargame.pipeline.tally.ledger import Ledger
from wargame.store import Artifact


def released(ledger: Ledger, offered: Artifact) -> None:
    """What became of foreign model files."""
    facts = offered.facts
    for held, _ in ledger.context.playing(ReleaseAttack):
        ran = facts.get(f"{held.name}.executed")
        if ran is not None:
            event = f"{held.name}: the payload {'ran' if ran else 'did not run'}"
            ledger.own(held, "executed", from_scalar(float(ran)), offered.key, event=event)
    for held, _ in ledger.context.playing(ReleaseCheck):
        refused = facts.get(f"{held.name}.refused")
        if refused is not None:
            text = str(facts[f"{held.name}.text"])
            ledger.instrument(held, from_scalar(float(refused)), text, alarm=bool(refused))


def stolen(ledger: Ledger, taken: Artifact) -> None:
    """Whether thieves could read the weights."""
    for held, _ in ledger.context.playing(CheckpointAttack):
        read = taken.facts[f"{held.name}.read"]
        word = "could read" if read else "found only ciphertext in"
        event = f"the thief {word} the weights file"
        ledger.own(held, "weights_read", from_scalar(float(read)), taken.key, event=event)
