"""AdamW and SGD on lists of tensors, equal to torch.optim's.

torch.optim loads the compiler behind torch.compile when the first optimiser is made. That takes a
second, twice the training time of a small model, in every process of a pool.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Protocol

import torch
from torch import Tensor, nn

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Optimiser(Protocol):
    """Moves parameters against their gradients."""

    def step(self, lr: float) -> None:
        """One update in place at a learning rate, then the gradients are dropped."""


class AdamW:
    """Adam with decoupled weight decay (Loshchilov 2019)."""

    def __init__(self, parameters: Iterable[nn.Parameter], weight_decay: float = 0.0) -> None:
        self._parameters: list[Tensor] = [p for p in parameters if p.requires_grad]
        self._decay = weight_decay
        self._first = [torch.zeros_like(p) for p in self._parameters]
        self._second = [torch.zeros_like(p) for p in self._parameters]
        self._steps = 0

    @torch.no_grad()
    def step(self, lr: float) -> None:
        """One update in place at a learning rate, then the gradients are dropped."""
        gradients = _taken(self._parameters)
        self._steps += 1
        torch._foreach_lerp_(self._first, gradients, 1.0 - BETA1)
        torch._foreach_mul_(self._second, BETA2)
        torch._foreach_addcmul_(self._second, gradients, gradients, 1.0 - BETA2)
        scale = torch._foreach_sqrt(self._second)
        torch._foreach_div_(scale, math.sqrt(1.0 - BETA2**self._steps))
        torch._foreach_add_(scale, EPSILON)
        if self._decay:
            torch._foreach_mul_(self._parameters, 1.0 - lr * self._decay)
        torch._foreach_addcdiv_(
            self._parameters, self._first, scale, -lr / (1.0 - BETA1**self._steps)
        )


class SGD:
    """Stochastic gradient descent with Nesterov's momentum (Sutskever 2013) and L2 decay."""

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        self._parameters: list[Tensor] = [p for p in parameters if p.requires_grad]
        self._momentum, self._decay = momentum, weight_decay
        self._velocity = [torch.zeros_like(p) for p in self._parameters]

    @torch.no_grad()
    def step(self, lr: float) -> None:
        """One update in place at a learning rate, then the gradients are dropped."""
        gradients = _taken(self._parameters)
        if self._decay:
            torch._foreach_add_(gradients, self._parameters, alpha=self._decay)
        if self._momentum:
            torch._foreach_mul_(self._velocity, self._momentum)
            torch._foreach_add_(self._velocity, gradients)
            torch._foreach_add_(gradients, self._velocity, alpha=self._momentum)
        torch._foreach_add_(self._parameters, gradients, alpha=-lr)


def _taken(parameters: list[Tensor]) -> list[Tensor]:
    """Each parameter's gradient, which it gives up; zeros where the loss did not reach it."""
    gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
    for parameter in parameters:
        parameter.grad = None
    return gradients
