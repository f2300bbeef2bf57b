"""Train the two sisters: pairs of pictures, binary cross-entropy, area under the curve."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from workers.evaluation.metrics import auc
from workers.images import Pixels
from workers.networks.siamese_hist import SiameseNetwork
from workers.training.looks import Indices
from workers.training.loop import device_of
from workers.training.pairs import SetPairs
from workers.training.pictures import looked_at

Batch = tuple[Indices, NDArray[np.float32]]


class SiameseTask:
    """Pairs drawn anew every epoch; the pairs of the validation are drawn once."""

    def __init__(
        self,
        network: SiameseNetwork,
        *,
        pixels: Pixels,
        learnt: SetPairs,
        held: SetPairs,
        batch: int,
        seed: int,
        most: int | None = None,
    ) -> None:
        self.network = network
        self._pixels = pixels
        self._learnt = learnt
        self._held_items = np.array(held.items, dtype=np.int64)
        self._held = held.draw(np.random.default_rng([seed, 2]), most=most)
        self._batch = batch
        self._seed = seed
        self._most = most

    def batches(self, epoch: int) -> list[Batch]:
        """Draw and cut into (pairs (B, 2), labels (B,)), partner and stranger of an anchor together."""
        generator = np.random.default_rng([self._seed, epoch])
        pairs, labels = self._learnt.draw(generator, most=self._most)
        starts = range(0, len(pairs), self._batch)
        return [(pairs[at : at + self._batch], labels[at : at + self._batch]) for at in starts]

    def loss(self, batch: Batch) -> Tensor:
        """Binary cross-entropy; every picture of the batch is looked at once."""
        pairs, labels = batch
        shown, places = np.unique(pairs, return_inverse=True)
        on = device_of(self.network)
        pixels = torch.from_numpy(np.ascontiguousarray(self._pixels[shown])).to(on)
        logit = self.network(pixels, torch.from_numpy(places.reshape(-1, 2)).to(on))["logit"]
        return functional.binary_cross_entropy_with_logits(
            logit.float(), torch.from_numpy(labels).to(on)
        )

    def validate(self) -> dict[str, float]:
        """Loss and area under the curve of the held-out pairs."""
        pairs, labels = self._held
        seen = looked_at(self.network.encoder, self._pixels[self._held_items])
        places = torch.from_numpy(np.searchsorted(self._held_items, pairs))
        on = device_of(self.network)
        a, b = torch.from_numpy(seen).to(on)[places.to(on)].unbind(1)
        logit = self.network.scorer(a, b)["logit"].float().cpu()
        loss = functional.binary_cross_entropy_with_logits(logit, torch.from_numpy(labels))
        right, wrong = (logit.numpy()[labels == value] for value in (1, 0))
        return {"valid_loss": float(loss), "auc": auc(right, wrong)}
