"""The recipe of `siamese-hist`: two sisters with colour histograms, end to end, as encoder and scorer."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from workers.checkpoints import EMBEDDINGS_OF, PIXELS, Card, CheckpointError, Purpose
from workers.datasets.collection import Item
from workers.export import save_network
from workers.networks.histogram import COLOURS
from workers.networks.naive_cnn import WIDTH
from workers.networks.siamese_hist import HADAMARD, SiameseNetwork
from workers.training.looks import gather, hold_out
from workers.training.loop import fit
from workers.training.pairs import SetPairs
from workers.training.pictures import PictureConfig, labelled, pixels_of
from workers.training.recipe import Run, configured, data_description, source_commit
from workers.training.siamese_hist import SiameseTask
from workers.training.state import History

NAME = "siamese-hist"
INTENDED_USE = "Ranking a few hundred candidates by whether they belong to the same set."
LIMITS = "Knows sets of the kind it was trained on: looks, or classes where there were no looks."


@dataclass(frozen=True)
class SiameseConfig(PictureConfig):
    """What decides a run; the numbers of the older system: BCE, Adam 1e-3, batch 32, 10 epochs.

    `merge` is "hadamard" or "concatenate"; `most_pairs` bounds the anchors of an epoch.
    """

    merge: str = HADAMARD
    most_looks: int | None = None
    most_pairs: int | None = None


@dataclass(frozen=True)
class PairMaterial:
    """Items with pictures, and the sets to learn from and to validate on, by item index."""

    items: tuple[Item, ...]
    learnt: SetPairs
    held: SetPairs


def train(run: Run) -> dict[Path, Card]:
    """Train, export and save both; the best epoch by the area under the curve of held-out pairs."""
    config = configured(SiameseConfig(), run.overrides)
    material = pair_material(run, config)
    pixels = pixels_of(material.items, config, cache=run.work)
    torch.manual_seed(config.seed)
    network = SiameseNetwork(merge=config.merge)
    task = SiameseTask(
        network,
        pixels=pixels,
        learnt=material.learnt,
        held=material.held,
        batch=config.batch,
        seed=config.seed,
        most=config.most_pairs,
    )
    history = fit(
        task,
        config=config.loop,
        out=run.work / NAME,
        score="auc",
        resume=run.resume,
        device=run.device,
    )
    return _saved(run, config, network, history=history)


def pair_material(run: Run, config: SiameseConfig) -> PairMaterial:
    """Take looks as sets, products of held-out looks apart; where there are no looks, classes.

    Raises:
        CheckpointError: There is too little to hold anything out.
    """
    wardrobe = gather(run.collections, most_looks=config.most_looks)
    if wardrobe.looks:
        generator = np.random.default_rng(config.seed)
        learnt, held = hold_out(wardrobe.looks, share=config.held_out, generator=generator)
        used = sorted({index for look in (*learnt, *held) for index in look})
        place = {index: at for at, index in enumerate(used)}
        items = tuple(wardrobe.items[index] for index in used)
        sets = [[[place[index] for index in look] for look in looks] for looks in (learnt, held)]
    else:
        found = labelled(run.collections, config)
        items = found.items
        sets = [
            [
                np.flatnonzero(mask & (found.labels == label)).tolist()
                for label in range(len(found.names))
            ]
            for mask in (~found.held, found.held)
        ]
    pairs = [SetPairs(each) for each in sets]
    if not all(each.items for each in pairs):
        raise CheckpointError("Too few sets of two or more pictures to learn from and to hold out.")
    return PairMaterial(items, *pairs)


def _saved(
    run: Run, config: SiameseConfig, network: SiameseNetwork, *, history: History
) -> dict[Path, Card]:
    encoder = _encoder_card(run, config, history)
    scorer = replace(
        encoder,
        purpose=Purpose.PAIR,
        reads=f"{EMBEDDINGS_OF}{encoder.identity}",
        options={"merge": config.merge},
        parts={},
        weights={},
        preprocessing={},
    )
    pixels = torch.zeros(2, config.side_px, config.side_px, 3, dtype=torch.uint8)
    width = WIDTH + COLOURS
    pair = {"a": torch.zeros(2, width), "b": torch.ones(2, width)}
    folders = run.out / "encoder", run.out / "scorer"
    return {
        folders[0]: save_network(network.encoder, folders[0], encoder, examples={"pixels": pixels}),
        folders[1]: save_network(network.scorer, folders[1], scorer, examples=pair),
    }


def _encoder_card(run: Run, config: SiameseConfig, history: History) -> Card:
    parts: dict[str, int] = {"shape": WIDTH, "colour": COLOURS}
    return Card(
        name=NAME,
        version=run.version,
        purpose=Purpose.VISUAL,
        network=NAME,
        reads=PIXELS,
        dimension=WIDTH + COLOURS,
        parts=parts,
        weights=dict.fromkeys(parts, 0.5),
        preprocessing=config.preprocessing,
        data=data_description(run.collections),
        training=asdict(config),
        seed=config.seed,
        commit=source_commit(),
        metrics={"pairs_held_out": history.best},
        licence="Apache-2.0",
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
