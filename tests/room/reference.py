"""The figures of an item analysis again, by matrices: for complete data and in another way."""

from typing import Any

import numpy as np

Matrix = np.ndarray[Any, np.dtype[np.float64]]


def alpha(scores: Matrix) -> float:
    """Cronbach's, from the covariance matrix: for right and wrong it is KR-20."""
    covariance = np.cov(scores, rowvar=False)
    count = scores.shape[1]
    return float(count / (count - 1) * (1 - np.trace(covariance) / covariance.sum()))


def point_biserial(scores: Matrix, item: int) -> float:
    """From the means of the rest scores of those who are right and of those who are wrong."""
    rest = np.delete(scores, item, axis=1).sum(axis=1)
    right = scores[:, item] == 1
    p = right.mean()
    apart = rest[right].mean() - rest[~right].mean()
    return float(apart * np.sqrt(p * (1 - p)) / rest.std())


def d27(scores: Matrix, item: int, orders: int, rng: np.random.Generator) -> float:
    """The mean over many orders of the seats with the same score: each would cut the groups
    elsewhere. Exact if no seats at a border differ."""
    size = int(np.floor(0.27 * len(scores) + 0.5))
    total, found = scores.sum(axis=1), []
    for _ in range(orders):
        ranked = scores[np.lexsort((rng.random(len(scores)), total)), item]
        found.append(ranked[-size:].mean() - ranked[:size].mean())
    return float(np.mean(found))


def exact_d27(scores: Matrix, item: int) -> float:
    """By weights: a seat's is its chance to be in the group, whatever the order of equal ones."""
    size = int(np.floor(0.27 * len(scores) + 0.5))
    total = scores.sum(axis=1)

    def weights(value: Matrix) -> Matrix:
        above = (value[None, :] > value[:, None]).sum(axis=1)
        same = (value[None, :] == value[:, None]).sum(axis=1)
        return np.clip((size - above) / same, 0, 1)

    upper, lower = weights(total), weights(-total)
    return float(((upper - lower) * scores[:, item]).sum() / size)
