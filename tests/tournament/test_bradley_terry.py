"""Maximum likelihood: closed forms, scikit-learn on the written likelihood, and its limits."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from wargame.tournament.bradley_terry import PHANTOM, Design, Floats, by_side, fit, overall

COUNT = 7
PAIRS = [(one, two) for one in range(COUNT) for two in range(COUNT) if one != two]
ATTACKERS, DEFENDERS = [one for one, _ in PAIRS], [two for _, two in PAIRS]
DESIGNS: dict[str, Callable[[], Design]] = {
    "overall": lambda: overall(ATTACKERS, DEFENDERS, COUNT),
    "by side": lambda: by_side(ATTACKERS, DEFENDERS, (COUNT, COUNT)),
}


def logit(share: float) -> float:
    return math.log(share / (1 - share))


def results(count: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(3)
    matches = rng.integers(0, 6, (count, len(PAIRS)))
    return rng.binomial(matches, 0.6).astype(float), matches.astype(float)


def learned(design: Design, wins: Floats, matches: Floats) -> Floats:
    """Scikit-learn's, each strength but a group's last being free."""
    count = design.rows.shape[1]
    free = np.eye(count)
    for group in design.sums:
        last = int(np.flatnonzero(group)[-1])
        free[last] -= group
    free = np.delete(free, [int(np.flatnonzero(group)[-1]) for group in design.sums], axis=1)
    rows = np.vstack([design.rows.toarray() @ free, free])
    won = np.append(wins, np.full(count, PHANTOM))
    lost = np.append(matches - wins, np.full(count, PHANTOM))
    model = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10, max_iter=10_000)
    model.fit(
        np.vstack([rows, rows]),
        np.repeat([1, 0], len(rows)),
        sample_weight=np.append(won, lost),
    )
    return np.asarray(free @ model.coef_[0])


@pytest.mark.parametrize("kind", DESIGNS)
def test_scikit_learn_finds_the_same(kind: str) -> None:
    wins, matches = results(3)
    found = fit(DESIGNS[kind](), wins, matches)
    for number in range(3):
        expected = learned(DESIGNS[kind](), wins[number], matches[number])
        np.testing.assert_allclose(found[number], expected, atol=1e-5)


def test_two_players_without_a_prior() -> None:
    # 3 of 4 attacking, 2 of 5 the other way: h + d and h - d are the log-odds of these shares.
    found = fit(overall([0, 1], [1, 0], 2), [3, 2], [4, 5], phantom=0)[0]
    far, near = logit(3 / 4), logit(2 / 5)
    apart = (far - near) / 4
    np.testing.assert_allclose(found, [(far + near) / 2, apart, -apart], atol=1e-9)


def test_one_pair_moves_the_advantage_alone() -> None:
    # By side there is nobody to be better than; half a win and half a loss are added.
    found = fit(by_side([0], [0], (1, 1)), [9], [9])[0]
    np.testing.assert_allclose(found, [logit(9.5 / 10), 0, 0], atol=1e-9)


def test_twins_in_a_closed_form() -> None:
    # Two attackers, one defender: by symmetry h = 0, and a is pulled by its own phantom and by
    # that of its twin, so that w + 1/2 of n + 1 each.
    found = fit(by_side([0, 1], [0, 0], (2, 1)), [4, 0], [4, 4])[0]
    apart = logit(4.5 / 5)
    np.testing.assert_allclose(found, [0, apart, -apart, 0], atol=1e-9)


@pytest.mark.parametrize("kind", DESIGNS)
def test_many_at_once_are_as_one_by_one(kind: str) -> None:
    wins, matches = results(30)
    design = DESIGNS[kind]()
    together = fit(design, wins, matches)
    alone = np.vstack([fit(design, w, m) for w, m in zip(wins, matches, strict=True)])
    np.testing.assert_allclose(together, alone, atol=1e-8)
    warm = fit(design, wins, matches, start=together[0])
    np.testing.assert_allclose(together, warm, atol=1e-8)
    np.testing.assert_allclose(together @ design.sums.T, 0, atol=1e-9)


def test_no_maximum_is_told() -> None:
    # The unbeaten: their strength has no bound without a prior, and one with it.
    with pytest.raises(RuntimeError, match="converge"):
        fit(overall([0, 1], [1, 0], 2), [5, 0], [5, 5], phantom=0)
    assert np.isfinite(fit(overall([0, 1], [1, 0], 2), [5, 0], [5, 5])).all()


def test_even_a_million_matches_converge() -> None:
    found = fit(overall([0, 1], [1, 0], 2), [1e6, 1], [1e6, 1e6])
    # Nearly separated: strengths about half the log-odds of one in a million, and of none.
    assert found[0, 1] == pytest.approx(-found[0, 2])
    assert 3 < found[0, 1] < 14
