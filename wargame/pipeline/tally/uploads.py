"""What became of the records that upload attacks sent."""

from __future__ import annotations

from wargame.kernels.intervals import proportion
from wargame.pipeline import victim
from wargame.pipeline.access import SHAM
from wargame.pipeline.attack_roles import UploadAttack
from wargame.pipeline.records import Records
from wargame.pipeline.tally.ledger import Ledger
from wargame.store import Artifact


def sham(ledger: Ledger, batch: Artifact) -> None:
    """How much of what is stored comes from drones that do not exist."""
    senders = batch.arrays["senders"]
    junk = proportion(int((senders >= SHAM).sum()), len(senders))
    event = f"{junk.value:.0%} of what was stored came from drones that never flew"
    for held, _ in ledger.context.playing(UploadAttack):
        ledger.own(held, "junk_stored", junk, batch.key, event=event)


def scaled(ledger: Ledger, uploaded: Artifact, batch: Artifact, model: Artifact) -> None:
    """How many captures at full resolution the last model reads as what they hide."""
    hiding = [
        held
        for held, _ in ledger.context.playing(UploadAttack)
        if {"read_as_hidden", "read_as_stated"} & set(held.card.measured_by)
    ]
    if not hiding:
        return
    total = len(Records.from_arrays(uploaded.arrays).large)
    hidden = Records.from_arrays(batch.arrays).take(batch.arrays["scaled"])
    read = cover = 0
    if len(hidden):
        said = victim.probs(ledger.context, model, hidden.images).argmax(1)
        read, cover = int((said == hidden.truth).sum()), int((said == hidden.labels).sum())
    event = f"{read} of {total} scaled captures were read as their hidden class"
    for held in hiding:
        ledger.own(held, "read_as_hidden", proportion(read, total), batch.key, event=event)
        ledger.own(held, "read_as_stated", proportion(cover, total), batch.key)
