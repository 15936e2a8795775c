"""Store and train: what the nodes returned, whether the newest batch stays, what training cost."""

from __future__ import annotations

from wargame.kernels.intervals import from_scalar, proportion
from wargame.pipeline.attack_roles import ShardAttack
from wargame.pipeline.context import Held
from wargame.pipeline.defence_roles import AtRestDefence
from wargame.pipeline.records import Records
from wargame.pipeline.tally.ledger import Ledger
from wargame.store import Artifact


def compared(
    ledger: Ledger,
    held: Held,
    batch: Artifact,
    shares: tuple[float, float],
    n: int,
    *,
    accepted: bool,
) -> None:
    """The comparison before and after the newest batch; shares right on n vetted tiles."""
    before, after = shares
    planted = int(batch.facts["planted_stored"])
    honest = int(batch.facts["stored"]) - planted
    for what, count in (("honest", honest), ("planted", planted)):
        if what == "honest" or count:
            gone = proportion(0 if accepted else count, count)
            ledger.add(f"{held.name}.{what}_dropped", gone, batch.key)
    verdict = "the batch stays" if accepted else "the batch was rolled back"
    text = f"accuracy on {n} vetted tiles went {before:.0%} to {after:.0%}: {verdict}"
    ledger.instrument(held, from_scalar(after - before), text, alarm=not accepted)


def read_back(ledger: Ledger, read: Artifact, seen: Records) -> None:
    """What the storage nodes returned."""
    context, facts = ledger.context, read.facts
    for held, _ in context.playing(ShardAttack):
        served = proportion(int(facts["bad_served"]), int(facts["held"]))
        ledger.own(held, "bad_served", served, read.key)
    planted = proportion(int(seen.planted.sum()), len(seen))
    ledger.add("poison_in_training", planted, read.key)
    for held, _ in context.playing(AtRestDefence):
        ledger.own(held, "overhead", from_scalar(facts["overhead"]), read.key)
        refused = int(facts[f"{held.name}.refused"])
        text = f"{refused} stored records were not what was once stored"
        ledger.instrument(held, from_scalar(refused), text, alarm=refused > 0)


def trained(ledger: Ledger, weights: Artifact, cost: float) -> None:
    """Cost of training in all, and the privacy spent."""
    ledger.add("training_cost", from_scalar(cost), weights.key, "passes")
    if "epsilon" in weights.facts:
        spent = from_scalar(float(weights.facts["epsilon"]))
        ledger.add("privacy_spent", spent, weights.key, "epsilon")
