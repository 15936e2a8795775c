"""The exported network is the trained one: NumPy against torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from torch import nn

from wargame.arena import export
from wargame.errors import WargameError
from wargame.game import policy_file, scenario
from wargame.game.network import Network, greedy, probabilities
from wargame.game.policy import Made, describe, save
from wargame.stages import Side

INPUTS, ACTIONS = 92, 55
SIZES = pytest.mark.parametrize(
    ("hidden", "activation"),
    [([64, 64], nn.Tanh), ([128], nn.ReLU), ([32, 16, 8], nn.Tanh), ([], nn.Tanh)],
)


def actor(
    hidden: list[int], activation: type[nn.Module] = nn.Tanh, seed: int = 0
) -> MaskableActorCriticPolicy:
    """A policy with weights of an ordinary size in every layer, the last one too."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    made = MaskableActorCriticPolicy(
        spaces.Box(-1, 1, (INPUTS,), np.float32),
        spaces.Discrete(ACTIONS),
        lambda _: 1e-3,
        net_arch={"pi": hidden, "vf": [24, 24]},
        activation_fn=activation,
    )
    with torch.no_grad():
        for weight in made.parameters():
            weight.normal_(0, 0.3)
    return made


def likelihood(
    policy: MaskableActorCriticPolicy,
    seen: NDArray[np.float32],
    legal: NDArray[np.bool_] | None = None,
) -> NDArray[np.float32]:
    with torch.no_grad():
        drawn = policy.get_distribution(torch.from_numpy(seen), legal).distribution
    assert isinstance(drawn, torch.distributions.Categorical)
    return np.asarray(drawn.probs)


def observed(count: int, seed: int = 1) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    rng = np.random.default_rng(seed)
    seen = rng.uniform(-1, 1, (count, INPUTS)).astype(np.float32)
    legal = rng.random((count, ACTIONS)) < 0.4
    legal[:, 0] = True
    return seen, legal


@SIZES
def test_the_logits_are_those_of_torch(hidden: list[int], activation: type[nn.Module]) -> None:
    policy = actor(hidden, activation)
    seen, _ = observed(200)
    with torch.no_grad():
        latent = policy.mlp_extractor.forward_actor(torch.from_numpy(seen))
        expected = policy.action_net(latent).numpy()
    sizes = export.architecture(policy)
    assert sizes[:3] == (INPUTS, tuple(hidden), ACTIONS)
    found = Network(export.weights(policy), sizes.activation).logits(seen)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@SIZES
def test_the_moves_and_their_likelihoods_are_those_of_training(
    hidden: list[int], activation: type[nn.Module]
) -> None:
    policy = actor(hidden, activation, seed=3)
    seen, legal = observed(300, seed=4)
    chosen, _ = policy.predict(seen, deterministic=True, action_masks=legal)
    network = Network(export.weights(policy), export.architecture(policy).activation)
    logits = network.logits(seen)
    assert [greedy(*pair) for pair in zip(logits, legal, strict=True)] == chosen.tolist()
    likely = np.stack([probabilities(*pair) for pair in zip(logits, legal, strict=True)])
    np.testing.assert_allclose(likely, likelihood(policy, seen, legal), atol=1e-5)


def test_weights_go_back_into_a_policy() -> None:
    one, two = actor([64, 64], seed=5), actor([64, 64], seed=6)
    seen, legal = observed(50)
    with torch.no_grad():
        critic = two.predict_values(torch.from_numpy(seen))
        export.into(two, export.weights(one))
        assert torch.equal(two.predict_values(torch.from_numpy(seen)), critic)
    assert (likelihood(one, seen) == likelihood(two, seen)).all()
    moves = [each.predict(seen, deterministic=True, action_masks=legal)[0] for each in (one, two)]
    assert (moves[0] == moves[1]).all()


def test_an_export_is_a_copy() -> None:
    policy = actor([8])
    kept = export.weights(policy)
    before = {name: array.copy() for name, array in kept.items()}
    with torch.no_grad():
        for weight in policy.parameters():
            weight.zero_()
    assert all((kept[name] == before[name]).all() for name in before)


def test_what_does_not_fit_changes_nothing() -> None:
    one, two = actor([8], seed=1), actor([9], seed=2)
    before = export.weights(two)
    with pytest.raises(WargameError, match=r"hidden\.0\.weight has the shape \(8, 92\)"):
        export.into(two, export.weights(one))
    after = export.weights(two)
    assert all((after[name] == before[name]).all() for name in before)


def test_training_that_ran_away_is_told() -> None:
    policy = actor([8])
    with torch.no_grad():
        policy.action_net.get_parameter("bias")[3] = float("nan")
    with pytest.raises(WargameError, match=r"action\.bias holds a number that is not finite"):
        export.weights(policy)


def test_an_unknown_activation_is_told() -> None:
    with pytest.raises(WargameError, match="ELU cannot be exported; use tanh or relu"):
        export.weights(actor([8], nn.ELU))


def test_a_trained_actor_can_be_saved_and_played(tmp_path: Path) -> None:
    policy = actor([16])
    rules = scenario.load("mapengine")
    sizes = export.architecture(policy)
    made = Made(command="none", steps=0, seed=0, fidelity="drill", opponents=())
    known = describe(
        rules,
        Side.DEFENDER,
        name="fresh",
        title="Fresh",
        character="Untrained",
        hidden=sizes.hidden,
        activation=sizes.activation,
        play="greedy",
        made=made,
    )
    save(tmp_path / "fresh", known, export.weights(policy))
    back = policy_file.read(tmp_path / "fresh").weights
    assert all((back[name] == array).all() for name, array in export.weights(policy).items())
