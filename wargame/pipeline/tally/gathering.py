"""Collect, transmit and preprocess: what was sent, what passed the link, what was stored."""

from __future__ import annotations

from collections.abc import Sequence

from wargame.kernels.intervals import from_scalar, proportion
from wargame.pipeline.attack_roles import LinkAttack
from wargame.pipeline.defence_roles import ChannelDefence, Cleaner, Gate
from wargame.pipeline.tally.ledger import Ledger
from wargame.stages import Side
from wargame.store import Artifact


def intake(ledger: Ledger, arrived: Artifact, batch: Artifact) -> None:
    """The defender's own counts, which need no card."""
    counts = {"received": int(arrived.facts["sent"]), "stored": int(batch.facts["stored"])}
    words = {"received": "uploaded", "stored": "stored"}
    for what, count in counts.items():
        text = f"{count} records were {words[what]}"
        ledger.read(Side.DEFENDER, "intake", f"records_{what}", from_scalar(count), text)


def link(ledger: Ledger, arrived: Artifact, batch: Artifact) -> None:
    """What passed the link: read, changed, refused."""
    context, facts, key = ledger.context, arrived.facts, arrived.key
    for held, _ in context.playing(ChannelDefence):
        ledger.own(held, "overhead", from_scalar(facts["overhead"]), key)
        refused = int(facts["rejected"])
        text = f"{refused} packets failed authentication"
        ledger.instrument(held, from_scalar(refused), text, alarm=refused > 0)
    for held, _ in context.playing(LinkAttack):
        exposed, sent = facts[f"{held.name}.exposed"], int(facts["sent"])
        event = f"{held.name} read {exposed} of {sent} records in flight"
        ledger.own(held, "records_exposed", proportion(exposed, sent), key, event=event)
        accepted, changed = batch.facts[f"{held.name}.accepted"], facts[f"{held.name}.changed"]
        event = f"{accepted} of {changed} tampered records were accepted"
        ledger.own(held, "accepted", proportion(accepted, changed), key, event=event)
        ledger.own(held, "changed", from_scalar(changed), key, unit="count")


def checks(ledger: Ledger, batch: Artifact) -> None:
    """What gates and cleaners dropped, relabelled and deleted, and how much of it was honest."""
    facts = batch.facts
    arrived = int(facts["arrived"]), int(facts["planted_arrived"])
    for held in ledger.context.held:
        if not isinstance(held.card, (Gate, Cleaner)):
            continue
        name = held.name
        total = facts[f"{name}.dropped"] + facts.get(f"{name}.purged", 0)
        text = facts[f"{name}.text"] or f"{total} records dropped"
        ledger.instrument(held, from_scalar(total), text, alarm=bool(facts[f"{name}.alarm"]))
        _shares(ledger, name, "dropped", batch, arrived)
        if f"{name}.relabelled" in facts:
            _shares(ledger, name, "relabelled", batch, arrived)
        if f"{name}.purged" in facts:
            _shares(ledger, name, "purged", batch, facts[f"{name}.archive"])


def _shares(ledger: Ledger, name: str, what: str, batch: Artifact, among: Sequence[int]) -> None:
    """The shares of honest and of planted records touched, among so many in all and planted."""
    size, bad = among
    touched, planted = batch.facts[f"{name}.{what}"], batch.facts[f"{name}.{what}_planted"]
    ledger.add(f"{name}.honest_{what}", proportion(touched - planted, size - bad), batch.key)
    if bad:
        ledger.add(f"{name}.planted_{what}", proportion(planted, bad), batch.key)
