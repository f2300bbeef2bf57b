"""Learning from looks by contrast: near what it is worn with, all items of a batch against each other."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from workers.datasets.looks import Indices, Look, LookCorpus, LookSplit
from workers.training.config import Config

COLDEST, HOTTEST = 0.03, 1.0


class LooksTask:
    """Batches of looks, and what is learnt from one of them."""

    def __init__(self, split: LookSplit, *, config: Config) -> None:
        self._split = split
        self._config = config
        self._log_frequency = torch.from_numpy(log_frequency(split.corpus, split.looks))  # (N,)

    def batches(self, epoch: int) -> list[list[Look]]:
        """Shuffle the looks into batches, the last, smaller one left out."""
        size, seed = self._config.batch, self._config.seed
        return look_batches(self._split.looks, size=size, seed=seed, epoch=epoch)

    def _contrast(
        self,
        vectors: Tensor,
        *,
        items: Indices,
        worn: NDArray[np.float32],
        log_temperature: Tensor,
        elsewhere_weight: float,
    ) -> Tensor:
        """Contrast (n, D) vectors of items, how often their kinds are worn taken off the logits.

        `worn` is (n, n), as `pair_counts` gives it.
        """
        on, corpus = vectors.device, self._split.corpus
        temperature = log_temperature.exp().clamp(COLDEST, HOTTEST)
        return look_contrast(
            vectors @ vectors.T / temperature - self._log_frequency[items].to(on),  # (n, n)
            worn=torch.from_numpy(worn).to(on),
            known=torch.from_numpy(corpus.are_together(items, items)).to(on),
            family=torch.from_numpy(corpus.family[items]).to(on),
            elsewhere_weight=elsewhere_weight,
        )


def look_contrast(
    logits: Tensor, *, worn: Tensor, known: Tensor, family: Tensor, elsewhere_weight: float
) -> Tensor:
    """Pull what is worn together above everything else, all items of a batch against each other.

    Every pair worn together asks: given the one, which of the batch is the other? What is known to go with
    the one is no wrong answer; of the rest the other's own family counts fully, all else by a weight.

    Args:
        logits: (n, n); row i ranks the batch for item i.
        worn: (n, n) ≥ 0, how much each ordered pair counts; not all 0.
        known: (n, n) bool, the two share a look somewhere.
        family: (n,) int numbers.
        elsewhere_weight: In [0, 1], of wrong answers of other families.

    Returns:
        Scalar, the mean over pairs by weight.

    Source: van den Oord et al. 2018, "Representation Learning with Contrastive Predictive Coding",
    equation 4, with several positives per row and weighted negatives.
    """
    shifted = logits - logits.amax(dim=1, keepdim=True).detach()  # (n, n)
    right = shifted.exp()  # (n, n)
    wrong = right * ~known  # (n, n)
    member = functional.one_hot(torch.unique(family, return_inverse=True)[1]).to(wrong)  # (n, F)
    rivals = (wrong @ member) @ member.T  # (n, n): of the other's family
    others = wrong.sum(dim=1, keepdim=True) - rivals  # (n, n): of all other families
    cross_entropy = torch.log(right + rivals + elsewhere_weight * others) - shifted  # (n, n)
    return (cross_entropy * worn).sum() / worn.sum()


def look_batches(looks: Sequence[Look], *, size: int, seed: int, epoch: int) -> list[list[Look]]:
    """Shuffle looks into batches of one size, by seed and epoch; what is left over waits."""
    order = np.random.default_rng([seed, epoch]).permutation(len(looks))
    size = min(size, len(order))
    starts = range(0, len(order) - size + 1, size)
    return [[looks[i] for i in order[at : at + size]] for at in starts]


def pair_counts(looks: Sequence[Look], family: Indices) -> tuple[Indices, NDArray[np.float32]]:
    """Number the items of some looks and count which are worn together, families apart.

    Returns:
        (n,) distinct items, ascending, and (n, n) how many of the looks hold both.
    """
    shown = np.concatenate([np.array(look) for look in looks])
    items, place = np.unique(shown, return_inverse=True)  # (n,)
    worn = np.zeros((len(items), len(items)), dtype=np.float32)  # (n, n)
    start = 0
    for look in looks:
        here = np.unique(place[start : start + len(look)])
        worn[np.ix_(here, here)] += 1
        start += len(look)
    return items, worn * (family[items][:, None] != family[items][None, :])


def log_frequency(corpus: LookCorpus, looks: Sequence[Look]) -> NDArray[np.float32]:
    """Logarithm of how often a product of each item's kind is worn: (N,).

    A batch holds products as often as they are worn, so a contrast learns what goes together beyond
    that. Taken off the logits in training, this leaves in the vectors that a bag is worn with more
    looks than a hat; which bag is popular stays out.
    """
    kinds = np.unique([i.family or i.slot for i in corpus.items], return_inverse=True)[1]
    worn = np.bincount([index for look in looks for index in look], minlength=len(kinds))  # (N,)
    by_kind = np.maximum(np.bincount(kinds, weights=worn), 1) / np.bincount(kinds)  # (kinds,)
    return np.log(by_kind)[kinds].astype(np.float32)
