"""Train the category head on shape vectors of augmented views."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from workers.evaluation.metrics import macro_f1
from workers.training.loop import Config

SMOOTHING = 0.05  # labels of street photos are not always right


class CategoryTask:
    """Softmax regression, rare categories weighing more, one in ten garments held out."""

    def __init__(
        self,
        network: nn.Linear,
        *,
        views: Tensor,
        labels: Tensor,
        held: Tensor,
        config: Config,
    ) -> None:
        self.network = network
        self._views = views[~held]  # (N, V, D)
        self._labels = labels[~held]  # (N,)
        self._held_views = views[held][:, 0]  # unaugmented
        self._held_labels = labels[held]
        self._config = config
        counts = torch.bincount(self._labels, minlength=network.out_features).clamp(min=1)
        self._weights = functional.normalize(counts.float() ** -0.5, p=1, dim=0) * len(counts)

    def batches(self, epoch: int) -> list[tuple[Tensor, Tensor]]:
        """Shuffle all views into batches of ((B, D), (B,))."""
        generator = torch.Generator().manual_seed(self._config.seed * 7919 + epoch)
        N, V, D = self._views.shape
        order = torch.randperm(N * V, generator=generator)
        vectors, labels = self._views.reshape(N * V, D), self._labels.repeat_interleave(V)
        return [(vectors[part], labels[part]) for part in torch.split(order, self._config.batch)]

    def loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        """Weighted cross-entropy."""
        vectors, labels = batch
        return functional.cross_entropy(
            self.network(vectors), labels, weight=self._weights, label_smoothing=SMOOTHING
        )

    def validate(self) -> dict[str, float]:
        """Accuracy and macro F1 on the garments held out."""
        guess = self.network(self._held_views).argmax(dim=1).numpy()
        truth = self._held_labels.numpy()
        return {"accuracy": float(np.mean(guess == truth)), "macro_f1": macro_f1(truth, guess)}
