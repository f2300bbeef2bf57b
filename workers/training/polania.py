"""Train Polanía and Gupte's network by maximum a posteriori: cross-entropy and priors on the weights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from workers.networks.polania import PolaniaEncoder, PolaniaNetwork, PolaniaScorer
from workers.training.compat import pair_answers
from workers.training.heads import HeadConfig, Material
from workers.training.looks import Indices, Question, Wardrobe
from workers.training.loop import Config, device_of
from workers.training.priors import (
    estimated_covariance,
    laplace,
    least,
    shrunk_matrix_normal,
    soft_threshold,
    zero_share,
)
from workers.training.triplets import RANDOM, Drawn, Triplets

Batch = tuple[Indices, Tensor]
ENCODED_AT_ONCE = 64


@dataclass(frozen=True)
class PolaniaConfig(HeadConfig):
    """What decides a run; a prior with weight 0 is switched off.

    All priors are divided by the pairs of an epoch, as the likelihood's mean is. `epsilon` and
    `degrees` are of the inverse-Wishart prior on Ω, which is estimated anew every `covariance_every`
    steps. `layers`, `side_px` and `most_pairs` (per epoch, 0 for all) are for training end to end.
    """

    negatives: str = RANDOM
    per_positive: int = 1
    metric_prior: float = 0.01  # with 1, BatchNorm after it, validation falls from 0.44 to 0.36
    filter_prior: float = 1.0
    classifier_prior: float = 1.0
    epsilon: float = 0.01
    degrees: float = 1.0
    covariance_every: int = 20
    dropout: float = 0.5
    optimiser: str = "adam"
    weight_decay: float = 0.0
    layers: str = "vgg16"
    side_px: int = 224
    most_pairs: int = 0
    most_looks: int = 20_000
    epochs: int = 20
    batch: int = 1024
    learning_rate: float = 5e-3

    @property
    def loop(self) -> Config:
        return replace(super().loop, optimiser=self.optimiser)


@dataclass(frozen=True)
class Pictured:
    """Looks and held-out questions over decoded pictures; `row_of` an item finds its row of pixels."""

    wardrobe: Wardrobe
    looks: Sequence[tuple[int, ...]]
    asked: Sequence[Question]
    pixels: NDArray[np.uint8]
    row_of: Indices


class Priors:
    """The three priors of one run: terms to log, a gradient, and what follows a step."""

    def __init__(
        self,
        *,
        scorer: PolaniaScorer,
        encoder: PolaniaEncoder | None,
        config: PolaniaConfig,
        pairs: int,
    ) -> None:
        self._scorer = scorer
        self._filters = [] if encoder is None else filters(encoder)
        self._config = config
        self._pairs = max(1, pairs)
        self._covariances: list[Tensor] = []
        self._steps = 0

    def restart(self) -> None:
        """Estimate every Ω from the weights as they are, at the start of an epoch."""
        self._steps = 0
        self._estimate()

    def _estimate(self) -> None:
        how = {"epsilon": self._config.epsilon, "degrees": self._config.degrees}
        self._covariances = [
            estimated_covariance(weight, **how) for weight in self._scorer.metric_weights
        ]

    def penalty(self) -> Tensor:
        """Give the part of the objective that is followed by its gradient, per pair, never below 0."""
        if not self._config.metric_prior:
            return torch.zeros((), device=device_of(self._scorer))
        how = {"epsilon": self._config.epsilon, "degrees": self._config.degrees}
        layers = zip(self._scorer.metric_weights, self._covariances, strict=True)
        terms = [
            shrunk_matrix_normal(weight, omega, **how) - least(weight.shape, **how)
            for weight, omega in layers
        ]
        return self._config.metric_prior * torch.stack(terms).sum() / self._pairs

    def after_step(self, *, learning_rate: float) -> None:
        """Take the proximal step of both Laplace priors, and estimate every Ω when it is time."""
        step = learning_rate / self._pairs
        if self._config.filter_prior:
            for weight in self._filters:
                soft_threshold(weight, amount=step * self._config.filter_prior)
        if self._config.classifier_prior:
            amount = step * self._config.classifier_prior
            soft_threshold(self._scorer.classifier.weight, amount=amount)
        self._steps += 1
        if self._steps % self._config.covariance_every == 0:
            self._estimate()

    def terms(self) -> dict[str, float]:
        """Name what each prior adds to the objective per pair, and how sparse the weights are."""
        classifier = [self._scorer.classifier.weight]
        config = self._config
        figures = {
            "metric_prior": self.penalty(),
            "filter_prior": laplace(self._filters, rate=config.filter_prior) / self._pairs,
            "classifier_prior": laplace(classifier, rate=config.classifier_prior) / self._pairs,
        }
        shares = {"zero_filters": zero_share(self._filters), "zero_class": zero_share(classifier)}
        return {name: float(value.detach()) for name, value in figures.items()} | shares


class HeadTask:
    """The metric network alone, on embeddings of a frozen encoder."""

    def __init__(
        self, network: PolaniaScorer, *, material: Material, config: PolaniaConfig
    ) -> None:
        self.network = network
        self._embeddings = torch.from_numpy(material.seen.embedding)  # (N, D)
        self._triplets = _triplets(material, config)
        self._asked = material.asked
        self._config = config
        self._epoch = 0
        pairs = self._triplets.count
        self.priors = Priors(scorer=network, encoder=None, config=config, pairs=pairs)

    def batches(self, epoch: int) -> list[Batch]:
        """Draw negatives anew, shuffle, cut; a last pair alone is left out, as BatchNorm needs two."""
        self._epoch = epoch
        self.priors.restart()
        return _whole(self._triplets.batches(epoch, size=self._config.batch))

    def loss(self, batch: Batch) -> Tensor:
        """Negative log posterior per pair, the Laplace priors left to the step after the step."""
        pairs, labels = batch
        return _likelihood(self._judge(pairs), labels, self._config) + self.priors.penalty()

    def validate(self) -> dict[str, float]:
        """Answer the held-out questions, and log the priors."""
        answered = pair_answers(self._asked, lambda p: self._judge(p)["score"], self._epoch)
        return answered | self.priors.terms()

    def after_step(self, *, learning_rate: float) -> None:
        """See `Priors.after_step`."""
        self.priors.after_step(learning_rate=learning_rate)

    def _judge(self, pairs: Indices) -> dict[str, Tensor]:
        a, b = self._embeddings[torch.from_numpy(pairs)].to(device_of(self.network)).unbind(1)
        judged: dict[str, Tensor] = self.network(a, b)
        return judged


class EndToEndTask:
    """CNN and metric network together, on pictures."""

    def __init__(
        self,
        network: PolaniaNetwork,
        *,
        material: Pictured,
        config: PolaniaConfig,
    ) -> None:
        self.network = network
        self._material = material
        self._triplets = _triplets(material, config)
        self._config = config
        self._epoch = 0
        pairs = min(self._triplets.count, config.most_pairs or self._triplets.count)
        self.priors = Priors(
            scorer=network.scorer, encoder=network.encoder, config=config, pairs=pairs
        )

    def batches(self, epoch: int) -> list[Batch]:
        """Draw negatives anew, shuffle and cut; no more than `most_pairs` of them."""
        self._epoch = epoch
        self.priors.restart()
        drawn = _whole(self._triplets.batches(epoch, size=self._config.batch))
        most = self._config.most_pairs
        return drawn[: max(1, most // self._config.batch)] if most else drawn

    def loss(self, batch: Batch) -> Tensor:
        """Negative log posterior per pair, the Laplace priors left to the step after the step."""
        pairs, labels = batch
        used, inverse = np.unique(pairs, return_inverse=True)  # each picture passes the CNN once
        at = torch.from_numpy(inverse.reshape(pairs.shape)).to(device_of(self.network))
        judged = self.network(self._pictures(used), at)
        return _likelihood(judged, labels, self._config) + self.priors.penalty()

    def validate(self) -> dict[str, float]:
        """Answer the held-out questions, and log the priors."""
        asked = [index for q in self._material.asked for index in (*q.context, *q.answers)]
        used = np.unique(np.array(asked, dtype=np.int64))
        at = {index: row for row, index in enumerate(used.tolist())}
        parts = [
            self.network.encoder(self._pictures(used[start : start + ENCODED_AT_ONCE]))["embedding"]
            for start in range(0, len(used), ENCODED_AT_ONCE)
        ]

        def score(pairs: Indices) -> Tensor:
            rows = torch.tensor([[at[a], at[b]] for a, b in pairs.tolist()])
            a, b = torch.cat(parts)[rows].unbind(1)
            scores: Tensor = self.network.scorer(a, b)["score"]
            return scores

        return pair_answers(self._material.asked, score, self._epoch) | self.priors.terms()

    def after_step(self, *, learning_rate: float) -> None:
        """See `Priors.after_step`."""
        self.priors.after_step(learning_rate=learning_rate)

    def _pictures(self, indices: Indices) -> Tensor:
        pixels = np.ascontiguousarray(self._material.pixels[self._material.row_of[indices]])
        return torch.from_numpy(pixels).to(device_of(self.network))


def filters(encoder: nn.Module) -> list[Tensor]:
    """List the convolutions' weights, without biases."""
    return [layer.weight for layer in encoder.modules() if isinstance(layer, nn.Conv2d)]


def _triplets(material: Material | Pictured, config: PolaniaConfig) -> Triplets:
    drawn = Drawn(config.negatives, config.per_positive)
    return Triplets(material.wardrobe, looks=material.looks, drawn=drawn, seed=config.seed)


def _whole(batches: list[Batch]) -> list[Batch]:
    return [batch for batch in batches if len(batch[1]) > 1]


def _likelihood(judged: dict[str, Tensor], labels: Tensor, config: PolaniaConfig) -> Tensor:
    """Binary cross-entropy, each positive weighing as much as its negatives together."""
    logit = judged["logit"]
    weight = logit.new_tensor(float(config.per_positive))
    return functional.binary_cross_entropy_with_logits(logit, labels.to(logit), pos_weight=weight)
