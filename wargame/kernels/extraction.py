"""Model extraction: a copy of a model, from its answers alone."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from wargame.kernels.gradient import frozen
from wargame.kernels.intervals import Estimate, proportion
from wargame.kernels.optimise import AdamW

Floats = npt.NDArray[np.floating]

REFUSED = -1
"""The label of a refused query; a refused row of probabilities is NaN."""


def answered(answers: Tensor) -> Tensor:
    """Mask (n,) of queries that were answered: labels (n,) or probabilities (n,k)."""
    if answers.is_floating_point():
        return ~answers.isnan().any(dim=1)
    return answers != REFUSED


def distil(
    queries: Tensor,
    answers: Tensor,
    student: nn.Module,
    *,
    steps: int,
    batch_size: int,
    lr: float,
    generator: torch.Generator,
) -> nn.Module:
    """Trains the student in place to answer as the victim did (knock-off nets, Orekondy 2019).

    Args:
        queries: images (n,c,h,w) that were sent.
        answers: probabilities (n,k), or labels (n,) int64. Refused rows are left out.
        student: returns logits; trained with Adam on cross entropy.
        steps: gradient steps.
        batch_size: queries in a step, drawn with replacement.
        lr: the first learning rate; it falls to zero on a cosine.
        generator: source of the batches.

    Returns:
        The student, in evaluation mode. Without one answer it stays as it was.
    """
    known = answered(answers)
    queries, answers = queries[known], answers[known]
    if len(queries):
        optimiser = AdamW(student.parameters())
        student.train()
        for step in range(steps):
            rows = torch.randint(0, len(queries), (batch_size,), generator=generator)
            functional.cross_entropy(student(queries[rows]), answers[rows]).backward()
            optimiser.step(lr * (1.0 + math.cos(math.pi * step / steps)) / 2.0)
    return student.eval()


def agreement(student: nn.Module, victim_labels: Tensor, x: Tensor) -> Estimate:
    """Share of images (n,c,h,w) on which the student says what the victim says (n,).

    Queries that the victim refused are left out.
    """
    known = answered(victim_labels)
    with frozen(student), torch.no_grad():
        said = [student(part).argmax(dim=1) for part in x[known].split(500)]
    same = sum(
        int((mine == theirs).sum())
        for mine, theirs in zip(said, victim_labels[known].split(500), strict=True)
    )
    return proportion(same, int(known.sum()))


def jacobian_augment(
    model: nn.Module, x: Tensor, y: Tensor, step: float, generator: torch.Generator
) -> Tensor:
    """New queries near the substitute's decision boundary (Papernot 2017).

    Each record moves by `step` along the sign of the substitute's Jacobian row of the label that
    the victim gave it. The direction is drawn forward or backward for each record, the paper's
    alternating step.

    Args:
        model: the substitute; returns logits.
        x: images (n,c,h,w) in [0,1].
        y: the victim's labels (n,).
        step: length of the move in every pixel, the paper's lambda.
        generator: draws the direction.
    """
    with frozen(model):
        moved = x.detach().clone().requires_grad_(True)
        chosen = model(moved).gather(1, y[:, None]).sum()
        jacobian = torch.autograd.grad(chosen, moved)[0]
    way = torch.randint(0, 2, (len(x),), generator=generator).to(x.dtype) * 2.0 - 1.0
    way = way.reshape(-1, *[1] * (x.ndim - 1))
    return (x + step * way * jacobian.sign()).clamp(0.0, 1.0)


def equation_solving(queries: Floats, probs: Floats) -> tuple[Floats, Floats]:
    """Weights (k,d) and biases (k,) of softmax(Wx + b), from its answers (Tramer 2016).

    Log-odds against class 0 are linear in the unknowns, so least squares solves them exactly once
    d + 1 answers stand in general position; class 0 comes out as zero, as softmax fixes the
    parameters only up to a shift common to all classes.

    Args:
        queries: inputs (n,d).
        probs: positive probabilities (n,k); rows with NaN were refused and are left out.

    Raises:
        ValueError: too few answers to determine the parameters.
    """
    known = np.isfinite(probs).all(axis=1)
    inputs = np.column_stack([queries[known].astype(np.float64), np.ones(int(known.sum()))])
    logs = np.log(np.maximum(probs[known].astype(np.float64), np.finfo(np.float64).tiny))
    solution, _, rank, _ = np.linalg.lstsq(inputs, logs - logs[:, :1], rcond=None)
    if rank < inputs.shape[1]:
        raise ValueError(f"{len(inputs)} answers determine only {rank} of {inputs.shape[1]}")
    return solution[:-1].T, solution[-1]
