"""Fits a policy in training to lessons: its moves to the teachers', its critic to their returns."""

from __future__ import annotations

import torch
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy

from wargame.arena.imitation import Lessons

EPOCHS = 300
RATE = 3e-3


def clone(policy: MaskableActorCriticPolicy, lessons: Lessons, curiosity: float) -> None:
    """Fits in place, by cross-entropy and squared error over all lessons at once.

    Args:
        policy: the learner's.
        lessons: what to imitate.
        curiosity: likelihood in 0..1 spread evenly over all legal moves beside the teacher's, so
            that training tries others.
    """
    seen = torch.as_tensor(lessons.observations)
    legal = torch.as_tensor(lessons.masks).float()
    target = curiosity * legal / legal.sum(1, keepdim=True)
    taught = torch.as_tensor(lessons.actions).unsqueeze(1)
    target.scatter_add_(
        1, taught, torch.full_like(taught, 1, dtype=torch.float32) * (1 - curiosity)
    )
    returns = torch.as_tensor(lessons.returns)
    weights = torch.as_tensor(lessons.weights)
    weights = weights / weights.sum()
    optimizer = torch.optim.Adam(policy.parameters(), lr=RATE)
    for _ in range(EPOCHS):
        values, likelihoods = _judged(policy, seen, legal)
        wrong = -(target * likelihoods).sum(1)
        loss = (weights * (wrong + 0.5 * (values - returns) ** 2)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def _judged(
    policy: MaskableActorCriticPolicy, seen: torch.Tensor, legal: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Values, shape (n,), and logarithms of likelihoods, shape (n, actions)."""
    features = policy.extract_features(seen)
    actor, critic = policy.mlp_extractor(features)
    logits = policy.action_net(actor).masked_fill(legal == 0, -1e9)
    return policy.value_net(critic).squeeze(1), torch.log_softmax(logits, 1)
