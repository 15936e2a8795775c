from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score, silhouette_score

from wargame.kernels import activation_clustering
from wargame.kernels.activation_clustering import ClusterReport, Reduction, cluster
from wargame.kernels.trigger import TriggerSpec, stamp

SOURCE, TARGET = 4, 3
TRIGGER = TriggerSpec("checker", size=3)


class Victim(torch.nn.Module):
    """Two hidden layers; the defender looks at the activations of the last."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = torch.nn.Sequential(
            torch.nn.Linear(64, 96), torch.nn.ReLU(), torch.nn.Linear(96, 48), torch.nn.ReLU()
        )
        self.out = torch.nn.Linear(48, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.out(self.activations(x))
        return logits

    def activations(self, x: torch.Tensor) -> torch.Tensor:
        hidden: torch.Tensor = self.hidden(x.flatten(1))
        return hidden


class Case:
    """A small net really trained on digits of which some carry a trigger and a false label."""

    def __init__(self) -> None:
        x, y = load_digits(return_X_y=True)
        images = (x.reshape(-1, 8, 8, 1) * 255 / 16).astype(np.uint8)
        order = np.random.default_rng(0).permutation(len(images))
        images, y = images[order], y[order]
        self.images, self.labels = images[:1200].copy(), y[:1200].copy()
        self.poison = np.flatnonzero(self.labels == SOURCE)[:40]
        self.images[self.poison] = stamp(self.images[self.poison], TRIGGER)
        self.labels[self.poison] = TARGET
        self.test_images, self.test_labels = images[1200:], y[1200:]
        self.model = _train(self.images, self.labels)
        with torch.no_grad():
            self.features = self.model.activations(_tensor(self.images)).numpy()


def _tensor(images: npt.NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(images.transpose(0, 3, 1, 2) / np.float32(255.0)).float()


def _train(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]) -> Victim:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Victim()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    x, y = _tensor(images), torch.from_numpy(labels)
    for _ in range(150):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimiser.step()
    return model


@pytest.fixture(scope="module")
def case() -> Case:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return Case()
    finally:
        torch.set_num_threads(threads)


def _report(case: Case, reduction: Reduction = "pca") -> ClusterReport:
    return cluster(case.features, case.labels, 10, 0, reduction=reduction)


def test_the_net_is_really_backdoored(case: Case) -> None:
    with torch.no_grad():
        clean = case.model(_tensor(case.test_images)).argmax(1).numpy()
        stamped = case.model(_tensor(stamp(case.test_images, TRIGGER))).argmax(1).numpy()
    assert np.mean(clean == case.test_labels) > 0.9
    assert np.mean(stamped[case.test_labels != TARGET] == TARGET) > 0.8


def test_the_poison_is_found_and_little_else(case: Case) -> None:
    report = _report(case)
    poisoned = np.isin(np.arange(1200), case.poison)
    assert np.mean(report.suspicious[poisoned]) > 0.85
    assert np.mean(report.suspicious[~poisoned]) < 0.10
    assert np.nanargmax(report.silhouette) == TARGET


def test_the_same_input_gives_the_same_report(case: Case) -> None:
    first, second = _report(case), _report(case)
    assert np.array_equal(first.suspicious, second.suspicious)
    assert np.array_equal(first.silhouette, second.silhouette)


def test_splits_are_those_of_art_activation_defence(case: Case) -> None:
    module = "art.defences.detector.poison.activation_defence"
    art = pytest.importorskip(module)
    members = case.labels == TARGET
    (theirs,), _ = art.cluster_activations([case.features[members]], nb_dims=10, reduce="PCA")
    ours = _report(case).suspicious[members]
    assert adjusted_rand_score(theirs, ours) > 0.95


def test_independent_components_keep_well_apart_clusters_apart() -> None:
    rng = np.random.default_rng(3)
    features = rng.normal(size=(90, 6))
    features[:15] += 20.0
    report = cluster(
        features, np.zeros(90, dtype=np.int64), 1, 0, min_silhouette=0.1, reduction="ica"
    )
    assert np.array_equal(report.suspicious, np.arange(90) < 15)


def test_well_apart_blobs_have_the_silhouette_of_the_truth() -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(60, 5))
    features[:12] += 30.0
    report = cluster(features, np.zeros(60, dtype=np.int64), 2, 0)
    truth = np.arange(60) < 12
    assert np.array_equal(report.suspicious, truth)
    assert report.share[0] == pytest.approx(0.2)
    assert report.silhouette[0] == pytest.approx(silhouette_score(features, truth))
    assert np.isnan(report.share[1])


def test_both_thresholds_must_be_crossed() -> None:
    rng = np.random.default_rng(2)
    features = rng.normal(size=(60, 5))
    features[:12] += 30.0
    labels = np.zeros(60, dtype=np.int64)
    assert not cluster(features, labels, 1, 0, max_share=0.2).suspicious.any()
    assert not cluster(features, labels, 1, 0, min_silhouette=0.99).suspicious.any()
    assert not cluster(np.ones((20, 3)), labels[:20], 1, 0).suspicious.any()


@pytest.mark.parametrize("shape", [(30, 80), (80, 30)])
def test_principal_components_are_scikit_learns(shape: tuple[int, int]) -> None:
    """Sign and all, whichever side of the matrix is longer."""
    from sklearn.decomposition import PCA

    features = np.random.default_rng(4).normal(size=shape) * np.linspace(1, 3, shape[1])
    mine = activation_clustering._principal(features, 5)
    theirs = PCA(n_components=5, svd_solver="full").fit_transform(features)
    np.testing.assert_allclose(mine, theirs, atol=1e-8)
