"""Whole shares that add up to a total: the concepts of modules, the quarters of an hour of concepts."""

from collections.abc import Sequence


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to `total`, each at least 1; what comes last gets 0 where
    there is not enough for all."""
    if total <= len(weights):
        return [1 if place < total else 0 for place in range(len(weights))]
    rest = total - len(weights)
    shares = [weight * rest / sum(weights) for weight in weights]
    sizes = [1 + int(share) for share in shares]
    by_remainder = sorted(range(len(weights)), key=lambda place: int(shares[place]) - shares[place])
    for place in by_remainder[: total - sum(sizes)]:
        sizes[place] += 1
    return sizes
