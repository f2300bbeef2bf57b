"""What another checkpoint sees: the same tops in another order."""

from recommender.testing import give_vectors


def turned(tops, checkpoint):
    """Give them vectors in the opposite order: what was far from the first is near."""
    for number, top in enumerate(tops):
        closeness = 1 if number == 0 else number / 10
        give_vectors(top, checkpoint=checkpoint, vector=[closeness, (1 - closeness**2) ** 0.5, 0])
