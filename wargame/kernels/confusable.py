"""Which classes look alike, judged from a few labelled images without any model.

A poisoner who holds nothing but its own captures compares colours: the mean and the spread of each
channel, in units of their spread over all captures, and the centre of each class among them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]


def likeness(images: Images, labels: Labels, n_classes: int) -> Floats:
    """Minus the squared distance of each image (n,h,w,c) to each class centre, (n, n_classes).

    A class without any image is infinitely unlike, so its column is -inf.
    """
    flat = images.reshape(len(images), -1, images.shape[-1]).astype(np.float64)
    seen = np.concatenate([flat.mean(axis=1), flat.std(axis=1)], axis=1)
    seen = (seen - seen.mean(axis=0)) / np.maximum(seen.std(axis=0), 1e-9)
    scores = np.full((len(images), n_classes), -np.inf)
    for label in np.unique(labels):
        centre = seen[labels == label].mean(axis=0)
        scores[:, label] = -np.square(seen - centre).sum(axis=1)
    return scores


def confusable(scores: Floats, labels: Labels) -> npt.NDArray[np.int64]:
    """For each class the other one that its members are likest to, (n_classes,).

    `scores` (n, n_classes) as from `likeness`. Where nothing is known, the next class.
    """
    n_classes = scores.shape[1]
    twin = np.asarray([(label + 1) % n_classes for label in range(n_classes)], np.int64)
    for label in np.unique(labels):
        near = scores[labels == label].mean(axis=0)
        near[label] = -np.inf
        if np.isfinite(near).any():
            twin[label] = near.argmax()
    return twin
